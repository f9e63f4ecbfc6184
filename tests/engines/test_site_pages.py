"""Every page of the site, for everybody who may look at it, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import GENEROUS, new_database
from tests.support.markup import tree, words
from tests.support.running import lasting_clients, run_server
from tests.support.site_pages import World, address, pages, peopled, viewers

BROWSER = {"accept": "text/html", "accept-language": "ru"}
SEEN = [
    pytest.param(route, viewer, id=f"{route.path} {viewer}")
    for route in pages()
    for viewer in viewers(route)
]


@pytest.fixture(scope="module")
def world(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """People who have done what there is to do."""
    folder: Path = tmp_path_factory.mktemp("world")
    with (
        new_database(engine, request) as database,
        run_server(folder, GENEROUS | database, "--workers", "1") as server,
        lasting_clients() as keep,
    ):
        world = peopled(server)
        keep()
        yield world


@pytest.mark.parametrize(("route", "viewer"), SEEN)
def test_is_there(world, route, viewer):
    client = {"member": world.anna, "operator": world.root}.get(viewer)
    browser = world.server.client() if client is None else client
    response = browser.get(address(route, world), headers=BROWSER)
    assert response.status_code == 200, response.text
    page = tree(response)
    assert page.css_first("html").attributes["lang"] == "ru"
    assert words(page.css_first("h1"))
