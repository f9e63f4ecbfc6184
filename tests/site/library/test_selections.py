"""The pages of selections: public ones, own ones, a single one and a new one."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.core.library.model import MAX_SELECTIONS
from tests.site.library.conftest import titles
from tests.support.databases import execute, execute_many, rows
from tests.support.html_pages import element, parse_page, text_of
from tests.support.servers import unique_name

CARD = ".selection-title a"
SCRIPT = "<script>alert(1)</script>"
PROGRAMS = [{"accept": "*/*"}, {"accept": "application/json"}, {"accept": "application/json, */*"}]


@pytest.fixture
def none_yet(library):
    """There is no selection yet."""
    execute(library.server.settings, "DELETE FROM selections")
    execute(library.server.settings, "UPDATE revisions SET value = value + 1")


@pytest.fixture
def public(library, anna):
    """A public selection of a member's."""
    return library.selection(anna, "Space", "Stalker", "Alien", "Solaris")


@pytest.fixture
def private(library, anna):
    """One that only its maker sees."""
    return library.selection(anna, "Secrets", "Ran", public=False)


class TestPublicSelections:
    def test_public_selections_are_shown_to_everybody(
        self, library, browser, anna, public, private
    ):
        page = parse_page(browser.get("/selections"))
        assert titles(page, CARD)[0] == "Space"
        assert "Secrets" not in titles(page, CARD)
        card = element(page, ".selection-card")
        facts = text_of(card.css_first(".selection-facts"))
        assert facts == f"3 films by {anna.headers['x-name']}"
        assert len(card.css(".selection-covers img")) == 3
        assert page.css_first(".tabs") is None
        assert "Secrets" not in titles(parse_page(anna.get("/selections")), CARD)

    def test_featured_ones_come_first(self, library, browser, anna, public):
        library.selection(anna, "Newer", "Ran")
        execute(
            library.server.settings, "UPDATE selections SET featured = true WHERE id = ?", public
        )
        execute(library.server.settings, "UPDATE revisions SET value = value + 1")
        library.selection(anna, "Newest", "Ran")
        page = parse_page(browser.get("/selections"))
        assert titles(page, CARD)[:3] == ["Space", "Newest", "Newer"]
        assert text_of(page.css_first(".badge")) == "Featured"

    def test_pages_are_numbered(self, library, browser, anna, none_yet):
        for number in range(26):
            library.selection(anna, f"Number {number}", "Ran")
        first = parse_page(browser.get("/selections"))
        assert len(titles(first, CARD)) == 24
        assert element(first, ".pager [rel=next]").attributes["href"] == "/selections?page=2"
        second = parse_page(browser.get("/selections?page=2"))
        assert titles(second, CARD) == ["Number 1", "Number 0"]
        beyond = browser.get("/selections?page=3")
        assert (beyond.status_code, beyond.headers["location"]) == (303, "/selections?page=2")

    def test_empty_list_explains_selections(self, browser, none_yet):
        assert parse_page(browser.get("/selections")).css_first(".empty")

    @pytest.mark.parametrize("headers", PROGRAMS)
    def test_programs_receive_json(self, browser, public, headers):
        response = browser.get("/selections?limit=1", headers=headers)
        assert response.headers["content-type"] == "application/json"
        assert response.json()["body"]["movie_selections"][0]["title"] == "Space"
        assert "accept" in response.headers["vary"]


class TestOwnSelections:
    def test_private_selections_are_included(self, library, anna, boris, public, private):
        library.selection(boris, "Another's", "Ran")
        page = parse_page(anna.get("/selections/mine"))
        assert titles(page, CARD) == ["Secrets", "Space"]
        assert text_of(page.css_first(".selection-facts")) == "Private 1 film"
        assert element(page, ".tabs [aria-current]").attributes["href"] == "/selections/mine"

    def test_empty_list_explains_selections(self, anna):
        page = parse_page(anna.get("/selections/mine"))
        assert element(page, ".empty a").attributes["href"] == "/selections/new"

    def test_anonymous_reader_is_redirected_to_sign_in(self, browser):
        response = browser.get("/selections/mine")
        assert response.headers["location"] == "/sign-in?next=/selections/mine"


