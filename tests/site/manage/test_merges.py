"""Operators merge films that are the same, undo it and decide on possible duplicates."""

import json
from collections.abc import Iterator
from itertools import combinations

import httpx
import pytest
from selectolax.lexbor import LexborNode

from kinoteka.core.film_merging.model import DUPLICATES_PAGE
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
    page = f"/manage/films/{kept}/merge"
    shown = parse_page(root.get(page, params={"other": merged}))
    assert [each.attributes["value"] for each in shown.css("[name=visibility]")] == [
        "",
        str(kept),
        str(merged),
    ]
    refused = root.post(page, data={"other": merged})
    assert refused.status_code == 409
    assert element(parse_page(refused, 409), ".manage-comparison")
    assert "Nothing was merged" in text_of(element(parse_page(refused, 409), "[role=alert]"))
    chosen = root.post(page, data={"other": merged, "visibility": merged})
    assert chosen.status_code == 303
    assert site.browser().get(f"/films/{kept}").status_code == 404


def test_unknown_and_same_films_are_rejected(site: ManagementSite, root: httpx.Client) -> None:
    film_id = site.films["Ran"]
    for other, status in ((film_id, 400), (999999, 404), ("x", 400), ("", 400)):
        response = root.post(f"/manage/films/{film_id}/merge", data={"other": other})
        assert response.status_code == status, other


def add_pair(site: ManagementSite, one: int, other: int, reason: str = "title") -> None:
    execute(
        site.server.settings,
        "INSERT INTO possible_duplicates (film_id, other_id, reason) VALUES (?, ?, ?)",
        *sorted((one, other)),
        reason,
    )


