"""The buttons beside films tell what is bookmarked, to who is signed in."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.films import SampleFilm, fill_catalogue
from tests.support.html_pages import element
from tests.support.polling import eventually

OWN = {"sec-fetch-site": "same-origin", "accept": "text/html"}
KEPT, OTHER = "Kept for later", "Seen already"


@pytest.fixture
def server(start_server):
    """A server with two films, which are alike: the same person directed them."""
    server = start_server()
    fill_catalogue(
        server.settings,
        [SampleFilm(title, 2020, ("Drama",), ("Ida Lupino",)) for title in (KEPT, OTHER)],
    )
    eventually(lambda: KEPT in server.client().get("/films", headers=OWN).text)
    return server


def buttons(client, path) -> dict[str, str | None]:
    """By film, whether its button is pressed."""
    page = LexborHTMLParser(client.get(path, headers=OWN).text)
    return {
        element(card, ".film-title").text(strip=True): button.attributes["aria-pressed"]
        for card in page.css(".film-card")
        for button in card.css(".bookmark button")
    }


def test_bookmark_state_is_shown_on_every_film_list(server):
    member, visitor = server.signed_up(), server.client()
    page = LexborHTMLParser(member.get("/films", headers=OWN).text)
    film = {link.text(): str(link.attributes["href"]) for link in page.css(".film-title a")}
    response = member.post(f"/bookmarks{film[KEPT][6:]}", data={"action": "add"}, headers=OWN)
    assert response.status_code == 303, response.text
    made = member.post("/selections/new", data={"title": "Both", "public": "true"}, headers=OWN)
    selection = made.headers["location"].removesuffix("/edit")
    for path in film.values():
        member.post(f"{selection}/films", data={"film_id": path[7:]}, headers=OWN)
    both = {KEPT: "true", OTHER: "false"}
    for path, shown in (
        ("/", both),
        ("/films", both),
        ("/search?q=kept", {KEPT: "true"}),
        (film[OTHER], {KEPT: "true"}),
        ("/bookmarks", {KEPT: "true"}),
        (selection, both),
    ):
        assert buttons(member, path) == shown, path
        assert buttons(visitor, path) == {}, path
