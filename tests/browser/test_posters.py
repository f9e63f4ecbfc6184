"""A poster elsewhere lies over the drawn one, and where it fails to load the drawn one is seen."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Page

from tests.conftest import GENEROUS
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.ports import free_port
from tests.support.servers import RunningServer, run_server

FILMS = (
    SampleFilm("Away", 1999, ("Drama",), poster="https://127.0.0.1:{closed}/poster.jpg"),
    SampleFilm("No Picture", 2000, ("Drama",), poster="{url}/healthz"),
    SampleFilm("Loaded", 2001, ("Drama",), poster="{url}/media/films/1.svg"),
)
AWAY = r"asked outside: https://127\.0\.0\.1:\d+/poster\.jpg"
PATHS = ("/films/1", "/films", "/search?q=away")
OUTER = ".poster-outer"

# The size of the poster elsewhere, and that of the frame in which it lies.
SIZES = """outer => [outer, outer.parentElement].map(each => {
    const box = each.getBoundingClientRect()
    return [Math.round(box.width), Math.round(box.height)]
})"""
SETTLED = """Promise.all([...document.images].map(each => {
    each.loading = "eager"
    return each.complete || new Promise(done => { each.onload = each.onerror = done })
})).then(() => true)"""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose films have posters that fail to load, and one that loads."""
    folder = tmp_path_factory.mktemp("posters")
    with run_server(folder, GENEROUS, "--workers", "1", "--no-demo") as server:
        given = {"closed": free_port(), "url": server.url}
        fill_catalogue(
            server.settings,
            [
                SampleFilm(f.title, f.year, f.genres, poster=(f.poster or "").format(**given))
                for f in FILMS
            ],
        )
        yield server


async def settle(page: Page) -> None:
    await page.evaluate(SETTLED)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("path", PATHS)
async def test_poster_that_fails_to_load_leaves_the_drawn_one(
    visit, films: RunningServer, path: str, javascript: bool
) -> None:
    visitor = await visit(url=films.url, javascript=javascript)
    visitor.expects(AWAY)
    page = await visitor.open(path)
    await settle(page)
    failed = 0
    for number in range(await page.locator(OUTER).count()):
        outer = page.locator(OUTER).nth(number)
        if await outer.evaluate("each => each.naturalWidth") > 0:
            continue
        failed += 1
        frame = outer.locator("..")
        with_outer = await frame.screenshot(animations="disabled")
        await outer.evaluate("each => each.style.setProperty('display', 'none')")
        assert await frame.screenshot(animations="disabled") == with_outer
    assert failed


async def test_poster_that_loads_covers_the_drawn_one(visit, films: RunningServer) -> None:
    visitor = await visit(url=films.url)
    visitor.expects(AWAY)
    page = await visitor.open("/films/3")
    await settle(page)
    outer = page.locator(f".film > .poster {OUTER}")
    own, frame = await outer.evaluate(SIZES)
    assert own == frame
    assert own[0] > 50
