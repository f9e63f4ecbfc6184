"""Password, sessions, history, and the end of an account."""

import pytest

from tests.site.account.conftest import new_browser, sign_up, tree, wrong
from tests.support.databases import execute
from tests.support.html_pages import element, text_of
from tests.support.servers import PASSWORD, unique_name

NEW = "another long one"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def another(server, anna, **headers):
    """Another browser in which the same person is signed in."""
    browser = new_browser(server, **headers)
    form = {"identifier": anna.name, "password": PASSWORD}
    assert browser.post("/sign-in", data=form).status_code == 303
    return browser


def is_signed_in(browser):
    return browser.get("/account").status_code == 200


def sessions(browser):
    return tree(browser.get("/account/sessions")).css(".session")


def end_path(session):
    """The address of the button that ends another session."""
    return element(session, "button[form=end-sessions]").attributes["formaction"]


def let_proofs_expire(server):
    execute(server.settings, "UPDATE sessions SET proved_at = proved_at - 900000")


class TestPassword:
    def change(self, anna, present, new):
        form = {"present": present, "password": new}
        return anna.browser.post("/account/password", data=form)

    def test_form_supports_password_managers(self, anna):
        page = tree(anna.browser.get("/account/password"))
        observed = [
            (field.attributes["name"], field.attributes["autocomplete"])
            for field in page.css("main form input")
        ]
        assert observed == [
            ("username", "username"),
            ("present", "current-password"),
            ("password", "new-password"),
        ]
        assert element(page, "[name=username]").attributes["value"] == anna.name

    def test_new_password_ends_all_other_sessions(self, server, anna):
        other = another(server, anna)
        response = self.change(anna, PASSWORD, NEW)
        assert (response.status_code, response.headers["location"]) == (303, "/account/password")
        assert is_signed_in(anna.browser)
        assert not is_signed_in(other)
        form = {"identifier": anna.name, "password": NEW}
        assert new_browser(server).post("/sign-in", data=form).status_code == 303

    @pytest.mark.parametrize(
        ("present", "new", "status", "field"),
        [
            ("wrong", NEW, 401, "present"),
            ("", NEW, 401, "present"),
            (PASSWORD, "short", 400, "password"),
            (PASSWORD, "password1", 400, "password"),
            (PASSWORD, "", 400, "password"),
            (PASSWORD, "x" * 200, 400, "password"),
        ],
    )
    def test_error_is_shown_at_its_field(self, server, anna, present, new, status, field):
        response = self.change(anna, present, new)
        assert response.status_code == status
        assert wrong(response).keys() == {field}
        assert not [
            each for each in tree(response).css("[type=password]") if each.attributes.get("value")
        ]
        assert another(server, anna)

    def test_guesses_are_limited(self, start_server):
        anna = sign_up(start_server(known_device_limit="2 per hour"))
        for _ in range(2):
            assert self.change(anna, "wrong", NEW).status_code == 401
        assert self.change(anna, PASSWORD, NEW).status_code == 429

    def test_well_known_url_redirects_to_the_form(self, anna):
        response = anna.browser.get("/.well-known/change-password")
        assert (response.status_code, response.headers["location"]) == (303, "/account/password")


