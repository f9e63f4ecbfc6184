"""The pages on which operators find people and look after their accounts."""

import pytest

from tests.site.account.conftest import new_browser, sign_up, tree, wrong
from tests.site.manage.conftest import as_operator, notice, role_of
from tests.support.html_pages import text_of
from tests.support.servers import PASSWORD, unique_name


def found(response):
    assert response.status_code == 200, response.text
    return [text_of(each) for each in tree(response).css(".member-line a")]


def log(root, person):
    page = tree(root.browser.get(f"/manage/members/{person.id}"))
    return [text_of(each) for each in page.css(".entry-sentence")]


def signs_in(server, person):
    form = {"identifier": person.name, "password": PASSWORD}
    return new_browser(server).post("/sign-in", data=form)


class TestMemberList:
    def test_members_are_listed_newest_first(self, server, operator_with):
        operator = operator_with("accounts.manage")
        newest = [sign_up(server).name for _ in range(2)]
        assert found(operator.browser.get("/manage/members"))[:3] == [*newest[::-1], operator.name]

    def test_members_are_found_by_text(self, operator_with, person):
        operator = operator_with("accounts.manage")
        for typed in (person.name, person.name.upper(), f"{person.name}@EX", str(person.id)):
            response = operator.browser.get("/manage/members", params={"q": typed})
            assert person.name in found(response), typed
        response = operator.browser.get("/manage/members", params={"q": "<nobody>"})
        assert text_of(tree(response).css_first(".empty")) == "No members found."
        assert "<nobody>" not in response.text

    def test_htmx_receives_only_the_list(self, operator_with, person):
        operator = operator_with("accounts.manage")
        headers = {"hx-request": "true"}
        response = operator.browser.get(
            "/manage/members", params={"q": person.name}, headers=headers
        )
        assert found(response) == [person.name]
        assert "<html" not in response.text

    def test_pages_continue_with_older_members(self, server, operator_with):
        operator = operator_with("accounts.manage")
        before = as_operator(sign_up(server)).id
        response = operator.browser.get(f"/manage/members?before={before}")
        assert found(response)[0] == operator.name

    def test_members_are_found_by_role(self, root, operator_with):
        operator = operator_with("accounts.manage", "roles.manage")
        role = role_of(root, "audit.view")
        root.browser.post(f"/api/v1/user/{operator.id}/role/{role}")
        response = root.browser.get(f"/manage/members?role={role}")
        assert found(response) == [operator.name]
        assert text_of(tree(response).css(".chip")[-1])
        assert (
            operator_with("accounts.manage").browser.get("/manage/members?role=2").status_code
            == 403
        )


class TestAccountPage:
    def test_account_is_shown(self, root, person):
        page = tree(root.browser.get(f"/manage/members/{person.id}"))
        assert text_of(page.css_first("h1")) == person.name
        assert f"{person.name}@example.com" in text_of(page.css_first(".facts"))
        assert len(page.css(".session-line")) == 1
        assert "signed in" in text_of(page.css_first("table"))

    def test_name_of_a_member_is_labelled_as_a_persons_name_in_russian(self, root, person):
        person.browser.patch("/user/", json={"name": "Anna", "surname": "K."}).raise_for_status()
        russian = {"accept-language": "ru"}
        page = tree(root.browser.get(f"/manage/members/{person.id}", headers=russian))
        assert "Имя и фамилияAnna K." in text_of(page.css_first(".facts"))

    def test_roles_and_log_require_their_permissions(self, operator_with, person):
        page = tree(operator_with("accounts.manage").browser.get(f"/manage/members/{person.id}"))
        assert not page.css("#roles, .entries")

    def test_sessions_are_ended(self, server, root, person):
        signs_in(server, person)
        page = tree(root.browser.get(f"/manage/members/{person.id}"))
        ends = [each.attributes["action"] for each in page.css(".session-line form")]
        assert len(ends) == 2
        assert notice(root.browser, root.browser.post(ends[0])) == "Session ended."
        assert root.browser.post(ends[0]).status_code == 404
        observed = notice(
            root.browser, root.browser.post(f"/manage/members/{person.id}/sessions/end")
        )
        assert observed == "Sessions ended."
        assert person.browser.get("/account").status_code == 303
        assert log(root, person) == [
            f"{root.name} ended all of {person.name}’s sessions",
            f"{root.name} ended one of {person.name}’s sessions",
        ]

    def test_roles_are_assigned_and_removed(self, root, person):
        role = role_of(root, "audit.view")
        path = f"/manage/members/{person.id}/roles/{role}"
        for _ in range(2):
            assert notice(root.browser, root.browser.post(f"{path}/give")) == "Role assigned."
        assert person.browser.get("/manage/audit").status_code == 200
        for _ in range(2):
            assert root.browser.post(f"{path}/take").status_code == 303
        assert person.browser.get("/manage/audit").status_code == 403
        assert len(log(root, person)) == 2
        assert root.browser.post(f"/manage/members/{person.id}/roles/1/give").status_code == 409

    def test_texts_are_escaped(self, server, root):
        name = "<script>alert(1)</script>"
        person = sign_up(server)
        body = {"given_name": name, "family_name": "'\"><img src=x>", "status": name,
                "username": person.name, "email": f"{person.name}@example.com"}  # fmt: skip
        assert person.browser.post("/account", data=body).status_code == 303
        operator = as_operator(person)
        for path in ("/manage/members", f"/manage/members/{operator.id}", "/manage"):
            response = root.browser.get(path)
            assert "<script>alert" not in response.text
            assert "<img src=x" not in response.text


