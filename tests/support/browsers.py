"""A real browser, and people who look at pages with it."""

import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    async_playwright,
)

from tools.prerequisites import find_chromium

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
TABLET = {"width": 768, "height": 1024}
LANGUAGES = {"en": "en-GB", "ru": "ru-RU"}
TIMEOUT_MS = 60_000
"""Milliseconds after which what is waited for will not come."""

# Sizes must not depend on the fonts of a machine. Only Linux lets a program choose what it sees.
FONTS = Path(__file__).parent / "fonts"
FONT_SETS = ("dejavu", "liberation") if sys.platform == "linux" else ("the system's",)

# Every other name is unknown to it, so no test reaches the network, whatever a page asks for.
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
LOADED = "Failed to load resource"  # told by the answer, too
ABORTED = "net::ERR_ABORTED"  # somebody went to another page meanwhile


@asynccontextmanager
async def chromium(fonts: str = FONT_SETS[0]) -> AsyncIterator[Browser]:
    """Run a Chromium that reaches nothing but this machine and sees only this set of fonts."""
    executable = find_chromium()
    assert executable, "these tests need Chromium (make setup)"
    options = [NO_NETWORK, "--force-color-profile=srgb"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable,
            args=options,
            env=os.environ | {"FONTCONFIG_FILE": str(FONTS / f"{fonts}.conf")},
        )
        try:
            yield browser
        finally:
            await browser.close()


class Visitor:
    """Somebody with a browser window of their own, and what went wrong in it.

    A test fails at its end if a page wrote an error, broke the Content-Security-Policy, asked
    another host for anything, or got a refusal that the test has not told of with `expects`.
    """

    def __init__(self, url: str, context: BrowserContext, page: Page) -> None:
        self.url = url
        self.context = context
        self.page = page
        self.username = ""
        self.client: httpx.Client | None = None
        self.outside: list[str] = []
        self._problems: list[str] = []
        self._expected: list[Callable[[str], object]] = []
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("requestfailed", self._unanswered)
        context.on("console", self._told)
        context.on("weberror", lambda error: self._problems.append(f"thrown: {error.error}"))

    async def open(self, path: str, status: int = 200) -> Page:
        """Go to a page, which is to be answered with this status."""
        if status >= 400:
            self.expects(rf"^{status} ")
        response = await self.page.goto(self.url + path)
        assert response is None or response.status in (status, 304), f"{response.status} at {path}"
        return self.page

    def expects(self, pattern: str) -> None:
        """Take problems that match for right: `422 POST`, `asked outside: https://…`."""
        self._expected.append(re.compile(pattern).search)

    @property
    def problems(self) -> list[str]:
        """What went wrong, and was not expected."""
        return [it for it in self._problems if not any(known(it) for known in self._expected)]

    def forget(self) -> None:
        """Begin anew, for the next test."""
        self._problems.clear()
        self._expected.clear()
        self.outside.clear()

    async def become(self, username: str, client: httpx.Client) -> None:
        """Take the sign-in over from a client."""
        self.username, self.client = username, client
        await self.context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value or "", "url": self.url}
                for cookie in client.cookies.jar
            ]
        )

    async def leave_evidence(self, folder: Path, name: str) -> None:
        """Write what the page looks like now, for whoever asks why a test failed."""
        for number, page in enumerate(self.context.pages, start=1):
            path = folder / f"{name}-{number}"
            try:
                await page.screenshot(path=f"{path}.png", timeout=5000)
                path.with_suffix(".html").write_text(await page.content(), encoding="utf-8")
            except Exception as error:  # the test's own failure says more
                print(f"no picture of {page.url}: {error}")  # noqa: T201
            else:
                print(f"{page.url} as it was: {path}.png, {path}.html")  # noqa: T201

    def _is_own(self, address: str) -> bool:
        return urlsplit(address).scheme in ("data", "blob", "about") or (
            urlsplit(address).netloc == urlsplit(self.url).netloc
        )

    def _asked(self, request: Request) -> None:
        if not self._is_own(request.url):
            self.outside.append(request.url)
            self._problems.append(f"asked outside: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            asked = f"{response.request.method} {urlsplit(response.url).path}"
            self._problems.append(f"{response.status} {asked}")

    def _unanswered(self, request: Request) -> None:
        if self._is_own(request.url) and request.failure != ABORTED:
            self._problems.append(f"unanswered: {request.method} {request.url} {request.failure}")

    def _told(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(LOADED):
            self._problems.append(f"console: {message.text}")


async def drawn(page: Page) -> None:
    """Wait until the page is drawn anew."""
    await page.evaluate(
        "() => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))"
    )


@asynccontextmanager
async def browser_window(
    browser: Browser,
    url: str,
    *,
    language: str = "en",
    dark: bool = False,
    phone: bool = False,
    javascript: bool = True,
    motion: bool = False,
    size: Mapping[str, int] | None = None,
    **options: Any,
) -> AsyncIterator[Visitor]:
    """A window of its own, that shares no cookies with others; `options` are Playwright's."""
    chosen = size or (PHONE if phone else DESKTOP)
    context = await browser.new_context(
        locale=LANGUAGES[language],
        color_scheme="dark" if dark else "light",
        reduced_motion="no-preference" if motion else "reduce",
        java_script_enabled=javascript,
        viewport={"width": chosen["width"], "height": chosen["height"]},
        has_touch=phone,
        is_mobile=phone,
        timezone_id="Europe/Moscow",
        **options,
    )
    context.set_default_timeout(TIMEOUT_MS)
    try:
        visitor = Visitor(url, context, await context.new_page())
        if not javascript:
            visitor.expects(r"^unanswered: .*\.js csp$")  # scripts that it would load beforehand
        yield visitor
    finally:
        await context.close()
