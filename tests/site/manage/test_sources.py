"""The page on which operators order sources."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.databases import rows
from tests.support.html_pages import parse_page
from tests.support.management_site import ManagementSite, run_management_site_on


@pytest.fixture(scope="module")
def site(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ManagementSite]:
    folder = tmp_path_factory.mktemp("managed-sources")
    with run_management_site_on(engine, request, folder) as made:
        yield made


def listed(browser: httpx.Client) -> list[str]:
    page = parse_page(browser.get("/manage/imports/sources"))
    return [node.text() for node in page.css("tbody th")]


def test_source_is_moved_up_and_down(site: ManagementSite) -> None:
    root = site.root()
    assert listed(root) == ["added manually", "tests"]
    (source_id,) = rows(site.server.settings, "SELECT id FROM sources WHERE name = 'tests'")
    path = f"/manage/imports/sources/{source_id}/move"
    assert root.post(path, data={"up": "true"}).status_code == 303
    assert listed(root) == ["tests", "added manually"]
    assert root.post(path, data={"up": "false"}).status_code == 303
    assert listed(root) == ["added manually", "tests"]
    assert root.get(path).headers["location"] == "/manage/imports/sources"
