"""A real browser and its windows."""

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
    ViewportSize,
    async_playwright,
)

from tools.prerequisites import find_chromium

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
TABLET: ViewportSize = {"width": 768, "height": 1024}
LANGUAGES = {"en": "en-GB", "ru": "ru-RU"}
TIMEOUT_MS = 60_000
"""Milliseconds after which an expected change will not happen any more."""

# Sizes must not depend on the fonts of a machine. Only on Linux can a test choose the fonts.
FONTS = Path(__file__).parent / "fonts"
FONT_SETS = ("dejavu", "liberation") if sys.platform == "linux" else ("the system's",)

# All other names are unknown to it, so no page can reach the network.
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
LOADED = "Failed to load resource"  # also reported with the response
ABORTED = "net::ERR_ABORTED"  # the user went to another page


@asynccontextmanager
async def chromium(fonts: str = FONT_SETS[0]) -> AsyncIterator[Browser]:
    """Run a Chromium that can reach only this machine and sees only this set of fonts."""
    executable = find_chromium()
    assert executable, "these tests need Chromium (make setup)"
    options = [NO_NETWORK, "--force-color-profile=srgb"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable,
            args=options,
            env={**os.environ, "FONTCONFIG_FILE": str(FONTS / f"{fonts}.conf")},
        )
        try:
            yield browser
        finally:
            await browser.close()


class Visitor:
    """A user with a browser window, and the problems in it.

    A test fails at its end if a page logged an error, violated the Content-Security-Policy,
    requested anything from another host, or got an error response that the test did not expect.
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
        """Go to a page and check the status of the response."""
        if status >= 400:
            self.expects(rf"^{status} ")
        response = await self.page.goto(self.url + path)
        assert response is None or response.status in (status, 304), f"{response.status} at {path}"
        return self.page

    def expects(self, pattern: str) -> None:
        """Ignore problems that match, such as `422 POST` or `asked outside: https://…`."""
        self._expected.append(re.compile(pattern).search)

    @property
    def problems(self) -> list[str]:
        """Return the unexpected problems."""
        return [it for it in self._problems if not any(known(it) for known in self._expected)]

    def clear_problems(self) -> None:
        """Clear the problems for the next test."""
        self._problems.clear()
        self._expected.clear()
        self.outside.clear()

    async def become(self, username: str, client: httpx.Client) -> None:
        """Use the session of a client."""
        self.username, self.client = username, client
        await self.context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value or "", "url": self.url}
                for cookie in client.cookies.jar
            ]
        )

    async def leave_evidence(self, folder: Path, name: str) -> None:
        """Write a screenshot and the HTML of the page, to explain a failed test."""
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
    """Wait until the page is drawn again."""
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
    """Open a window that shares no cookies with others; `options` are Playwright's."""
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
