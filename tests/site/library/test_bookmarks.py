"""The ribbon on films, and the page of one's bookmarks."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.site.library.conftest import MORE, titles
from tests.support.html_pages import element, parse_page, text_of

HTMX = {"hx-request": "true"}
HIDDEN = "Zanzibar Nights"


class TestPage:
    def test_bookmarks_are_listed_newest_first(self, library, anna, boris):
        library.bookmark(anna, "Ran", "Alien")
        library.bookmark(boris, "M")
        page = parse_page(anna.get("/bookmarks"))
        assert titles(page) == ["Alien", "Ran"]
        assert {node.attributes["aria-pressed"] for node in page.css(".bookmark button")} == {
            "true"
        }
        assert text_of(page.css_first(".head p")) == "2 films saved for later"

    def test_bookmarks_are_downloaded_by_their_account(self, library, anna, browser):
        library.bookmark(anna, "Ran", "Alien")
        films = anna.get("/bookmarks/export?format=json").json()
        assert [film["title"] for film in films] == ["Alien", "Ran"]
        assert browser.get("/bookmarks/export").status_code == 303

    def test_empty_page_explains_bookmarks(self, anna):
        page = parse_page(anna.get("/bookmarks"))
        assert element(page, ".empty a").attributes["href"] == "/films"

    def test_pages_are_numbered(self, library, anna):
        library.bookmark(anna, *(film.title for film in MORE[:26]))
        first = parse_page(anna.get("/bookmarks"))
        assert len(titles(first)) == 24
        assert element(first, ".pager [rel=next]").attributes["href"] == "/bookmarks?page=2"
        assert titles(parse_page(anna.get("/bookmarks?page=2"))) == ["Film 1", "Film 0"]
        beyond = anna.get("/bookmarks?page=9")
        assert (beyond.status_code, beyond.headers["location"]) == (303, "/bookmarks?page=2")

    @pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30])
    def test_invalid_page_number_is_rejected(self, anna, page):
        assert anna.get(f"/bookmarks?page={page}").status_code == 400

    def test_anonymous_reader_is_redirected_to_sign_in(self, browser):
        response = browser.get("/bookmarks?page=2")
        assert response.status_code == 303
        assert response.headers["location"] == "/sign-in?next=/bookmarks%3Fpage%3D2"

    def test_page_must_not_be_stored(self, anna):
        assert anna.get("/bookmarks").headers["cache-control"] == "private, no-store"


class TestButton:
    def test_form_returns_to_the_previous_page(self, library, anna, film):
        came_from = {"referer": f"{library.server.url}/films?page=2"}
        response = anna.post(f"/bookmarks/{film('Ran')}", data={"action": "add"}, headers=came_from)
        assert (response.status_code, response.headers["location"]) == (303, "/films?page=2")
        assert "Bookmark added." in text_of(parse_page(anna.get("/bookmarks")).css_first(".notice"))
        response = anna.post(
            f"/bookmarks/{film('Ran')}", data={"action": "remove", "next": "/x?y=z"}
        )
        assert response.headers["location"] == "/x?y=z"
        assert titles(parse_page(anna.get("/bookmarks"))) == []

    @pytest.mark.parametrize(
        "elsewhere",
        ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""],
    )
    def test_form_never_redirects_to_other_sites(self, anna, film, elsewhere):
        number = film("Ran")
        given = {"action": "add", "next": elsewhere}
        response = anna.post(f"/bookmarks/{number}", data=given)
        assert response.headers["location"] == f"/films/{number}"
        from_there = {"referer": f"https://evil.example/{elsewhere}"}
        response = anna.post(f"/bookmarks/{number}", data={"action": "add"}, headers=from_there)
        assert response.headers["location"].startswith("/")
        assert not response.headers["location"].startswith(("//", "/\\"))

    def test_repeated_bookmark_succeeds(self, anna, film):
        for action, kept in (("add", ["Ran"]), ("remove", [])):
            for _ in range(2):
                response = anna.post(f"/bookmarks/{film('Ran')}", data={"action": action})
                assert response.status_code == 303
            assert titles(parse_page(anna.get("/bookmarks"))) == kept

    def test_concurrent_bookmarks_succeed(self, anna, film):
        path = f"/bookmarks/{film('Ran')}"
        with ThreadPoolExecutor(6) as pool:
            sent = [pool.submit(anna.post, path, data={"action": "add"}) for _ in range(12)]
        assert {each.result().status_code for each in sent} == {303}
        assert titles(parse_page(anna.get("/bookmarks"))) == ["Ran"]

    def test_htmx_receives_only_the_button(self, anna, film):
        path = f"/bookmarks/{film('Ran')}"
        for action, pressed, following in (("add", "true", "remove"), ("remove", "false", "add")):
            page = parse_page(anna.post(path, data={"action": action}, headers=HTMX))
            button = element(page, "form.bookmark button")
            assert page.css_first("html head title") is None
            assert button.attributes["aria-pressed"] == pressed
            assert (button.attributes["name"], button.attributes["value"]) == ("action", following)
            assert "Ran" in text_of(page.css_first("#announcement"))

    def test_button_keeps_its_appearance(self, anna, film):
        form = {"action": "add", "place": "newest", "large": "true"}
        page = parse_page(anna.post(f"/bookmarks/{film('Ran')}", data=form, headers=HTMX))
        assert element(page, "button").attributes["id"] == f"bookmark-newest{film('Ran')}"
        hidden = {n.attributes["name"]: n.attributes["value"] for n in page.css("[type=hidden]")}
        assert hidden == {"place": "newest", "large": "true"}

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"action": "toggle"},
            {"action": ""},
            {"action": "add", "place": '"><script>'},
            {"action": "add", "large": "perhaps"},
        ],
    )
    def test_malformed_form_is_rejected(self, anna, film, form):
        assert anna.post(f"/bookmarks/{film('Ran')}", data=form).status_code == 400
        assert titles(parse_page(anna.get("/bookmarks"))) == []

    @pytest.mark.parametrize("number", ["987654321", "0", "9" * 30, "x", "-1"])
    @pytest.mark.parametrize("action", ["add", "remove"])
    def test_unknown_film_is_rejected(self, anna, number, action):
        assert anna.post(f"/bookmarks/{number}", data={"action": action}).status_code == 404

    def test_hidden_film_cannot_be_bookmarked(self, anna, film):
        response = anna.post(f"/bookmarks/{film(HIDDEN)}", data={"action": "add"})
        assert response.status_code == 404
        assert HIDDEN not in response.text


class TestAnonymousReader:
    def test_sign_in_returns_to_the_film(self, library, browser, film):
        came_from = {"referer": f"{library.server.url}/films?page=2"}
        path, form = f"/bookmarks/{film('Ran')}", {"action": "add"}
        response = browser.post(path, data=form, headers=came_from)
        where = "/sign-in?next=/films%3Fpage%3D2"
        assert (response.status_code, response.headers["location"]) == (303, where)
        response = browser.post(path, data=form, headers=came_from | HTMX)
        assert (response.status_code, response.headers["hx-redirect"]) == (401, where)
