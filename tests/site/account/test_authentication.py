"""Signing up, in and out."""

import pytest

from tests.site.account.conftest import new_browser, sign_up, tree, value, wrong
from tests.support.html_pages import element, text_of
from tests.support.servers import PASSWORD, unique_name

ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "https:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/a\\b",
    "javascript:alert(1)",
    "/a\r\nset-cookie: x=y",
    "/\t/evil.example",
    "evil.example",
    "/" + "a" * 3000,
]
HEADERS = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}


def sign_in(browser, name, password=PASSWORD, **more):
    return browser.post("/sign-in", data={"identifier": name, "password": password} | more)


def is_signed_in(browser):
    return browser.get("/account").status_code == 200


class TestSignUp:
    def test_form_is_shown(self, browser):
        page = tree(browser.get("/sign-up"))
        observed = {
            field.attributes["name"]: field.attributes["autocomplete"]
            for field in page.css("form.form input")
        }
        assert observed == {"username": "username", "email": "email", "password": "new-password"}
        assert all("maxlength" not in field.attributes for field in page.css("[type=password]"))

    def test_account_is_created_and_signed_in(self, server):
        anna = sign_up(server)
        page = tree(anna.browser.get("/account"))
        assert value(page, "username") == anna.name
        assert value(page, "email") == f"{anna.name}@example.com"
        assert text_of(page.css_first(".notice")) == "Welcome! Your account has been created."
        assert tree(anna.browser.get("/account")).css_first(".notice") is None

    def test_email_address_is_optional(self, browser):
        form = {"username": unique_name(), "email": " ", "password": PASSWORD}
        assert browser.post("/sign-up", data=form).headers["location"] == "/"
        assert value(tree(browser.get("/account")), "email") == ""

    @pytest.mark.parametrize(
        ("change", "field", "status"),
        [
            ({"username": ""}, "username", 400),
            ({"username": "a@b"}, "username", 400),
            ({"username": "12345"}, "username", 400),
            ({"username": "x" * 65}, "username", 400),
            ({"email": "nowhere"}, "email", 400),
            ({"password": ""}, "password", 400),
            ({"password": "short"}, "password", 400),
            ({"password": "password1"}, "password", 400),
            ({"password": "x" * 129}, "password", 400),
        ],
    )
    def test_error_is_shown_at_its_field(self, browser, change, field, status):
        name = unique_name()
        form = {"username": name, "email": f"{name}@example.com", "password": PASSWORD} | change
        response = browser.post("/sign-up", data=form)
        assert response.status_code == status
        assert wrong(response).keys() == {field}
        page = tree(response)
        assert value(page, "username") == form["username"]
        assert value(page, "email") == form["email"]
        assert not value(page, "password")
        assert not is_signed_in(browser)

    def test_taken_name_or_address_is_rejected(self, browser, anna):
        form = {"username": anna.name.upper(), "email": "", "password": PASSWORD}
        response = browser.post("/sign-up", data=form)
        assert (response.status_code, set(wrong(response))) == (409, {"username"})
        form = {
            "username": unique_name(),
            "email": f"{anna.name}@EXAMPLE.com",
            "password": PASSWORD,
        }
        response = browser.post("/sign-up", data=form)
        assert (response.status_code, set(wrong(response))) == (409, {"email"})

    def test_long_password_is_not_truncated(self, server, browser):
        name, password = unique_name(), "correct horse " * 9
        form = {"username": name, "email": "", "password": password}
        assert browser.post("/sign-up", data=form).status_code == 303
        again = new_browser(server)
        assert sign_in(again, name, password[:-1]).status_code == 401
        assert sign_in(again, name, password).status_code == 303

    def test_typed_values_are_escaped(self, browser):
        form = {"username": '"><script>x</script>', "email": "<b>", "password": "x"}
        response = browser.post("/sign-up", data=form)
        assert "<script>x" not in response.text
        assert value(tree(response), "username") == form["username"]

    def test_attempts_are_limited(self, start_server):
        server = start_server(sign_up_limit="1 per hour")
        sign_up(server)
        form = {"username": unique_name(), "password": PASSWORD}
        response = new_browser(server).post("/sign-up", data=form)
        assert response.status_code == 429
        assert "Try again in" in text_of(tree(response).css_first("[role=alert]"))


