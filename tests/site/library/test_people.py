"""Member pages: what everybody sees, what members see, and their addresses."""

import pytest

from tests.site.library.conftest import titles
from tests.support.databases import execute
from tests.support.html_pages import element, parse_page, text_of
from tests.support.servers import PASSWORD, unique_name

CARD = ".selection-title a"


@pytest.fixture
def person(library):
    """A member with a complete profile."""
    browser, name = library.browser(), unique_name("Person")
    body = {
        "username": name,
        "password": PASSWORD,
        "email": f"{name}@private.example",
        "name": "Anna",
        "status": "at <b>the</b> pictures",
        "phone": "+7 900 000",
    }
    assert browser.post("/users", json=body).status_code == 200
    browser.headers["x-name"] = name
    return browser


def path_of(browser) -> str:
    return f"/people/{browser.headers['x-name']}"


class TestPage:
    def test_members_see_the_profile(self, boris, person):
        response = boris.get(path_of(person))
        page = parse_page(response)
        assert text_of(page.css_first("h1")) == "Anna"
        assert text_of(page.css_first(".person-status")) == "at <b>the</b> pictures"
        assert person.headers["x-name"] in text_of(page.css_first(".person-facts"))
        assert "member since" in text_of(page.css_first(".person-facts"))
        assert "private.example" not in response.text
        assert "+7 900" not in response.text
        assert page.css_first("form[action^='/messages/with/'] button")

    def test_anonymous_readers_see_only_the_username(self, browser, person):
        response = browser.get(path_of(person))
        page = parse_page(response)
        assert text_of(page.css_first("h1")) == person.headers["x-name"]
        assert page.css_first(".person-status") is None
        assert "Anna" not in response.text
        assert "private.example" not in response.text

    def test_own_page_links_to_the_account(self, person):
        page = parse_page(person.get(path_of(person)))
        assert element(page, ".person-head a").attributes["href"] == "/account"
        assert page.css_first("form[action^='/messages/with/']") is None

    def test_public_selections_are_listed(self, library, browser, boris, person):
        assert "No public selections yet" in text_of(
            parse_page(browser.get(path_of(person))).css_first("main")
        )
        library.selection(person, "Space", "Alien")
        library.selection(person, "Secrets", "Alien", public=False)
        library.selection(boris, "Another's", "Alien")
        for who in (browser, boris, person):
            assert titles(parse_page(who.get(path_of(person))), CARD) == ["Space"]

    def test_pages_are_numbered(self, library, browser, person):
        for number in range(25):
            library.selection(person, f"Number {number}", "Alien")
        path = path_of(person)
        page = parse_page(browser.get(path))
        assert element(page, ".pager [rel=next]").attributes["href"] == f"{path}?page=2"
        assert titles(parse_page(browser.get(f"{path}?page=2")), CARD) == ["Number 0"]
        assert browser.get(f"{path}?page=3").headers["location"] == f"{path}?page=2"


class TestAddress:
    def test_other_spellings_redirect_to_the_canonical_address(self, browser, person):
        response = browser.get(path_of(person).upper().replace("/PEOPLE", "/people"))
        assert (response.status_code, response.headers["location"]) == (303, path_of(person))

    def test_members_can_open_a_page_by_id(self, library, browser, boris, person):
        page = parse_page(boris.get(path_of(person)))
        action = element(page, "form[action^='/messages/with/']").attributes["action"]
        assert action is not None
        number = action.rsplit("/", 1)[1]
        assert boris.get(f"/people/{number}").headers["location"] == path_of(person)
        assert browser.get(f"/people/{number}").status_code == 404

    @pytest.mark.parametrize("name", ["Ænna-ß", "анна%", "what?", "a#b", "a&b", '<"b">'])
    def test_special_characters_in_names_are_quoted(self, library, browser, boris, name):
        name = unique_name(name)
        member = library.member(unique_name())
        execute(
            library.server.settings,
            "UPDATE accounts SET username = ?, username_key = ? WHERE username = ?",
            name,
            name.casefold().replace("ss", "ß"),
            member.headers["x-name"],
        )
        number = library.selection(member, unique_name("Of"), "Alien")
        link = element(parse_page(browser.get(f"/selections/{number}")), ".person")
        response = browser.get(link.attributes["href"])
        assert text_of(parse_page(response).css_first("h1")) == name

    @pytest.mark.parametrize(
        "name", ["nobody-at-all", "%00", "%ff", "a%2Fb", "x" * 1000, "0", "9" * 40, ".", "%2e%2e"]
    )
    def test_unknown_name_is_rejected(self, browser, boris, name):
        for who in (browser, boris):
            assert who.get(f"/people/{name}").status_code == 404


class TestNamesakes:
    def test_name_of_another_account_is_marked_on_a_page(self, boris, library):
        chief, other = unique_name("chief"), unique_name("other")
        library.browser().post("/users", json=account(chief))
        library.browser().post("/users", json=account(other) | {"name": chief.title()})
        page = parse_page(boris.get(f"/people/{other}"))
        assert text_of(page.css_first("h1 .badge")) == f"not the user {chief}"
        assert parse_page(boris.get(f"/people/{chief}")).css_first("h1 .badge") is None

    def test_name_in_a_chat_is_marked_where_there_is_no_username(self, library):
        chief, browser, other = unique_name("chief"), library.browser(), library.browser()
        browser.post("/users", json=account(chief))
        (own_id,) = [each["id"] for each in browser.get(f"/users/{chief}").json()["users"]]
        email = f"{unique_name('nameless')}@private.example"
        other.post("/users", json={"email": email, "password": PASSWORD, "name": chief})
        chat = other.post("/chats", json={"user_id": own_id}).json()["id"]
        other.post(f"/chats/{chat}/messages", json={"text": "hello"})
        page = parse_page(other.get(f"/messages/{chat}"))
        assert page.css_first(".badge.is-bad") is None  # the other has that username
        page = parse_page(browser.get(f"/messages/{chat}"))
        marks = {text_of(each) for each in page.css(".badge.is-bad")}
        assert marks == {f"not the user {chief}"}


def account(username: str) -> dict[str, str]:
    return {"username": username, "email": f"{username}@private.example", "password": PASSWORD}


@pytest.mark.parametrize("page", ["0", "-1", "x"])
def test_invalid_page_number_is_rejected(browser, anna, page):
    response = browser.get(f"/people/{anna.headers['x-name']}?page={page}")
    assert response.status_code == 400


def test_page_accepts_no_forms(anna):
    path = f"/people/{anna.headers['x-name']}"
    assert anna.post(path, data={"status": "x"}).status_code == 405
