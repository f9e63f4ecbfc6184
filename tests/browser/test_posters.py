"""Posters in the browser: from this server, and from others if the operator wants that."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.async_api import Page

from tests.conftest import GENEROUS
from tests.support.file_hosts import HOST, run_file_host
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.polling import eventually
from tests.support.ports import free_port
from tests.support.servers import RunningServer, run_server

PATHS = ("/films/1", "/films", "/search?q=posted")
POSTERS = ".poster img"
SETTLED = """Promise.all([...document.images].map(each => {
    each.loading = "eager"
    return each.complete || new Promise(done => { each.onload = each.onerror = done })
})).then(() => true)"""
WIDTHS = "images => images.map(each => each.naturalWidth)"
# The size of a poster, and that of its frame.
SIZES = """image => [image, image.parentElement].map(each => {
    const box = each.getBoundingClientRect()
    return [Math.round(box.width), Math.round(box.height)]
})"""


def run(stack: ExitStack, factory: pytest.TempPathFactory, mode: str, poster: str) -> RunningServer:
    settings = GENEROUS | {"posters": mode, "poster_hosts_allowed": HOST}
    folder = factory.mktemp(f"posters-{mode}")
    server = stack.enter_context(run_server(folder, settings, "--workers", "1", "--no-demo"))
    fill_catalogue(server.settings, [SampleFilm("Posted", 1999, ("Drama",), poster=poster)])
    return server


@pytest.fixture(scope="module")
def caching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ExitStack() as stack:
        host = stack.enter_context(run_file_host())
        yield run(stack, tmp_path_factory, "cache", f"{host.url}/poster.png")


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ExitStack() as stack:
        yield run(stack, tmp_path_factory, "direct", f"https://{HOST}:{free_port()}/poster.jpg")


async def settle(page: Page) -> None:
    await page.evaluate(SETTLED)


@pytest.mark.parametrize("path", PATHS)
async def test_fetched_poster_fills_its_frame(visit, caching: RunningServer, path: str) -> None:
    client = caching.client()
    address = "/media/films/1/poster"
    eventually(lambda: client.get(address).headers["content-type"] == "image/webp")
    visitor = await visit(url=caching.url)
    page = await visitor.open(path)
    await settle(page)
    assert min(await page.locator(POSTERS).evaluate_all(WIDTHS)) >= 400
    own, frame = await page.locator(POSTERS).first.evaluate(SIZES)
    assert own == frame


@pytest.mark.parametrize("path", PATHS)
async def test_poster_that_fails_to_load_shows_no_broken_image(
    visit, direct: RunningServer, path: str
) -> None:
    visitor = await visit(url=direct.url)
    visitor.expects(r"asked outside: https://127\.0\.0\.1:\d+/poster\.jpg")
    page = await visitor.open(path)
    await settle(page)
    frame = page.locator(".poster").first
    with_image = await frame.screenshot(animations="disabled")
    await page.locator(POSTERS).first.evaluate("each => each.style.setProperty('display', 'none')")
    assert await frame.screenshot(animations="disabled") == with_image