class TestSignIn:
    def test_form_is_shown(self, browser):
        page = tree(browser.get("/sign-in"))
        observed = [field.attributes.get("autocomplete") for field in page.css("form.form input")]
        assert observed == ["username", "current-password"]

    @pytest.mark.parametrize("by", ["{}", "{}@example.com", " {} "])
    def test_username_and_email_address_are_accepted(self, browser, anna, by):
        assert sign_in(browser, by.format(anna.name)).headers["location"] == "/"
        assert is_signed_in(browser)

    def test_user_continues_to_the_requested_page(self, browser, anna):
        response = browser.get("/account/sessions?x=ü")
        assert response.status_code == 303
        page = tree(browser.get(response.headers["location"]))
        going = value(page, "next")
        response = sign_in(browser, anna.name, next=going)
        assert response.headers["location"] == "/account/sessions?x=%C3%BC"

    @pytest.mark.parametrize("path", ELSEWHERE)
    def test_other_sites_are_not_redirect_targets(self, server, browser, anna, path):
        response = sign_in(browser, anna.name, next=path)
        assert (response.status_code, response.headers["location"]) == (303, "/")
        for place in ("/sign-in", "/sign-up"):
            response = anna.browser.get(place, params={"next": path})
            assert (response.status_code, response.headers["location"]) == (303, "/")
            page = tree(new_browser(server).get(place, params={"next": path}))
            assert page.css_first("main [name=next]") is None
            assert not [a for a in page.css("main a") if "evil" in (a.attributes["href"] or "")]

    @pytest.mark.parametrize("hidden", ["true", "false"])
    def test_response_does_not_reveal_whether_an_account_exists(self, start_server, hidden):
        server = start_server(hide_unknown_accounts=hidden)
        anna = sign_up(server)
        pages = []
        for name in (anna.name, unique_name("nobody"), "", "x@y@z"):
            response = sign_in(new_browser(server), name, "wrong password")
            pages.append((response.status_code, wrong(response)))
            assert value(tree(response), "identifier") == name
        sentence = "Wrong username or password."
        assert pages == [(401, {"password": sentence})] * 4

    def test_failure_is_in_the_history(self, server, anna):
        sign_in(new_browser(server), anna.name, "wrong password")
        page = tree(anna.browser.get("/account/history"))
        assert [text_of(badge) for badge in page.css(".badge")] == ["wrong password", "signed in"]

    def test_failures_are_limited(self, start_server):
        server = start_server(sign_in_limit="2 per hour")
        anna = sign_up(server)
        browser = new_browser(server)
        for _ in range(2):
            assert sign_in(browser, anna.name, "wrong password").status_code == 401
        response = sign_in(browser, anna.name)
        assert response.status_code == 429
        assert "Try again in" in text_of(tree(response).css_first("[role=alert]"))
        assert not wrong(response)

    def test_signed_in_user_is_redirected(self, anna):
        response = anna.browser.get("/sign-in?next=/films")
        assert (response.status_code, response.headers["location"]) == (303, "/films")

    def test_another_account_ends_the_session(self, server, anna):
        berta = sign_up(server)
        before = dict(anna.browser.cookies)
        assert sign_in(anna.browser, berta.name).status_code == 303
        old = new_browser(server)
        old.cookies.update(before)
        assert not is_signed_in(old)

    @pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/sign-out", "/password-strength"])
    def test_cross_site_form_is_rejected(self, anna, path):
        response = anna.browser.post(path, data={}, headers=HEADERS)
        assert response.status_code == 403
        assert text_of(tree(response).css_first("h1")).startswith(
            "This request came from another site"
        )
        assert is_signed_in(anna.browser)

    @pytest.mark.parametrize(
        ("content", "kind", "status"),
        [
            (b"identifier=\xff\xfe&password=x", "application/x-www-form-urlencoded", 400),
            (b'{"identifier": "x"}', "application/json", 400),
            (b"a=b&" * 5000, "application/x-www-form-urlencoded", 400),
            (b"identifier=" + b"x" * 300_000, "application/x-www-form-urlencoded", 413),
            (b"", "text/plain", 401),
        ],
    )
    def test_malformed_form_is_rejected(self, browser, content, kind, status):
        response = browser.post("/sign-in", content=content, headers={"content-type": kind})
        assert response.status_code == status
        assert response.headers["content-type"] == "text/html; charset=utf-8"


class TestSignOut:
    def test_session_ends(self, server, anna):
        before = dict(anna.browser.cookies)
        response = anna.browser.post("/sign-out")
        assert (response.status_code, response.headers["location"]) == (303, "/")
        assert response.headers["clear-site-data"] == '"storage"'
        assert not is_signed_in(anna.browser)
        old = new_browser(server)
        old.cookies.update(before)
        assert not is_signed_in(old)

    def test_second_sign_out_succeeds(self, anna):
        for _ in range(2):
            assert anna.browser.post("/sign-out").status_code == 303

    def test_link_does_not_sign_out(self, anna):
        assert anna.browser.get("/sign-out").status_code == 405
        assert is_signed_in(anna.browser)


class TestStrength:
    @pytest.mark.parametrize(
        ("password", "score", "part"),
        [
            ("short", "0", "Too short"),
            ("password1", "0", "very common"),
            ("tyuiophjkl", "2", "Keyboard patterns"),
            ("correct horse battery", "4", "Strong"),
            ("", "0", "Too short"),
        ],
    )
    def test_strength_is_shown_as_text(self, browser, password, score, part):
        response = browser.post("/password-strength", data={"password": password})
        observed = element(tree(response), ".strength")
        assert observed.attributes["data-score"] == score
        assert part in text_of(observed)
        assert "<html" not in response.text
        assert "<input" not in response.text

    def test_personal_data_weakens_a_password(self, browser):
        form = {"password": "zebulon-trask1", "username": "zebulon-trask"}
        assert "your name" in text_of(tree(browser.post("/password-strength", data=form)).body)

    def test_estimates_are_limited(self, start_server):
        browser = new_browser(start_server(password_hint_limit="1 per hour"))
        assert browser.post("/password-strength", data={"password": "x"}).status_code == 200
        assert browser.post("/password-strength", data={"password": "x"}).status_code == 429
