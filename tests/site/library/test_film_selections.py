"""A film is put into selections from its page."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.site.library.conftest import titles
from tests.support.html_pages import element, parse_page, text_of

HTMX = {"hx-request": "true"}


@pytest.fixture
def path(library):
    """Where one's selections stand for a film."""
    return f"/films/{library.films['Alien']}/selections"


class TestPage:
    def test_own_selections_show_whether_they_contain_the_film(self, library, anna, boris, path):
        library.selection(anna, "Space", "Alien", "Ran", public=False)
        library.selection(anna, "War", "Ran")
        library.selection(boris, "Another's", "Alien")
        page = parse_page(anna.get(path))
        assert titles(page, ".choice-title") == ["War", "Space"]
        pressed = [node.attributes["aria-pressed"] for node in page.css(".choice-list button")]
        assert pressed == ["false", "true"]
        assert titles(page, ".choice-count") == ["1 film", "2 films"]

    def test_htmx_receives_only_the_list(self, anna, path):
        page = parse_page(anna.get(path, headers=HTMX))
        assert page.css_first("#choices")
        assert page.css_first("title, header") is None

    @pytest.mark.parametrize("number", ["987654321", "hidden", "9" * 30])
    def test_unknown_film_is_rejected(self, library, anna, number):
        number = library.films["Zanzibar Nights"] if number == "hidden" else number
        assert anna.get(f"/films/{number}/selections").status_code == 404
        assert anna.post(f"/films/{number}/selections/new", data={"title": "x"}).status_code == 404

    def test_anonymous_reader_is_redirected_to_sign_in(self, browser, path):
        assert browser.get(path).headers["location"] == f"/sign-in?next={path}"
        assert browser.get(path, headers=HTMX).headers["hx-redirect"].startswith("/sign-in")


class TestChoice:
    def test_film_is_added_and_removed(self, library, anna, path):
        number = library.selection(anna, "War", "Ran")
        for action, expected in (("put", ["Ran", "Alien"]), ("remove", ["Ran"])):
            for _ in range(2):
                response = anna.post(path, data={"selection_id": number, "action": action})
                assert (response.status_code, response.headers["location"]) == (303, path)
            assert titles(parse_page(anna.get(f"/selections/{number}"))) == expected

    def test_htmx_receives_the_updated_list(self, library, anna, path):
        number = library.selection(anna, "War", "Ran")
        form = {"selection_id": number, "action": "put"}
        page = parse_page(anna.post(path, data=form, headers=HTMX))
        button = element(page, f"#choice-{number}")
        assert (button.attributes["aria-pressed"], button.attributes["value"]) == ("true", "remove")
        assert text_of(page.css_first(".choice-count")) == "2 films"
        assert text_of(page.css_first("#announcement")) == "Alien added to War."

    def test_selection_of_another_member_is_rejected(self, library, anna, boris, path):
        public = library.selection(boris, "Another's", "Ran")
        private = library.selection(boris, "Secrets", public=False)
        for number, status in ((public, 403), (private, 404), (987654321, 404)):
            for headers in ({}, HTMX):
                form = {"selection_id": number}
                assert anna.post(path, data=form, headers=headers).status_code == status
        assert titles(parse_page(boris.get(f"/selections/{public}"))) == ["Ran"]


class TestNewSelection:
    def test_new_selection_is_private_and_contains_the_film(self, anna, browser, path):
        response = anna.post(f"{path}/new", data={"title": "Rainy", "public": "true"})
        assert (response.status_code, response.headers["location"]) == (303, path)
        page = parse_page(anna.get(path))
        assert titles(page, ".choice-title") == ["Rainy"]
        assert page.css_first("[aria-pressed=true]")
        number = element(page, "[name=selection_id]").attributes["value"]
        assert browser.get(f"/selections/{number}").status_code == 404

    def test_missing_title_is_rejected(self, anna, path):
        response = anna.post(f"{path}/new", data={"title": " "})
        assert response.status_code == 400
        page = LexborHTMLParser(response.text)
        assert element(page, "[aria-invalid=true]").attributes["name"] == "title"
        response = anna.post(f"{path}/new", data={"title": " "}, headers=HTMX)
        assert response.status_code == 400
        assert "<" not in response.text
        assert titles(parse_page(anna.get(path)), ".choice-title") == []
