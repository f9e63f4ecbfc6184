"""Featured selections on pages."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.html_pages import parse_page
from tests.support.management_site import ManagementSite, run_management_site_on


@pytest.fixture(scope="module")
def site(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ManagementSite]:
    folder = tmp_path_factory.mktemp("managed-selections")
    with run_management_site_on(engine, request, folder) as made:
        yield made


@pytest.fixture
def root(site: ManagementSite) -> httpx.Client:
    return site.root()


def selection(
    site: ManagementSite, browser: httpx.Client, title: str, *, public: bool = True
) -> int:
    """A selection of one film; its id."""
    form = {"title": title} | ({"public": "true"} if public else {})
    made = browser.post("/selections/new", data=form)
    number = int(made.headers["location"].split("/")[2])
    film = {"film_id": site.films["Alien"]}
    assert browser.post(f"/selections/{number}/films", data=film).status_code == 303
    return number


def listed(browser: httpx.Client) -> list[str]:
    page = parse_page(browser.get("/manage/selections"))
    return [node.text() for node in page.css("tbody th > a:first-child")]


def test_selection_is_featured_and_withdrawn(site: ManagementSite, root: httpx.Client) -> None:
    maker = site.holder(root)
    first = selection(site, maker, "First & <Best>")
    selection(site, maker, "Second")
    selection(site, maker, "Private", public=False)
    assert listed(root) == ["Second", "First & <Best>"]
    response = root.post(f"/manage/selections/{first}", data={"featured": "true", "page": "1"})
    assert response.headers["location"] == "/manage/selections?page=1"
    assert listed(root) == ["First & <Best>", "Second"]
    assert "First &amp; &lt;Best&gt;" in site.browser().get("/").text
    root.post(f"/manage/selections/{first}", data={"featured": "false"})
    assert listed(root) == ["Second", "First & <Best>"]


def test_unknown_selection_is_not_found(root: httpx.Client) -> None:
    assert root.post("/manage/selections/999999", data={"featured": "true"}).status_code == 404
    assert root.get("/manage/selections?page=0").status_code == 400
    assert root.post("/manage/selections/1", data={"featured": "perhaps"}).status_code == 400


def test_operator_needs_the_permission_to_feature(site: ManagementSite, root: httpx.Client) -> None:
    member = site.holder(root, "films.edit")
    number = selection(site, member, "Mine")
    assert site.browser().get("/manage/selections").headers["location"].startswith("/sign-in")
    assert member.get("/manage/selections").status_code == 403
    assert member.post(f"/manage/selections/{number}", data={"featured": "true"}).status_code == 403
    operator = site.holder(root, "selections.feature")
    assert "Mine" in listed(operator)
    path = f"/manage/selections/{number}"
    assert operator.post(path, data={"featured": "true"}).status_code == 303
    crossing = {"sec-fetch-site": "cross-site"}
    assert operator.post(path, headers=crossing).status_code == 403