class TestSelectionPage:
    def test_films_are_in_order_with_the_owner(self, library, browser, anna, public):
        page = parse_page(browser.get(f"/selections/{public}"))
        assert text_of(page.css_first("h1")) == "Space"
        assert titles(page) == ["Stalker", "Alien", "Solaris"]
        person = element(page, ".person")
        assert text_of(person.css_first("span:last-child")) == anna.headers["x-name"]
        assert person.attributes["href"] == f"/people/{anna.headers['x-name']}"
        assert page.css_first("[href$='/edit']") is None

    def test_bookmarked_films_are_marked(self, library, boris, public):
        library.bookmark(boris, "Alien")
        page = parse_page(boris.get(f"/selections/{public}"))
        pressed = element(page, "[aria-pressed=true]").attributes["id"]
        assert pressed == f"bookmark-{library.films['Alien']}"

    def test_public_selection_can_be_shared(self, browser, public):
        page = parse_page(browser.get(f"/selections/{public}"))
        facts = {
            node.attributes["property"]: node.attributes["content"]
            for node in page.css("meta[property]")
        }
        assert facts["og:title"] == "Space"
        assert facts["og:description"] == "Stalker, Alien and Solaris"
        copied = element(page, "[data-copy]").attributes["data-copy"]
        assert str(copied).endswith(f"/{public}")

    def test_private_selection_cannot_be_shared(self, anna, private):
        page = parse_page(anna.get(f"/selections/{private}"))
        assert "Only you can see this" in text_of(page.css_first(".selection-facts"))
        assert page.css_first("meta[property], [data-copy]") is None
        assert element(page, "[name=robots]").attributes["content"] == "noindex"

    @pytest.mark.parametrize("number", ["private", "987654321", "0", "9" * 30, "x"])
    def test_private_selection_of_another_member_is_unknown(self, browser, boris, private, number):
        path = f"/selections/{private if number == 'private' else number}"
        for who in (browser, boris):
            response = who.get(path)
            assert response.status_code == 404
            assert "Secrets" not in response.text
            assert who.get(path, headers={"accept": "*/*"}).status_code in (400, 404)

    @pytest.mark.parametrize("headers", PROGRAMS)
    def test_programs_receive_json(self, browser, public, headers):
        response = browser.get(f"/selections/{public}", headers=headers)
        selection = response.json()["body"]["selection"]
        assert set(selection) == {"id", "title", "movies", "content"}
        assert set(selection["movies"][0]) == {"id", "title", "description", "preview_url"}

    def test_caches_separate_pages_and_json(self, browser, public):
        for _ in range(3):
            page = browser.get(f"/selections/{public}")
            assert page.headers["content-type"].startswith("text/html")
            assert "accept" in ", ".join(page.headers.get_list("vary"))
            browser.get(f"/selections/{public}", headers={"accept": "*/*"}).json()

    def test_texts_are_escaped(self, library, browser, anna):
        form = {"title": SCRIPT, "description": f'"><img src=x>\n{SCRIPT}', "public": "true"}
        path = anna.post("/selections/new", data=form).headers["location"].removesuffix("/edit")
        for who, where in ((browser, path), (anna, f"{path}/edit"), (anna, "/selections/mine")):
            page = parse_page(who.get(where))
            assert SCRIPT in page.text()
            assert not page.css("script:not([src]), img[src=x]")

    def test_owner_without_a_name_is_shown(self, library, browser, boris):
        who = library.browser()
        body = {"email": f"{unique_name()}@private.example", "password": "correct horse battery"}
        assert who.post("/user/signup", json=body).status_code == 200
        number = library.selection(who, "Nameless", "Ran")
        account_id = rows(
            library.server.settings, "SELECT account_id FROM selections WHERE id = ?", number
        )[0]
        for viewer, where in ((browser, None), (boris, f"/people/{account_id}")):
            response = viewer.get(f"/selections/{number}")
            person = element(parse_page(response), ".person")
            assert "Member" in text_of(person)
            assert person.attributes.get("href") == where
            assert "private.example" not in response.text


class TestCreation:
    def test_new_selection_redirects_to_the_edit_page(self, anna, browser):
        assert parse_page(anna.get("/selections/new")).css_first("form.form [name=title]")
        form = {"title": " Rainy  ", "description": "Two\r\nlines"}
        made = anna.post("/selections/new", data=form)
        assert made.status_code == 303
        page = parse_page(anna.get(made.headers["location"]))
        assert text_of(page.css_first("h1")) == "Rainy"
        assert element(page, "[name=public]").attributes.get("checked") is None
        assert browser.get(made.headers["location"].removesuffix("/edit")).status_code == 404

    @pytest.mark.parametrize(
        ("field", "text"),
        [("title", ""), ("title", "x" * 201), ("title", "a\x00b"), ("description", "x" * 2001)],
    )
    def test_invalid_texts_are_rejected(self, anna, field, text):
        form = {"title": "Kept", "description": "Kept, too", "public": "true", field: text}
        response = anna.post("/selections/new", data=form)
        assert response.status_code == 400
        page = LexborHTMLParser(response.text)
        wrong = element(page, "[aria-invalid=true]")
        assert wrong.attributes["name"] == field
        assert "checked" in element(page, "[name=public]").attributes
        kept = "description" if field == "title" else "title"
        assert "Kept" in response.text
        assert page.css_first(f"form.form [name={kept}]")

    def test_number_of_selections_is_limited(self, library, anna):
        number = library.selection(anna, "One")
        (account_id,) = rows(
            library.server.settings, "SELECT account_id FROM selections WHERE id = ?", number
        )
        sql = (
            "INSERT INTO selections (account_id, title, description, featured, public, created_at,"
            " updated_at) VALUES (?, 'More', '', false, false, 0, 0)"
        )
        more = [(account_id,)] * (MAX_SELECTIONS - 1)
        execute_many(library.server.settings, sql, more)
        response = anna.post("/selections/new", data={"title": "Too many"})
        assert response.status_code == 409
        assert f"{MAX_SELECTIONS} selections" in LexborHTMLParser(response.text).text()
        last = parse_page(anna.get("/selections/mine?page=5"))
        assert len(titles(last, CARD)) == MAX_SELECTIONS - 4 * 24


class TestDownload:
    def test_films_of_a_selection_are_downloaded_in_their_order(self, browser, public):
        films = browser.get(f"/selections/{public}/export?format=json")
        assert [film["title"] for film in films.json()] == ["Stalker", "Alien", "Solaris"]

    def test_private_selection_is_downloaded_only_by_its_owner(self, browser, anna, private):
        path = f"/selections/{private}/export"
        assert (anna.get(path).status_code, browser.get(path).status_code) == (200, 404)
