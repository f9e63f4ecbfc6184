"""Old addresses of films and genres that were merged into others, in a browser and an app."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.databases import execute
from tests.support.films import ids_by_name
from tests.support.management_site import ManagementSite, run_management_site_on

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
