"""What can be wrong with any page: widths, sizes of targets, focus, untranslated texts.

Each check is a script that returns what it finds on the page that is open.
"""

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.support.axe import violations
from tests.support.browsers import DESKTOP, PHONE, TABLET, drawn

# WCAG 2.2, 1.4.10 asks for 320 CSS pixels; 360 is what small phones have.
WIDTHS = (320, 360, TABLET["width"], DESKTOP["width"])

TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth
    const inBox = element => {
        for (let box = element.parentElement; box; box = box.parentElement) {
            if (getComputedStyle(box).overflowX !== "visible") return true
        }
    }
    return [...document.body.querySelectorAll("*")]
        .filter(it => it.getBoundingClientRect().right > width + 1 && !inBox(it))
        .map(it => `${it.tagName} ${it.className} ${Math.round(it.getBoundingClientRect().right)}`)
}"""

# Everything interactive, also in menus and dialogs. A link in a sentence is as wide as its word.
TOO_SMALL = """() => {
    const interactive = `a[href], button, input:not([type="hidden"]), select, textarea, summary,
        label:has(input), [tabindex]:not([tabindex="-1"]), [role="button"], [role="option"]`
    const closed = [...document.querySelectorAll("details:not([open]), dialog:not([open])")]
    for (const it of closed) it.open = true
    const found = [...document.querySelectorAll(interactive)]
        .filter(it => it.checkVisibility() && !it.closest(".visually-hidden"))
        .map(it => [it, it.getBoundingClientRect()])
        .filter(([it, box]) => box.height < 24
            || box.width < 24 && getComputedStyle(it).display !== "inline")
        .map(([it, box]) => `${it.outerHTML.slice(0, 80)}: ${box.width} × ${box.height}`)
    for (const it of closed) it.open = false
    return found
}"""

# Words on buttons and in the main menu that go on in another line.
BROKEN_WORDS = """() => {
    const found = []
    for (const label of document.querySelectorAll("button, .button, .site-nav a")) {
        if (!label.checkVisibility()) continue
        const texts = document.createTreeWalker(label, NodeFilter.SHOW_TEXT)
        while (texts.nextNode()) {
            if (texts.currentNode.parentElement.closest(".visually-hidden")) continue
            for (const word of texts.currentNode.data.matchAll(/\\S+/g)) {
                const range = document.createRange()
                range.setStart(texts.currentNode, word.index)
                range.setEnd(texts.currentNode, word.index + word[0].length)
                if (range.getClientRects().length > 1) found.push(word[0])
            }
        }
    }
    return found
}"""

SIZES = f"""() => ({{
    width: document.documentElement.scrollWidth,
    too_wide: ({TOO_WIDE})(),
    broken_words: ({BROKEN_WORDS})(),
    too_small: ({TOO_SMALL})(),
}})"""

# A card's link is marked by what it spreads over the card.
UNMARKED = """() => {
    const marked = style =>
        style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    const left = []
    for (const it of document.querySelectorAll("a, button, input, select, textarea, summary")) {
        if (!it.checkVisibility() || it.disabled || it.tabIndex < 0) continue
        it.focus({ focusVisible: true, preventScroll: true })
        if (document.activeElement !== it) continue
        if (!marked(getComputedStyle(it)) && !marked(getComputedStyle(it, "::after")))
            left.push(it.outerHTML.slice(0, 120))
    }
    return left
}"""

# What is read, heard, or shown as a hint.
TEXTS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) {
        const it = walker.currentNode.parentElement
        if (it.closest("script, template, noscript, code, [lang]:not(html)")) continue
        found.push(walker.currentNode.data)
    }
    for (const name of ["aria-label", "title", "placeholder", "alt", "data-confirm", "data-failed"])
        for (const it of document.querySelectorAll(`[${name}]`))
            if (!it.closest("[lang]:not(html)")) found.push(it.getAttribute(name))
    found.push(document.title)
    return found.map(text => text.replace(/\\s+/g, " ").trim()).filter(Boolean)
}"""

# Names that are the same in both: of things, of files and addresses, and what the server calls its
# permissions, roles and labels.
NAMES = re.compile(
    r"\S+[.@:/]\S+|\b(Kinoteka|JSON|JPEG|PNG|WebP|IMDb|TMDB|CSV|MovieLens|Kodi|NFO|Firefox|Linux|Python"
    r"|httpx|HTTP|YouTube|anonymous|csv|demo|hidden|ID|operator|root|user)\b"
)
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")


async def size_problems(page: Page) -> dict[str, Any]:
    """Return what does not fit or is too small for a finger, by width. Change the width."""
    problems = {}
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 740})
        found = await page.evaluate(SIZES)
        if found != {"width": width, "too_wide": [], "broken_words": [], "too_small": []}:
            problems[f"{width} pixels"] = found
    return problems


async def accessibility_problems(page: Page) -> dict[str, Any]:
    """Return what axe-core finds: light, dark and on a phone's width. Change the look."""
    await page.set_viewport_size(DESKTOP)
    await page.emulate_media(color_scheme="light")
    problems = {"light": await violations(page)}
    await page.emulate_media(color_scheme="dark")
    await drawn(page)
    problems["dark"] = await violations(page, only=["color-contrast"])
    await page.set_viewport_size(PHONE)
    problems["phone"] = await violations(page, without=["color-contrast"])
    return {look: found for look, found in problems.items() if found}


async def unmarked_elements(page: Page) -> list[str]:
    """Return the elements that do not show that they have the focus."""
    return list(await page.evaluate(UNMARKED))


async def page_texts(page: Page, locale: str) -> set[str]:
    """Return every text on the page, which must be in this language."""
    await expect(page.locator("html")).to_have_attribute("lang", locale)
    return set(await page.evaluate(TEXTS))


def untranslated(english: set[str], russian: set[str], known_words: set[str]) -> set[str]:
    """Return the texts that are the same in both, except names and words from the content."""
    same = english & russian
    return {text for text in same if {*WORD.findall(NAMES.sub("", text))} - known_words}