class TestComparison:
    def test_films_are_shown_side_by_side_with_marked_differences(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        one, other = site.films["Rashomon"], site.films["Ran"]
        page = parse_page(root.get(f"/manage/films/{one}/merge?other={other}"))
        rows_shown = {}
        for row in page.css(".manage-comparison tbody tr"):
            name, *values = [" ".join(text_of(cell).split()) for cell in row.css("th, td")]
            rows_shown[name] = values
        assert rows_shown["Title differs"] == ["Rashomon", "Ran"]
        assert rows_shown["Year differs"] == ["1950", "1985"]
        assert rows_shown["Directors"] == ["Akira Kurosawa", "Akira Kurosawa"]
        assert rows_shown["Who can see it"] == ["Everyone", "Everyone"]
        assert rows_shown["Bookmarks"] == ["0", "0"]
        assert [each.attributes["value"] for each in page.css("[name=survivor]")] == [
            str(one),
            str(other),
        ]
        assert page.css_first("[name=visibility]") is None

    def test_value_of_one_film_alone_is_marked(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        one, other = site.films["Mirror"], site.films["Ran"]
        page = root.get(f"/manage/films/{one}/merge?other={other}")
        assert "only one" in text_of(row_of(page, "Original title"))

    def test_operator_chooses_the_film_that_remains(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        one, other = site.films["Dreams"], site.films["Rashomon"]
        data = {"other": other, "survivor": other}
        response = root.post(f"/manage/films/{one}/merge", data=data)
        assert response.headers["location"] == f"/manage/films/{other}"
        assert root.get(f"/movies/{one}").json()["id"] == other
        again = root.post(f"/manage/films/{one}/merge", data=data)
        assert again.status_code == 409
        assert root.post(f"/manage/films/{other}/undo-merge", data={"merged": one}).is_redirect

    def test_pages_of_a_merged_film_redirect_to_the_other(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        kept, merged, third = (site.films[name] for name in ("Dreams", "Rashomon", "Ran"))
        root.post(f"/manage/films/{kept}/merge", data={"other": merged})
        for rest in ("", "/split", f"/merge?other={third}"):
            moved = root.get(f"/manage/films/{merged}{rest}")
            location = f"/manage/films/{kept}{rest}"
            assert (moved.status_code, moved.headers["location"]) == (308, location)
        assert root.get(f"/manage/films/{kept}/merge?other={merged}").status_code == 409
        assert root.get("/manage/films/999999/split").status_code == 404
        root.post(f"/manage/films/{kept}/undo-merge", data={"merged": merged})

    def test_comparison_without_another_film_leads_to_the_film(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        film = f"/manage/films/{site.films['Ran']}"
        response = root.get(f"{film}/merge")
        assert (response.status_code, response.headers["location"]) == (303, film)


def row_of(response: httpx.Response, name: str) -> LexborNode:
    """Return the row of a comparison whose heading begins with a name."""
    found = parse_page(response).css(".manage-comparison tbody tr")
    return next(row for row in found if text_of(row).startswith(name))


class TestSplit:
    def test_chosen_sources_become_a_film_of_their_own(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        film_id = site.films["M"]
        add_record(site, film_id, "8", "Another M")
        page = f"/manage/films/{film_id}/split"
        shown = parse_page(root.get(page))
        value = next(
            each.attributes["value"]
            for each in shown.css("[name=leaving]")
            if (each.attributes["value"] or "").endswith(":8")
        )
        response = root.post(page, data={"leaving": value})
        assert response.status_code == 303
        new = response.headers["location"]
        assert "Another M" in root.get(new).text
        assert new != f"/manage/films/{film_id}"
        again = root.post(page, data={"leaving": value})
        assert again.status_code == 409
        assert "nothing to split" in text_of(element(parse_page(again, 409), "[role=alert]"))

    def test_nothing_or_all_cannot_leave(self, site: ManagementSite, root: httpx.Client) -> None:
        film_id = site.films["Stalker"]
        add_record(site, film_id, "9", "Another Stalker")
        page = f"/manage/films/{film_id}/split"
        values = [
            each.attributes["value"] for each in parse_page(root.get(page)).css("[name=leaving]")
        ]
        for leaving in ([], values):
            response = root.post(page, data={"leaving": leaving})
            assert response.status_code == 400
            assert "at least one" in text_of(element(parse_page(response, 400), "[role=alert]"))
        assert root.post(page, data={"leaving": ["x", "1:unknown"]}).status_code == 409

    def test_film_with_one_source_says_that_there_is_nothing_to_split(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        page = root.get(f"/manage/films/{site.films['Ran']}/split")
        assert "nothing to split" in page.text
        assert parse_page(page).css_first("[name=leaving]") is None

    def test_members_may_not_split(self, site: ManagementSite) -> None:
        page = f"/manage/films/{site.films['Ran']}/split"
        member = site.server.signed_up()
        assert (member.get(page).status_code, member.post(page).status_code) == (403, 403)


def add_record(site: ManagementSite, film_id: int, external_id: str, title: str) -> None:
    """Give a film the record of a second source."""
    settings = site.server.settings
    execute(
        settings,
        "INSERT INTO film_values (source_id, external_id, film_id, fingerprint,"
        " fingerprint_version, record) VALUES ((SELECT min(id) FROM sources), ?, ?, 0, 0, ?)",
        *(external_id, film_id, json.dumps({"title": title})),
    )


class TestDuplicates:
    def test_dismissed_pair_is_no_longer_listed(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        film, other = site.films["Rashomon"], site.films["Dreams"]
        add_pair(site, film, other)
        page = parse_page(root.get(DUPLICATES))
        assert {text_of(link) for link in page.css("tbody .manage-name a")} == {
            "Rashomon",
            "Dreams",
        }
        assert "Title and year in common" in text_of(element(page, "tbody"))
        compare = element(page, "tbody a[href*=merge]").attributes["href"] or ""
        assert root.get(compare).status_code == 200
        data = {"film": film, "other": other, "after": "3-5-1-2"}
        sent = root.post(DUPLICATES, data=data)
        assert sent.headers["location"] == f"{DUPLICATES}?after=3-5-1-2"
        assert parse_page(root.get(DUPLICATES)).css_first("tbody") is None
        settings = site.server.settings
        dismissed = "SELECT dismissed_at > 0 FROM possible_duplicates WHERE film_id = ?"
        assert rows(settings, dismissed, min(film, other)) == [True]
        assert len(rows(settings, "SELECT * FROM separations WHERE film_id = ?", film)) == 1

    def test_page_of_a_film_lists_its_possible_duplicates(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        film, other, dismissed = (site.films[name] for name in ("Brother", "Amélie", "Spider-Man"))
        for each in (other, dismissed):
            add_pair(site, film, each)
        root.post(DUPLICATES, data={"film": film, "other": dismissed})
        for one, two, title in ((film, other, "Amélie"), (other, film, "Brother")):
            page = parse_page(root.get(f"/manage/films/{one}"))
            (link,) = page.css("a[href*='/merge?other=']")
            assert link.attributes["href"] == f"/manage/films/{one}/merge?other={two}"
            assert title in text_of(link)
        assert "/merge?other=" not in root.get(f"/manage/films/{dismissed}").text
        execute(site.server.settings, "DELETE FROM possible_duplicates")

    def test_pair_that_is_not_listed_can_be_dismissed(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        film, other = site.films["Alien"], site.films["Ran"]
        for status in (303, 303):
            sent = root.post(DUPLICATES, data={"film": film, "other": other, "after": "x"})
            assert (sent.status_code, sent.headers["location"]) == (status, DUPLICATES)
        assert root.post(DUPLICATES, data={"film": film, "other": film}).status_code == 400
        assert root.post(DUPLICATES, data={"film": film, "other": 99999}).status_code == 404

    def test_further_pairs_are_on_the_next_page(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        settings = site.server.settings
        ids = rows(settings, "SELECT id FROM films ORDER BY id")
        pairs = list(combinations(ids, 2))[: DUPLICATES_PAGE + 3]
        execute(settings, "DELETE FROM possible_duplicates")
        for number, pair in enumerate(pairs):
            add_pair(site, *pair, reason=("title", "ids", "people")[number % 3])
        listed: list[tuple[str, ...]] = []
        address: str | None = DUPLICATES
        while address:
            page = parse_page(root.get(address))
            for row in page.css("tbody tr"):
                links = row.css(".manage-name a")
                listed.append(tuple(str(link.attributes["href"]) for link in links))
            following = page.css_first("a[rel=next]")
            address = None if following is None else following.attributes["href"]
        assert len(listed) == len(set(listed)) == len(pairs)
        reasons = [text_of(each) for each in parse_page(root.get(DUPLICATES)).css(".manage-reason")]
        order = ["An ID", "Title, year and people", "Title and year"]
        found = [
            next(n for n, text in enumerate(order) if each.startswith(text)) for each in reasons
        ]
        assert found == sorted(found)
        empty = root.get(f"{DUPLICATES}?after=0-0-99999-99999")
        assert parse_page(empty).css_first("tbody") is None
        execute(settings, "DELETE FROM possible_duplicates")

    def test_invalid_place_shows_the_first_page(
        self, site: ManagementSite, root: httpx.Client
    ) -> None:
        for after in ("x", "1-2-3", "9" * 30 + "-1-1-1"):
            assert root.get(DUPLICATES, params={"after": after}).status_code == 200


def test_members_may_not_merge(site: ManagementSite) -> None:
    member = site.server.signed_up()
    film, other = site.films["Ran"], site.films["Rashomon"]
    assert member.post(f"/manage/films/{film}/merge", data={"other": other}).status_code == 403
    assert member.get(DUPLICATES).status_code == 403