class TestSessions:
    def test_sessions_show_device_and_network(self, server):
        anna = sign_up(server, user_agent=FIREFOX)
        another(server, anna, user_agent=PHONE)
        this, other = sessions(anna.browser)
        assert text_of(this.css_first("h2")) == "Firefox on Linux this device"
        assert text_of(other.css_first("h2")) == "Mobile Safari on iOS"
        assert element(other, "svg").attributes["aria-label"] == "Phone"
        assert "127.0.0.1 (your network)" in text_of(other)
        assert "Via this site" in text_of(other)
        last_seen = other.css_first("time")
        assert last_seen.attributes["datetime"].endswith("Z")
        assert last_seen.attributes["title"]

    def test_user_agent_is_escaped(self, server):
        anna = sign_up(server, user_agent="<script>alert(1)</script>" * 20)
        text = anna.browser.get("/account/sessions").text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text

    def test_another_session_can_be_ended(self, server, anna):
        other = another(server, anna)
        path = end_path(sessions(anna.browser)[1])
        response = anna.browser.post(path)
        assert (response.status_code, response.headers["location"]) == (303, "/account/sessions")
        assert not is_signed_in(other)
        assert len(sessions(anna.browser)) == 1
        again = anna.browser.post(path)
        assert again.status_code == 404
        assert text_of(tree(again).css_first("[role=alert]")) == "This session has already ended."

    def test_own_session_can_be_ended(self, server, anna):
        form = sessions(anna.browser)[0].css_first("form")
        response = anna.browser.post(form.attributes["action"])
        assert (response.status_code, response.headers["location"]) == (303, "/")
        assert not is_signed_in(anna.browser)

    def test_all_other_sessions_can_be_ended(self, server, anna):
        others = [another(server, anna) for _ in range(2)]
        response = anna.browser.post("/account/sessions/end-others")
        assert response.status_code == 303
        assert [is_signed_in(each) for each in others] == [False, False]
        assert is_signed_in(anna.browser)
        page = tree(anna.browser.get("/account/sessions"))
        assert page.css_first("[formaction$=end-others]") is None

    def test_session_of_another_account_is_unknown(self, server, anna):
        berta = sign_up(server)
        action = element(sessions(berta.browser)[0], "form").attributes["action"]
        assert anna.browser.post(action).status_code == 404
        assert is_signed_in(berta.browser)

    @pytest.mark.parametrize("chosen", ["one", "others"])
    def test_ending_another_session_needs_the_password_after_15_minutes(self, start_server, chosen):
        server = start_server()
        anna = sign_up(server)
        other = another(server, anna)
        let_proofs_expire(server)
        session = sessions(anna.browser)[1]
        path = end_path(session) if chosen == "one" else "/account/sessions/end-others"
        for present, status in (("", 400), ("wrong", 401)):
            response = anna.browser.post(path, data={"present": present})
            assert response.status_code == status
            assert wrong(response).keys() == {"present"}
            assert is_signed_in(other)
        assert anna.browser.get(path).headers["location"] == "/account/sessions"
        response = anna.browser.post(path, data={"present": PASSWORD})
        assert (response.status_code, response.headers["location"]) == (303, "/account/sessions")
        assert not is_signed_in(other)

    def test_confirmed_password_is_not_asked_for_again(self, start_server):
        server = start_server()
        anna = sign_up(server)
        other = another(server, anna)
        let_proofs_expire(server)
        wrong_answer = anna.browser.post("/account/sessions", data={"present": "wrong"})
        assert (wrong_answer.status_code, set(wrong(wrong_answer))) == (401, {"present"})
        page = tree(anna.browser.get("/account/sessions"))
        assert page.css_first("#end-sessions [name=present][required]")
        response = anna.browser.post("/account/sessions", data={"present": PASSWORD})
        assert (response.status_code, response.headers["location"]) == (303, "/account/sessions")
        page = tree(anna.browser.get("/account/sessions"))
        assert page.css_first("[name=present]") is None
        anna.browser.post(end_path(page.css(".session")[1]))
        assert not is_signed_in(other)

    def test_own_session_ends_without_the_password(self, start_server):
        server = start_server()
        anna = sign_up(server)
        let_proofs_expire(server)
        form = sessions(anna.browser)[0].css_first("form")
        response = anna.browser.post(form.attributes["action"])
        assert (response.status_code, response.headers["location"]) == (303, "/")
        assert not is_signed_in(anna.browser)

    def test_ended_session_is_redirected_to_sign_in(self, server, anna):
        other = another(server, anna)
        anna.browser.post("/account/sessions/end-others")
        response = other.post("/account", data={}, headers={"referer": f"{server.url}/account"})
        assert response.status_code == 303
        assert response.headers["location"] == "/sign-in?next=/account"
        response = other.post("/account/delete", data={"password": PASSWORD})
        assert response.headers["location"].startswith("/sign-in")
        assert is_signed_in(anna.browser)


class TestHistory:
    def test_successes_and_failures_are_listed(self, server):
        anna = sign_up(server, user_agent=FIREFOX)
        wrong_one = new_browser(server, user_agent=PHONE)
        wrong_one.post("/sign-in", data={"identifier": anna.name, "password": "wrong"})
        server.client().post("/login", json={"login": anna.name, "password": PASSWORD})
        lines = [
            text_of(line)
            for line in tree(anna.browser.get("/account/history")).css("li.history-line")
        ]
        assert len(lines) == 3
        assert "a profile app" in lines[0]
        assert "Mobile Safari on iOS wrong password" in lines[1]
        assert "Firefox on Linux signed in" in lines[2]
        assert "this site" in lines[2]

    def test_history_has_pages(self, server, anna):
        for _ in range(21):
            server.client().post("/login", json={"login": anna.name, "password": PASSWORD})
        first = tree(anna.browser.get("/account/history"))
        assert len(first.css("li.history-line")) == 20
        link = element(first, ".pager [rel=next]").attributes["href"]
        assert len(tree(anna.browser.get(link)).css("li.history-line")) == 2

    @pytest.mark.parametrize(
        ("page", "status"), [("7", 200), ("", 200), ("0", 400), ("x", 400), ("1001", 400)]
    )
    def test_unknown_page_is_rejected(self, anna, page, status):
        assert anna.browser.get("/account/history", params={"page": page}).status_code == status


class TestDeletion:
    def delete(self, anna, password):
        return anna.browser.post("/account/delete", data={"password": password})

    def test_account_is_deleted_with_the_password(self, server, anna):
        other = another(server, anna)
        response = self.delete(anna, PASSWORD)
        assert (response.status_code, response.headers["location"]) == (303, "/")
        assert response.headers["clear-site-data"] == '"storage"'
        assert not is_signed_in(anna.browser)
        assert not is_signed_in(other)
        form = {"identifier": anna.name, "password": PASSWORD}
        assert new_browser(server).post("/sign-in", data=form).status_code == 401
        assert sign_up(server, anna.name)

    @pytest.mark.parametrize("password", ["wrong", "", "x" * 1000])
    def test_account_is_kept_without_the_password(self, anna, password):
        response = self.delete(anna, password)
        assert (response.status_code, set(wrong(response))) == (401, {"password"})
        assert is_signed_in(anna.browser)

    def test_guesses_are_limited(self, start_server):
        anna = sign_up(start_server(known_device_limit="2 per hour"), unique_name())
        for _ in range(2):
            self.delete(anna, "wrong")
        assert self.delete(anna, PASSWORD).status_code == 429
        assert is_signed_in(anna.browser)
