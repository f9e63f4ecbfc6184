"""Every page of the site, for everybody who may look at it, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import GENEROUS, new_database
from tests.support.html_pages import parse_page, text_of
from tests.support.servers import keep_clients_open, run_server
from tests.support.site_pages import SampleSite, create_sample_site, example_path, pages, viewers

BROWSER = {"accept": "text/html", "accept-language": "ru"}
SEEN = [
    pytest.param(route, viewer, id=f"{route.path} {viewer}")
    for route in pages()
    for viewer in viewers(route)
]


@pytest.fixture(scope="module")
def world(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SampleSite]:
    """People who have done what there is to do."""
    folder: Path = tmp_path_factory.mktemp("world")
    with (
        new_database(engine, request) as database,
        run_server(folder, GENEROUS | database, "--workers", "1") as server,
        keep_clients_open() as keep,
    ):
        world = create_sample_site(server)
        keep()
        yield world


@pytest.mark.parametrize(("route", "viewer"), SEEN)
def test_is_there(world, route, viewer):
    client = {"member": world.anna, "operator": world.root}.get(viewer)
    browser = world.server.client() if client is None else client
    response = browser.get(example_path(route, world), headers=BROWSER)
    assert response.status_code == 200, response.text
    page = parse_page(response)
    assert page.css_first("html").attributes["lang"] == "ru"
    assert text_of(page.css_first("h1"))
