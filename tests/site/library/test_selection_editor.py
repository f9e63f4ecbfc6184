"""How a selection is edited: without scripts, and by what htmx asks for."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.core.library.model import MAX_FILMS
from kinoteka.site.library.selection_editor import PAGE
from tests.site.library.conftest import titles
from tests.support.databases import execute_many
from tests.support.html_pages import element, parse_page, text_of

HTMX = {"hx-request": "true"}
TITLES = ".edit-films .edit-title"


@pytest.fixture
def own(library, anna):
    """A public selection of anna's."""
    return library.selection(anna, "Space", "Stalker", "Alien", "Solaris")


def order(page) -> list[str]:
    return [title.rsplit(" ", 1)[0] for title in titles(page, TITLES)]


def press(browser, page: LexborHTMLParser, button_id: str, **headers: str):
    """Press a button of a form, as a browser without scripts does."""
    button = element(page, f"#{button_id}")
    form = button.parent
    assert form is not None
    sent = {
        node.attributes["name"]: node.attributes["value"] for node in form.css("input[type=hidden]")
    }
    sent |= {button.attributes["name"]: button.attributes["value"]}
    return browser.post(form.attributes["action"], data=sent, headers=headers)


def long_selection(library, member, count: int) -> int:
    """A selection of films that are named by their places, from 0."""
    number = library.selection(member, f"Of {count}")
    many = [(number, place) for place in range(count)]
    sql = (
        "INSERT INTO films (title, description, votes, genre_id, director_id)"
        " VALUES (?, '', 0, 1, 1)"
    )
    execute_many(library.server.settings, sql, [(f"{number}-{place}",) for _, place in many])
    sql = (
        "INSERT INTO selection_films (selection_id, film_id, position) SELECT ?, id, ?"
        " FROM films WHERE title = ?"
    )
    given = [(number, place, f"{number}-{place}") for _, place in many]
    execute_many(library.server.settings, sql, given)
    return int(number)


class TestPermissions:
    def test_other_members_are_rejected(self, library, browser, boris, own):
        assert browser.get(f"/selections/{own}/edit").headers["location"].startswith("/sign-in")
        assert boris.get(f"/selections/{own}/edit").status_code == 403
        film_id = library.films["Ran"]
        for path, form in (
            ("edit", {"title": "Mine now"}),
            ("films", {"film_id": film_id}),
            ("delete", {}),
        ):
            for headers in ({}, HTMX):
                response = boris.post(f"/selections/{own}/{path}", data=form, headers=headers)
                assert response.status_code == 403
        assert order(parse_page(browser.get(f"/selections/{own}"))) == []
        assert titles(parse_page(browser.get(f"/selections/{own}"))) == [
            "Stalker",
            "Alien",
            "Solaris",
        ]

    @pytest.mark.parametrize("number", ["private", "987654321", "9" * 30])
    def test_private_selection_is_unknown_to_others(self, library, anna, boris, number):
        private = library.selection(anna, "Secrets", public=False)
        path = f"/selections/{private if number == 'private' else number}"
        assert boris.get(f"{path}/edit").status_code == 404
        for part, form in (("edit", {"title": "x"}), ("films", {"film_id": 1}), ("delete", {})):
            response = boris.post(f"{path}/{part}", data=form)
            assert response.status_code == 404
            assert "Secrets" not in response.text


class TestTexts:
    def test_texts_are_changed(self, anna, boris, own):
        form = {"title": "Deep space", "description": "Cold.\r\nDark."}
        response = anna.post(f"/selections/{own}/edit", data=form)
        assert (response.status_code, response.headers["location"]) == (
            303,
            f"/selections/{own}/edit",
        )
        page = parse_page(anna.get(f"/selections/{own}/edit"))
        assert element(page, "[name=title]").attributes["value"] == "Deep space"
        assert element(page, "textarea").text() == "Cold.\nDark."
        assert "saved" in text_of(page.css_first(".notice"))
        assert boris.get(f"/selections/{own}").status_code == 404  # not public any more

    def test_rejected_texts_are_shown_again(self, anna, own):
        response = anna.post(f"/selections/{own}/edit", data={"title": "", "description": "Typed"})
        assert response.status_code == 400
        page = LexborHTMLParser(response.text)
        assert element(page, "[aria-invalid=true]").attributes["name"] == "title"
        assert element(page, "textarea").text() == "Typed"
        assert text_of(parse_page(anna.get(f"/selections/{own}")).css_first("h1")) == "Space"


