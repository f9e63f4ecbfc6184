"""The authservice contract, section by section: request → status, body, effect."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.polling import TIMEOUT
from tests.support.servers import NO_TLS, PASSWORD, RunningServer, unique_name
from tests.support.token_users import User, new_superuser, new_user, refresh, sign_in

NEW_PASSWORD = "another long one"


@pytest.fixture
def user(server: RunningServer) -> User:
    return new_user(server)


class TestSignIn:
    """POST /api/v1/user/login"""

    def test_sign_in_returns_both_tokens_and_sets_the_cookie(
        self, server: RunningServer, user: User
    ) -> None:
        response = sign_in(server, user.login)
        assert response.status_code == 200
        assert set(response.json()) == {"access_token", "refresh_token"}
        cookie = response.headers["set-cookie"]
        assert cookie.startswith("session_id=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))

    def test_unknown_user_is_404(self, server: RunningServer) -> None:
        response = sign_in(server, unique_name())
        assert (response.status_code, response.json()) == (
            404,
            {"message": "user not found"},
        )

    @pytest.mark.parametrize("password", ["wrong password", ""])
    def test_wrong_password_is_401(self, server: RunningServer, user: User, password: str) -> None:
        response = sign_in(server, user.login, password)
        assert (response.status_code, response.json()) == (
            401,
            {"message": "wrong login or password"},
        )
        assert "set-cookie" not in response.headers

    def test_invalid_token_does_not_prevent_a_sign_in(
        self, server: RunningServer, user: User
    ) -> None:
        client = server.client(authorization="Bearer cut.off")
        body = {"login": user.login, "password": PASSWORD}
        assert client.post("/api/v1/user/login", json=body).status_code == 200

    @pytest.mark.engines("sqlite")
    def test_failures_are_rate_limited(self, start_server) -> None:
        server = start_server(sign_in_limit="2 per hour")
        user = new_user(server)
        statuses = [sign_in(server, user.login, "wrong password").status_code for _ in range(3)]
        assert statuses == [401, 401, 429]
        response = sign_in(server, user.login)
        assert response.status_code == 429
        assert 0 < int(response.headers["retry-after"]) <= 3600

    @pytest.mark.engines("sqlite")
    def test_unknown_user_and_wrong_password_look_alike_when_accounts_are_hidden(
        self, start_server
    ) -> None:
        server = start_server(hide_unknown_accounts="true")
        user = new_user(server)
        wrong, unknown = sign_in(server, user.login, "wrong one!"), sign_in(server, unique_name())
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.content == unknown.content


class TestRefresh:
    """POST /api/v1/token/refresh"""

    def test_refresh_returns_a_new_pair(self, server: RunningServer, user: User) -> None:
        response = refresh(server, user.refresh_token)
        assert response.status_code == 200
        assert set(response.json()) == {"access_token", "refresh_token"}
        assert response.json()["refresh_token"] != user.refresh_token
        user.use(response.json()["access_token"])
        assert user.signed_in()

    @pytest.mark.parametrize("content", [b"", b"{}"])
    def test_refresh_token_is_accepted_as_the_bearer_token(
        self, server: RunningServer, user: User, content: bytes
    ) -> None:
        client = server.client(authorization=f"Bearer {user.refresh_token}")
        response = client.post("/api/v1/token/refresh", content=content)
        assert response.status_code == 200
        assert refresh(server, response.json()["refresh_token"]).status_code == 200

    def test_token_just_replaced_gets_the_same_successor(
        self, server: RunningServer, user: User
    ) -> None:
        pairs = [refresh(server, user.refresh_token).json() for _ in range(3)]
        assert len({pair["refresh_token"] for pair in pairs}) == 1
        assert refresh(server, pairs[0]["refresh_token"]).status_code == 200

    def test_two_tabs_at_once_get_the_same_successor(
        self, server: RunningServer, user: User
    ) -> None:
        def send(_: int) -> str:
            with httpx.Client(base_url=server.url, timeout=TIMEOUT, verify=NO_TLS) as client:
                body = {"refresh_token": user.refresh_token}
                response = client.post("/api/v1/token/refresh", json=body)
                assert response.status_code == 200
                return str(response.json()["refresh_token"])

        with ThreadPoolExecutor(8) as threads:
            successors = set(threads.map(send, range(16)))
        assert len(successors) == 1
        assert refresh(server, successors.pop()).status_code == 200

    def test_reuse_after_the_successor_was_used_ends_the_session(
        self, server: RunningServer, user: User
    ) -> None:
        second = refresh(server, user.refresh_token).json()
        third = refresh(server, second["refresh_token"]).json()
        assert refresh(server, user.refresh_token).status_code == 401
        assert refresh(server, third["refresh_token"]).status_code == 401
        for pair in (second, third):
            user.use(pair["access_token"])
            assert not user.signed_in()

    def test_access_token_in_place_of_a_refresh_token_is_rejected(
        self, server: RunningServer, user: User
    ) -> None:
        assert refresh(server, user.access_token).status_code == 401
        assert user.client.post("/api/v1/token/refresh").status_code == 401
        assert user.signed_in()

    @pytest.mark.parametrize(
        "damage",
        [
            lambda token: "",
            lambda token: token[:-1],
            lambda token: token + "0",
            lambda token: token.replace(".1.", ".2.", 1),
            lambda token: "1." + token,
            lambda token: "9" * 5000 + token,
            lambda token: token.upper(),
            lambda token: token[:-4] + "é\x00ы!",
        ],
    )
    def test_malformed_refresh_token_is_rejected(
        self, server: RunningServer, user: User, damage
    ) -> None:
        assert refresh(server, damage(user.refresh_token)).status_code == 401
        assert user.signed_in()

    def test_refresh_after_signing_out_is_rejected(self, server: RunningServer, user: User) -> None:
        user.client.post("/api/v1/user/logout")
        assert refresh(server, user.refresh_token).status_code == 401

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer null", "Bearer undefined"])
    def test_refresh_without_a_token_is_rejected(
        self, server: RunningServer, authorization: str
    ) -> None:
        client = server.client(authorization=authorization)
        assert client.post("/api/v1/token/refresh").status_code == 401
        response = client.post("/api/v1/token/refresh", json={})
        assert response.status_code == 400
        assert response.json() == {"message": "refresh_token: is missing"}


class TestSignOut:
    """POST /api/v1/user/logout"""

    def test_access_token_identifies_the_session(self, server: RunningServer, user: User) -> None:
        response = user.client.post("/api/v1/user/logout")
        assert (response.status_code, response.json()) == (200, {})
        assert response.headers["set-cookie"].startswith("session_id=; Max-Age=0")
        assert not user.signed_in()

    def test_cookie_identifies_the_session(self, server: RunningServer, user: User) -> None:
        client = server.client()
        body = {"login": user.login, "password": PASSWORD}
        old = f"session_id={client.post('/api/v1/user/login', json=body).cookies['session_id']}"
        assert client.post("/api/v1/user/logout").status_code == 200
        assert "session_id" not in client.cookies
        assert server.client(cookie=old).get("/api/v1/login/history").status_code == 401
        assert user.signed_in()

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("authorization", [None, "Bearer undefined", "Bearer cut.off"])
    def test_sign_out_without_a_session_is_rejected(
        self, server: RunningServer, authorization: str | None
    ) -> None:
        client = server.client(**{"authorization": authorization} if authorization else {})
        response = client.post("/api/v1/user/logout")
        assert response.status_code == 401
        challenge = 'Bearer error="invalid_token"' if authorization else "Bearer"
        assert response.headers["www-authenticate"] == challenge
        assert response.json()["message"]


class TestChange:
    """PATCH /api/v1/user/<id>"""

    @pytest.mark.parametrize("old", ["{}", "{}@example.com"])
    @pytest.mark.parametrize("new", ["{}", "{}@example.com"])
    def test_new_login_replaces_the_old_one(
        self, server: RunningServer, old: str, new: str
    ) -> None:
        user, login = new_user(server, old.format(unique_name())), new.format(unique_name())
        response = user.client.patch(f"/api/v1/user/{user.id}", json={"login": login})
        assert (response.status_code, response.json()) == (200, {"id": user.id, "login": login})
        assert sign_in(server, login).status_code == 200
        assert sign_in(server, user.login).status_code == 404
        assert user.signed_in()

    def test_account_with_username_and_email_keeps_the_other(self, server: RunningServer) -> None:
        name = unique_name()
        server.signed_up(name)
        email = f"{name}@other.example"
        user = User(server, name, sign_in(server, name).json())
        response = user.client.patch(f"/api/v1/user/{user.id}", json={"login": email})
        assert response.json() == {"id": user.id, "login": email}
        profile = user.client.get("/profile").json()
        assert (profile["username"], profile["email"]) == (name, email)

    def test_new_password_ends_every_other_session(self, server: RunningServer, user: User) -> None:
        others = sign_in(server, user.login)
        other = server.client(authorization=f"Bearer {others.json()['access_token']}")
        cookie = server.client(cookie=f"session_id={others.cookies['session_id']}")
        response = user.client.patch(f"/api/v1/user/{user.id}", json={"password": NEW_PASSWORD})
        assert (response.status_code, response.json()) == (
            200,
            {"id": user.id, "login": user.login},
        )
        assert user.signed_in()
        assert other.get("/api/v1/login/history").status_code == 401
        assert cookie.get("/api/v1/login/history").status_code == 401
        assert refresh(server, others.json()["refresh_token"]).status_code == 401
        assert sign_in(server, user.login).status_code == 401
        assert sign_in(server, user.login, NEW_PASSWORD).status_code == 200

    def test_login_and_password_change_together_or_not_at_all(
        self, server: RunningServer, user: User
    ) -> None:
        path, login = f"/api/v1/user/{user.id}", unique_name()
        assert user.client.patch(path, json={}).json() == {"id": user.id, "login": user.login}
        for body in (
            {"login": login, "password": "short"},
            {"login": "two words", "password": NEW_PASSWORD},
        ):
            assert user.client.patch(path, json=body).status_code == 400
            assert sign_in(server, user.login).status_code == 200
        body = {"login": login, "password": NEW_PASSWORD}
        assert user.client.patch(path, json=body).status_code == 200
        assert sign_in(server, login, NEW_PASSWORD).status_code == 200

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"login": ""}, 400),
            ({"login": "12345"}, 400),
            ({"login": "no@address"}, 400),
            ({"login": None}, 400),
            ({"password": "short"}, 400),
            ({"password": 1}, 400),
        ],
    )
    def test_invalid_field_is_named(self, user: User, body: dict[str, object], status: int) -> None:
        response = user.client.patch(f"/api/v1/user/{user.id}", json=body)
        assert response.status_code == status
        assert next(iter(body)) in response.json()["message"]

    def test_taken_login_is_rejected(self, server: RunningServer, user: User) -> None:
        body = {"login": new_user(server).login.upper()}
        assert user.client.patch(f"/api/v1/user/{user.id}", json=body).status_code == 409

    @pytest.mark.parametrize("body", [{"login": "stolen"}, {"password": NEW_PASSWORD}, {}])
    def test_change_of_another_user_is_rejected(
        self, server: RunningServer, user: User, body: dict[str, str]
    ) -> None:
        other = new_user(server)
        for account_id in (other.id, 2**53):
            response = user.client.patch(f"/api/v1/user/{account_id}", json=body)
            assert response.status_code == 403
        assert sign_in(server, other.login).status_code == 200

    def test_superuser_changes_any_user(self, server: RunningServer, user: User) -> None:
        superuser = new_superuser(server)
        body = {"login": unique_name(), "password": NEW_PASSWORD}
        response = superuser.client.patch(f"/api/v1/user/{user.id}", json=body)
        assert (response.status_code, response.json()["login"]) == (200, body["login"])
        assert not user.signed_in()
        assert sign_in(server, body["login"], NEW_PASSWORD).status_code == 200
        assert superuser.signed_in()
        for account_id in (0, 2**53, 2**63):
            response = superuser.client.patch(f"/api/v1/user/{account_id}", json={})
            assert response.status_code == 404

    @pytest.mark.engines("sqlite")
    def test_request_without_a_token_is_rejected(self, server: RunningServer, user: User) -> None:
        assert server.client().patch(f"/api/v1/user/{user.id}", json={}).status_code == 401


class TestHistory:
    """GET /api/v1/login/history"""

    def test_own_sign_ins_are_listed_newest_first(self, server: RunningServer, user: User) -> None:
        with server.client(user_agent="Browser/1") as client:
            body = {"login": user.login, "password": "wrong password"}
            assert client.post("/login", json=body).status_code == 403
        response = user.client.get("/api/v1/login/history?page=1")
        page = response.json()
        assert (page["page"], page["pages"], page["total"]) == (1, 1, 2)
        failed, signed_up = page["items"]
        assert set(failed) == {"at", "ip", "user_agent", "method", "success"}
        assert failed["at"] >= signed_up["at"]
        assert failed["at"].endswith("Z")
        assert (failed["success"], signed_up["success"]) == (False, True)
        assert (failed["method"], signed_up["method"]) == ("account", "authservice")
        assert (failed["ip"], failed["user_agent"]) == ("127.0.0.1", "Browser/1")

    def test_history_is_paged(self, server: RunningServer, user: User) -> None:
        for _ in range(20):
            assert sign_in(server, user.login).status_code == 200
        second = user.client.get("/api/v1/login/history?page=2").json()
        assert (len(second["items"]), second["pages"], second["total"]) == (1, 2, 21)
        third = user.client.get("/api/v1/login/history?page=3").json()
        assert (third["items"], third["page"], third["pages"]) == ([], 3, 2)

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("page", ["0", "-1", "one", "1.5", "", str(2**63), "9" * 5000])
    def test_invalid_page_number_is_rejected(self, user: User, page: str) -> None:
        response = user.client.get(f"/api/v1/login/history?page={page}")
        assert response.status_code == 400
        assert "page" in response.json()["message"]

    @pytest.mark.engines("sqlite")
    def test_request_without_a_token_is_rejected(self, server: RunningServer) -> None:
        assert server.client().get("/api/v1/login/history").status_code == 401