class TestDisabling:
    def disable(self, operator, person, reason="spam", switch="disable"):
        form = {"reason": reason}
        return operator.browser.post(f"/manage/members/{person.id}/{switch}", data=form)

    def test_account_is_disabled_and_enabled(self, server, root, person):
        observed = notice(root.browser, self.disable(root, person))
        assert observed == "Account disabled. All its sessions have ended."
        assert person.browser.get("/account").status_code == 303
        response = signs_in(server, person)
        assert response.status_code == 403
        assert "This account is disabled." in response.text
        assert person.name in found(root.browser.get("/manage/members?disabled=true"))
        page = tree(root.browser.get(f"/manage/members/{person.id}"))
        assert text_of(page.css_first(".badge.is-bad")) == "Disabled"
        assert "spam" in text_of(page.css_first(".entry .facts"))
        observed = notice(root.browser, self.disable(root, person, "a mistake", "enable"))
        assert observed == "Account enabled."
        assert signs_in(server, person).status_code == 303
        assert log(root, person) == [
            f"{root.name} enabled {person.name}",
            f"{root.name} disabled {person.name}",
        ]

    def test_disabling_twice_succeeds(self, root, person):
        for _ in range(2):
            assert self.disable(root, person).status_code == 303
        assert len(log(root, person)) == 1

    def test_own_account_cannot_be_disabled(self, root, operator_with):
        for operator in (root, operator_with("accounts.manage")):
            page = tree(operator.browser.get(f"/manage/members/{operator.id}"))
            assert not page.css("form[action$='/disable']")
            response = self.disable(operator, operator)
            assert response.status_code == 409
            assert "your own account" in text_of(tree(response).css_first(".banner"))
            assert operator.browser.get("/account").status_code == 200

    def test_superuser_cannot_be_disabled_by_others(self, root, operator_with):
        operator = operator_with("accounts.manage", "roles.manage")
        page = tree(operator.browser.get(f"/manage/members/{root.id}"))
        assert not page.css("form[action*='disable'], form[action*='/sessions/']")
        assert self.disable(operator, root).status_code == 403
        response = operator.browser.post(f"/manage/members/{root.id}/sessions/end")
        assert response.status_code == 403
        assert root.browser.get("/account").status_code == 200

    @pytest.mark.parametrize("reason", ["x" * 501, "a\0b"])
    def test_invalid_reason_is_reported_at_its_field(self, root, person, reason):
        for switch in ("disable", "enable"):
            response = self.disable(root, person, reason, switch)
            assert response.status_code == 400
            assert wrong(response).keys() == {"reason"}
            address = f"/manage/members/{person.id}/{switch}"
            again = root.browser.get(address)
            assert again.headers["location"] == f"/manage/members/{person.id}"

    def test_disabled_account_is_rejected_by_every_contract(self, server, root, person):
        email = f"{person.name}@example.com"
        word = {"password": PASSWORD}
        ways = [
            ("/user/signin", {"email": email} | word, 400, "user is disabled"),
            ("/login", {"login": person.name} | word, 403, "the account is disabled"),
            ("/login", {"email": email} | word, 400, "account_disabled"),
            ("/api/v1/user/login", {"login": person.name} | word, 403, "the account is disabled"),
            ("/auth/login", {"email": email} | word, 403, "the account is disabled"),
        ]
        tokens = server.client().post("/auth/login", json={"email": email} | word).json()
        self.disable(root, person)
        for path, body, status, said in ways:
            response = server.client().post(path, json=body)
            assert (response.status_code, said in response.text) == (status, True), path
            assert "session_id" not in response.cookies
            wrong_word = server.client().post(path, json=body | {"password": "another one"})
            assert said not in wrong_word.text, path
        client = server.client()
        assert client.put("/auth/login", json=tokens).status_code == 401
        body = {"refresh_token": tokens["refresh_token"]}
        assert client.post("/api/v1/token/refresh", json=body).status_code == 401
        bearer = {"authorization": f"Bearer {tokens['access_token']}"}
        assert client.get("/user/", headers=bearer).status_code == 401
        assert person.browser.get("/profile").status_code == 403
        other = server.signed_up(unique_name())
        assert other.get(f"/users/{person.name}").json() in ([], {"users": []})