class TestFilms:
    def test_films_are_moved_by_buttons(self, library, anna, own):
        path = f"/selections/{own}/edit"
        alien, stalker = library.films["Alien"], library.films["Stalker"]
        for button, expected in (
            (f"up-{alien}", ["Alien", "Stalker", "Solaris"]),
            (f"up-{alien}", ["Alien", "Stalker", "Solaris"]),
            (f"down-{stalker}", ["Alien", "Solaris", "Stalker"]),
            (f"down-{stalker}", ["Alien", "Solaris", "Stalker"]),
            (f"down-{alien}", ["Solaris", "Alien", "Stalker"]),
            (f"remove-{alien}", ["Solaris", "Stalker"]),
        ):
            response = press(anna, parse_page(anna.get(path)), button)
            assert (response.status_code, response.headers["location"]) == (303, path)
            assert order(parse_page(anna.get(path))) == expected

    def test_htmx_receives_the_list_and_an_announcement(self, library, anna, own):
        page = parse_page(anna.get(f"/selections/{own}/edit"))
        part = parse_page(press(anna, page, f"down-{library.films['Stalker']}", **HTMX))
        assert order(part) == ["Alien", "Stalker", "Solaris"]
        assert text_of(part.css_first("#announcement")) == "Stalker is now number 2 of 3."
        assert part.css_first("title") is None
        part = parse_page(press(anna, part, f"remove-{library.films['Alien']}", **HTMX))
        assert text_of(part.css_first("#announcement")) == "Alien removed from Space."
        assert part.css_first(f"#found-{library.films['Alien']}") is None

    def test_search_results_show_that_a_film_is_contained(self, library, anna, own):
        ran = library.films["Ran"]
        form = {"film_id": ran, "found": [ran, library.films["Alien"]]}
        part = parse_page(anna.post(f"/selections/{own}/films", data=form, headers=HTMX))
        assert order(part)[-1] == "Ran"
        assert "Already added" in text_of(part.css_first(f"#found-{ran}"))
        assert part.css_first(f"#found-{library.films['Alien']}") is None

    def test_films_are_found_and_added_without_scripts(self, library, anna, own):
        path = f"/selections/{own}/edit?q=spider+man"
        page = parse_page(anna.get(path))
        assert titles(page, ".found-films .edit-title") == ["Spider-Man 2002"]
        form = element(page, ".found-films form")
        sent = {node.attributes["name"]: node.attributes["value"] for node in form.css("input")}
        response = anna.post(form.attributes["action"], data=sent)
        assert response.headers["location"] == f"/selections/{own}/edit?q=spider%20man"
        page = parse_page(anna.get(response.headers["location"]))
        assert order(page)[-1] == "Spider-Man"
        assert "Already added" in text_of(page.css_first(".found-films li"))

    def test_films_are_found_while_typing(self, anna, own):
        part = parse_page(anna.get(f"/selections/{own}/edit?q=spid", headers=HTMX))
        assert titles(part, ".edit-title") == ["Spider-Man 2002"]
        assert part.css_first("title, form.find-films") is None
        part = parse_page(anna.get(f"/selections/{own}/edit?q=zzzzzzzz", headers=HTMX))
        assert text_of(part.css_first("p")) == "No films found."
        assert anna.get(f"/selections/{own}/edit?q=+", headers=HTMX).text.strip() == ""
        assert anna.get(f"/selections/{own}/edit?q={'x' * 201}").status_code == 400

    def test_repeated_changes_succeed(self, library, anna, own):
        form = {"film_id": library.films["Ran"]}
        for action, count in (("put", 4), ("remove", 3)):
            for _ in range(2):
                response = anna.post(f"/selections/{own}/films", data=form | {"action": action})
                assert response.status_code == 303
            assert len(order(parse_page(anna.get(f"/selections/{own}/edit")))) == count

    def test_concurrent_additions_succeed(self, library, anna, own):
        put = [library.films[f"Film {number}"] for number in range(8)]
        with ThreadPoolExecutor(4) as pool:
            sent = [
                pool.submit(anna.post, f"/selections/{own}/films", data={"film_id": film_id})
                for film_id in put
            ]
        assert {each.result().status_code for each in sent} == {303}
        found = order(parse_page(anna.get(f"/selections/{own}/edit")))
        assert len(found) == len(set(found)) == 11

    @pytest.mark.parametrize(
        ("form", "status"),
        [
            ({}, 400),
            ({"film_id": "x"}, 400),
            ({"film_id": "-1"}, 400),
            ({"film_id": "9" * 30}, 400),
            ({"film_id": "987654321"}, 404),
            ({"film_id": "987654321", "action": "remove"}, 404),
            ({"film_id": "1", "action": "burn"}, 400),
            ({"film_id": "1", "position": "-1"}, 400),
            ({"film_id": "1", "position": "x"}, 400),
            ({"film_id": "1", "position": "1001"}, 400),
            ({"film_id": "1", "number": "0"}, 400),
            ({"film_id": "1", "number": "1001"}, 400),
            ({"film_id": "1", "page": "0"}, 400),
        ],
    )
    def test_invalid_change_is_rejected(self, anna, own, form, status):
        for headers in ({}, HTMX):
            response = anna.post(f"/selections/{own}/films", data=form, headers=headers)
            assert response.status_code == status
        assert "<" not in response.text
        assert len(order(parse_page(anna.get(f"/selections/{own}/edit")))) == 3

    def test_hidden_film_cannot_be_added(self, library, anna, own):
        form = {"film_id": library.films["Zanzibar Nights"]}
        response = anna.post(f"/selections/{own}/films", data=form)
        assert response.status_code == 404
        assert "Zanzibar" not in response.text

    def test_full_selection_is_reported(self, library, anna):
        number = long_selection(library, anna, MAX_FILMS)
        form = {"film_id": library.films["Ran"]}
        response = anna.post(f"/selections/{number}/films", data=form)
        assert response.status_code == 409
        sentence = f"A selection can have at most {MAX_FILMS} films."
        assert sentence in text_of(LexborHTMLParser(response.text).css_first("[role=alert]"))
        response = anna.post(f"/selections/{number}/films", data=form, headers=HTMX)
        assert (response.status_code, response.text) == (409, sentence)


