"""Saved mappings are listed and deleted on a page."""

from collections.abc import Iterator

import pytest

from tests.support.databases import execute
from tests.support.html_pages import parse_page
from tests.support.management_site import ManagementSite, run_management_site_on, text_at

PATH = "/manage/imports/mappings"


@pytest.fixture(scope="module")
def site(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ManagementSite]:
    folder = tmp_path_factory.mktemp("saved-mappings")
    with run_management_site_on(engine, request, folder) as made:
        yield made


def test_saved_mapping_is_listed_and_deleted(site: ManagementSite) -> None:
    root = site.root()
    insert = "INSERT INTO import_mappings (name, mapping, options) VALUES (?, ?, ?)"
    execute(site.server.settings, insert, "club", '["year=Y"]', "{}")
    page = parse_page(root.get(PATH))
    assert text_at(page, "tbody th") == "club"
    assert text_at(page, "tbody td") == "year=Y"
    parse_page(root.post(PATH, data={"name": "other"}), 400)
    response = root.post(PATH, data={"name": "club"})
    assert (response.status_code, response.headers["location"]) == (303, PATH)
    page = parse_page(root.get(PATH))
    assert text_at(page, ".notice") == "Saved mapping deleted."
    assert page.css_first("tbody") is None
