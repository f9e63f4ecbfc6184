"""Old addresses of films and genres that were merged into others, in a browser and an app."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.databases import execute
from tests.support.films import ids_by_name
from tests.support.management_site import ManagementSite, run_management_site_on
from tests.support.site_pages import csrf

OLD, OLD_LABELLED, OLD_GENRE = 7001, 7002, 7003
JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
def site(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ManagementSite]:
    with run_management_site_on(engine, request, tmp_path_factory.mktemp("merged")) as site:
        redirect = "INSERT INTO film_redirects (old_id, film_id, title, until) VALUES (?, ?, '', 1)"
        execute(site.server.settings, redirect, OLD, site.films["Alien"])
        execute(site.server.settings, redirect, OLD_LABELLED, site.films["After Midnight"])
        genre_id = ids_by_name(site.server.settings, "genres")["Drama"]
        execute(
            site.server.settings, "INSERT INTO genre_redirects VALUES (?, ?)", OLD_GENRE, genre_id
        )
        yield site


@pytest.fixture
def browser(site: ManagementSite) -> httpx.Client:
    return site.browser()


def test_page_of_a_merged_film_redirects_to_the_survivor(
    site: ManagementSite, browser: httpx.Client
) -> None:
    response = browser.get(f"/films/{OLD}?from=chat")
    assert response.status_code == 308
    assert response.headers["location"] == f"/films/{site.films['Alien']}?from=chat"
    assert response.headers["cache-control"] == "no-store"


def test_selections_page_of_a_merged_film_redirects(site: ManagementSite) -> None:
    response = site.root().get(f"/films/{OLD}/selections")
    assert response.headers["location"] == f"/films/{site.films['Alien']}/selections"
    assert response.status_code == 308


def test_movie_of_a_merged_film_is_the_survivor(
    site: ManagementSite, browser: httpx.Client
) -> None:
    survivor = browser.get(f"/movies/{site.films['Alien']}", headers=JSON)
    for _ in range(3):  # also from the cache
        response = browser.get(f"/movies/{OLD}", headers=JSON)
        assert (response.status_code, response.json()) == (200, survivor.json())
    assert OLD not in [film["id"] for film in browser.get("/movies/", headers=JSON).json()]


def test_poster_of_a_merged_film_is_that_of_the_survivor(
    site: ManagementSite, browser: httpx.Client
) -> None:
    posters = [browser.get(f"/media/films/{each}.svg") for each in (OLD, site.films["Alien"])]
    assert posters[0].text == posters[1].text


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/movies/?genre_id={}", JSON),
        ("/movies/?genre_id={}&page=1", JSON),
        ("/films/export?genre={}&format=json", {}),
        ("/films?genre={}&sort=title", {"hx-request": "true", "hx-target": "more"}),
    ],
)
def test_filter_by_a_merged_genre_finds_the_films_of_the_survivor(
    site: ManagementSite, browser: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    survivor = ids_by_name(site.server.settings, "genres")["Drama"]
    old, own = (browser.get(path.format(each), headers=headers) for each in (OLD_GENRE, survivor))
    assert (own.status_code, old.text) == (200, own.text)
    assert own.text != browser.get(path.format(999999), headers=headers).text


def test_film_list_of_a_merged_genre_redirects_with_its_other_filters(
    site: ManagementSite, browser: httpx.Client
) -> None:
    survivor = ids_by_name(site.server.settings, "genres")["Drama"]
    response = browser.get(f"/films?genre={OLD_GENRE}&year=1985&sort=title")
    assert response.status_code == 303
    assert response.headers["location"] == f"/films?sort=title&genre={survivor}&year=1985"


@pytest.mark.parametrize("path", ["/films/{}", "/movies/{}", "/media/films/{}.svg"])
def test_survivor_that_is_not_visible_stays_unknown(
    site: ManagementSite, browser: httpx.Client, path: str
) -> None:
    assert browser.get(path.format(OLD_LABELLED)).status_code == 404
    assert site.root().get(path.format(OLD_LABELLED)).status_code in (200, 308)


def test_link_in_a_message_shows_the_card_of_the_survivor(site: ManagementSite) -> None:
    card = site.root().get(f"/messages/films/{OLD}")
    assert card.status_code == 200
    assert f"/films/{site.films['Alien']}" in card.text


def origin(site: ManagementSite) -> dict[str, str]:
    """Return the header that forms of pages must have."""
    return {"origin": site.server.url}


def test_merged_film_is_bookmarked_as_the_survivor(site: ManagementSite) -> None:
    survivor = site.films["Alien"]
    member = site.server.signed_up()
    assert member.post(f"/favorites/movies/{OLD}/").is_success
    listed = member.get("/favorites/movies/", headers=JSON).json()
    assert [film["id"] for film in listed] == [survivor]
    assert "Alien" in member.get("/bookmarks/export?format=csv").text
    assert member.delete(f"/favorites/movies/{OLD}/").is_success
    assert member.get("/favorites/movies/", headers=JSON).json() == []
    for action, count in (("add", 1), ("remove", 0)):
        sent = member.post(f"/bookmarks/{OLD}", data={"action": action}, headers=origin(site))
        assert sent.status_code == 303
        assert len(member.get("/favorites/movies/", headers=JSON).json()) == count


def test_merged_film_is_added_to_selections_as_the_survivor(site: ManagementSite) -> None:
    survivor, other = site.films["Alien"], site.films["Ran"]
    member = site.server.signed_up()
    token = csrf(member)
    body = {"title": "Best", "description": "", "public": False, "movies": [OLD, survivor, other]}
    created = member.post("/selections", json=body, headers=token).json()["body"]["selection"]
    path = f"/selections/{created['id']}"

    def film_ids() -> list[int]:
        found = member.get(path, headers=JSON).json()["body"]["selection"]
        return [film["id"] for film in found["movies"]]

    assert film_ids() == [survivor, other]
    assert member.delete(f"{path}/movies/{OLD}", headers=token).is_success
    assert film_ids() == [other]
    assert member.put(f"{path}/movies/{OLD}", headers=token).is_success
    assert film_ids() == [other, survivor]
    form = {"selection_id": created["id"], "action": "remove"}
    sent = member.post(f"/films/{OLD}/selections", data=form, headers=origin(site))
    assert (sent.status_code, film_ids()) == (303, [other])
    form = {"title": "New"}
    sent = member.post(f"/films/{OLD}/selections/new", data=form, headers=origin(site))
    assert sent.status_code == 303


def test_lists_and_searches_contain_no_merged_film(
    site: ManagementSite, browser: httpx.Client
) -> None:
    for path in ("/movies/?q=alien", "/movies/?page=1"):
        listed = browser.get(path, headers=JSON).json()
        assert OLD not in [film["id"] for film in listed]
    for path in ("/films?q=alien", "/search?q=alien", "/search/suggested?q=alien", "/"):
        assert f"/films/{OLD}" not in browser.get(path).text
    assert str(OLD) not in browser.get("/films/export?format=csv").text


def test_operators_find_the_survivor_by_the_old_id(site: ManagementSite) -> None:
    page = site.root().get(f"/manage/films?q={OLD}")
    assert f"/manage/films/{site.films['Alien']}" in page.text


def test_merged_genre_redirects(site: ManagementSite, browser: httpx.Client) -> None:
    genre_id = ids_by_name(site.server.settings, "genres")["Drama"]
    response = browser.get(f"/genres/{OLD_GENRE}", headers={"accept": "text/html"})
    assert (response.status_code, response.headers["location"]) == (308, f"/genres/{genre_id}")
    found = browser.get(f"/genres/{OLD_GENRE}", headers=JSON)
    assert found.json() == {"id": genre_id, "name": "Drama"}


def test_merged_genre_can_be_chosen_as_the_favourite(site: ManagementSite) -> None:
    genre_id = ids_by_name(site.server.settings, "genres")["Drama"]
    changed = site.root().patch("/user/", json={"favorite_genre": OLD_GENRE}, headers=JSON)
    assert changed.json()["favorite_genre"] == genre_id