class TestPages:
    @pytest.fixture
    def long(self, library, anna):
        """A selection with two full pages and one film on the third."""
        return long_selection(library, anna, 2 * PAGE + 1)

    def films_on(self, browser, long, page: int) -> list[int]:
        shown = parse_page(browser.get(f"/selections/{long}/edit?page={page}"))
        return [int(title.rpartition("-")[2]) for title in titles(shown, TITLES)]

    def test_long_selection_has_pages(self, anna, long):
        assert self.films_on(anna, long, 1) == list(range(PAGE))
        assert self.films_on(anna, long, 2) == list(range(PAGE, 2 * PAGE))
        assert self.films_on(anna, long, 3) == [2 * PAGE]

    def test_page_after_the_last_shows_the_last(self, anna, long):
        assert self.films_on(anna, long, 99) == [2 * PAGE]

    def test_film_moved_over_the_edge_of_a_page_is_shown_on_the_other(self, anna, long):
        page = parse_page(anna.get(f"/selections/{long}/edit?page=2"))
        first = element(page, ".edit-films li").attributes["data-film"]
        response = press(anna, page, f"up-{first}")
        assert response.headers["location"] == f"/selections/{long}/edit"
        assert self.films_on(anna, long, 1)[-1] == PAGE
        assert self.films_on(anna, long, 2)[0] == PAGE - 1

    @pytest.mark.parametrize(("number", "page"), [(1, 1), (PAGE + 1, 2), (2 * PAGE + 1, 3)])
    def test_film_is_moved_to_a_typed_place(self, anna, long, number, page):
        shown = parse_page(anna.get(f"/selections/{long}/edit?page=2"))
        film_id = element(shown, ".edit-films li:nth-child(8)").attributes["data-film"]
        form = {"film_id": film_id, "number": str(number)}
        response = anna.post(f"/selections/{long}/films", data=form, headers=HTMX)
        moved = LexborHTMLParser(response.text).css(".edit-films li")
        place = (number - 1) % PAGE
        assert moved[place].attributes["data-film"] == film_id
        assert element(LexborHTMLParser(response.text), f"#place-{film_id}").attributes[
            "value"
        ] == str(number)
        response = anna.post(f"/selections/{long}/films", data=form)
        assert response.headers["location"].partition("?")[2] == (
            "" if page == 1 else f"page={page}"
        )

    def test_removal_stays_on_the_page(self, anna, long):
        page = parse_page(anna.get(f"/selections/{long}/edit?page=2"))
        film_id = element(page, ".edit-films li").attributes["data-film"]
        response = press(anna, page, f"remove-{film_id}")
        assert response.headers["location"] == f"/selections/{long}/edit?page=2"
        assert self.films_on(anna, long, 2)[0] == PAGE + 1

    def test_short_selection_has_no_pages(self, anna, own):
        page = parse_page(anna.get(f"/selections/{own}/edit"))
        assert page.css_first(".pager") is None
        assert page.css_first(".edit-place") is None


class TestDeletion:
    def test_deletion_is_confirmed_without_scripts(self, anna, own):
        page = parse_page(anna.get(f"/selections/{own}/edit"))
        assert page.css_first(f"details form[action='/selections/{own}/delete']")

    def test_deletion_is_permanent(self, anna, own):
        response = anna.post(f"/selections/{own}/delete")
        assert (response.status_code, response.headers["location"]) == (303, "/selections/mine")
        assert "deleted" in text_of(parse_page(anna.get("/selections/mine")).css_first(".notice"))
        assert anna.get(f"/selections/{own}").status_code == 404
        assert anna.post(f"/selections/{own}/delete").status_code == 404
