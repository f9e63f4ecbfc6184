"""Operators merge films that are the same, undo it and decide on possible duplicates."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.databases import execute, rows
from tests.support.films import PREMIUM
from tests.support.html_pages import element, parse_page, text_of
from tests.support.management_site import ManagementSite, run_management_site

DUPLICATES = "/manage/duplicates"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManagementSite]:
    with run_management_site(tmp_path_factory.mktemp("merges"), {}) as site:
        yield site


@pytest.fixture
def root(site: ManagementSite) -> httpx.Client:
    return site.root()


def test_merged_film_leads_to_the_other_until_the_merge_is_undone(
    site: ManagementSite, root: httpx.Client
) -> None:
    kept, merged = site.films["Alien"], site.films["Blade Runner"]
    page = f"/manage/films/{kept}"
    response = root.post(f"{page}/merge", data={"other": merged})
    assert (response.status_code, response.headers["location"]) == (303, page)
    assert root.get(f"/movies/{merged}").json()["id"] == kept
    moved = root.get(f"/films/{merged}")
    assert (moved.status_code, moved.headers["location"]) == (308, f"/films/{kept}")
    button = element(parse_page(root.get(page)), f"form[action='{page}/undo-merge'] button")
    assert "Blade Runner" in text_of(button)
    assert root.post(f"{page}/undo-merge", data={"merged": merged}).status_code == 303
    assert root.get(f"/movies/{merged}").json()["title"] == "Blade Runner"


def test_films_with_different_labels_are_merged_only_with_a_decision(
    site: ManagementSite, root: httpx.Client
) -> None:
    kept, merged = site.films["Mirror"], site.films["Solaris"]
    execute(
        site.server.settings,
        "UPDATE films SET label_id = (SELECT id FROM labels WHERE name = ?) WHERE id = ?",
        PREMIUM,
        merged,
    )
    page = f"/manage/films/{kept}"
    refused = root.post(f"{page}/merge", data={"other": merged})
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    chosen = root.post(f"{page}/merge", data={"other": merged, "visibility": "other"})
    assert chosen.status_code == 303
    assert site.browser().get(f"/films/{kept}").status_code == 404


def test_unknown_and_same_films_are_rejected(site: ManagementSite, root: httpx.Client) -> None:
    film_id = site.films["Ran"]
    for other, status in ((film_id, 400), (999999, 404), ("x", 400), ("", 400)):
        response = root.post(f"/manage/films/{film_id}/merge", data={"other": other})
        assert response.status_code == status, other


def test_dismissed_duplicate_is_no_longer_listed(site: ManagementSite, root: httpx.Client) -> None:
    film, other = sorted((site.films["Rashomon"], site.films["Dreams"]))
    execute(
        site.server.settings,
        "INSERT INTO possible_duplicates (film_id, other_id, reason) VALUES (?, ?, 'title')",
        film,
        other,
    )
    page = parse_page(root.get(DUPLICATES))
    assert {text_of(link) for link in page.css("tbody a")} == {"Rashomon", "Dreams"}
    assert root.post(DUPLICATES, data={"film": film, "other": other}).status_code == 303
    assert parse_page(root.get(DUPLICATES)).css_first("tbody") is None
    assert rows(site.server.settings, "SELECT dismissed_at > 0 FROM possible_duplicates") == [True]


def test_members_may_not_merge(site: ManagementSite) -> None:
    member = site.server.signed_up()
    film, other = site.films["Ran"], site.films["Rashomon"]
    assert member.post(f"/manage/films/{film}/merge", data={"other": other}).status_code == 403
    assert member.get(DUPLICATES).status_code == 403
