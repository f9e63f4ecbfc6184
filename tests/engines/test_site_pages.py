"""Every page of the site opens for every permitted viewer, on both engines."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import GENEROUS, new_database
from tests.support.html_pages import element, parse_page, text_of
from tests.support.servers import keep_clients_open, run_server
from tests.support.site_pages import SampleSite, create_sample_site, example_path, pages, viewers

BROWSER = {"accept": "text/html", "accept-language": "ru"}
VISITS = [
    pytest.param(route, viewer, id=f"{route.path} {viewer}")
    for route in pages()
    for viewer in viewers(route)
]


@pytest.fixture(scope="module")
def site(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SampleSite]:
    """A server with accounts that have films, selections, messages and imports."""
    folder: Path = tmp_path_factory.mktemp("site")
    with (
        new_database(engine, request) as database,
        run_server(folder, GENEROUS | database, "--workers", "1") as server,
        keep_clients_open() as keep_open,
    ):
        site = create_sample_site(server)
        keep_open()
        yield site


@pytest.mark.parametrize(("route", "viewer"), VISITS)
def test_page_opens_in_the_language_of_its_viewer(site, route, viewer):
    client = {"member": site.anna, "operator": site.root}.get(viewer)
    browser = site.server.client() if client is None else client
    response = browser.get(example_path(route, site), headers=BROWSER)
    assert response.status_code == 200, response.text
    page = parse_page(response)
    assert element(page, "html").attributes["lang"] == "ru"
    assert text_of(page.css_first("h1"))


@pytest.mark.parametrize(
    "path",
    [
        "/films/export?sort=title",
        "/search/export?q=cinema",
        "/selections/{own_selection}/export?format=csv",
        "/bookmarks/export?format=csv",
    ],
)
def test_list_is_downloaded_as_csv_and_json(site, path):
    path = path.format_map(vars(site)).removesuffix("format=csv")
    joint = "" if path.endswith("?") else "&"
    as_csv, as_json = (site.anna.get(f"{path}{joint}format={each}") for each in ("csv", "json"))
    rows = list(csv.DictReader(io.StringIO(as_csv.text.removeprefix("\ufeff"))))
    assert [row["title"] for row in rows] == [film["title"] for film in as_json.json()] != []


def test_search_suggests_films_and_people(site):
    words = site.words.director.lower().replace(" ", "+")
    page = parse_page(site.anna.get(f"/search/suggested?q={words}"))
    found = {each.attributes["data-href"] for each in page.css("[role=option]")}
    assert {f"/films/{site.film}", f"/directors/{site.director}"} <= found
