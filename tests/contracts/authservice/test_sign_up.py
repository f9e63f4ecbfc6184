"""Signing up through the authservice contract: request → status, body, effect."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.polling import TIMEOUT
from tests.support.servers import NO_TLS, PASSWORD, RunningServer, unique_name
from tests.support.token_users import User, new_user, sign_in


@pytest.fixture
def user(server: RunningServer) -> User:
    return new_user(server)


class TestSignUp:
    """POST /api/v1/user"""

    @pytest.mark.parametrize("pattern", ["{}", "{}@example.com"])
    def test_sign_up_returns_tokens_and_sets_the_cookie(
        self, server: RunningServer, pattern: str
    ) -> None:
        client = server.client()
        body = {"login": pattern.format(unique_name()), "password": PASSWORD}
        response = client.post("/api/v1/user/", json=body)
        assert response.status_code == 201
        assert set(response.json()) == {"id", "access_token", "refresh_token"}
        assert response.headers["set-cookie"].startswith("session_id=")
        assert client.get("/api/v1/login/history").status_code == 200
        bearer = server.client(authorization=f"Bearer {response.json()['access_token']}")
        assert bearer.get("/api/v1/login/history").status_code == 200
        assert sign_in(server, body["login"]).status_code == 200

    @pytest.mark.parametrize("pattern", ["{}", "{}@example.com"])
    def test_taken_login_is_rejected(self, server: RunningServer, pattern: str) -> None:
        login = pattern.format(unique_name())
        new_user(server, login)
        body = {"login": login.upper(), "password": PASSWORD}
        response = server.client().post("/api/v1/user", json=body)
        assert response.status_code == 409
        assert response.json() == {"message": "a user with this login already exists"}

    def test_sign_up_with_a_valid_token_is_rejected(
        self, server: RunningServer, user: User
    ) -> None:
        body = {"login": unique_name(), "password": PASSWORD}
        response = user.client.post("/api/v1/user", json=body)
        assert response.status_code == 403
        assert response.json() == {"message": "you are already signed in; sign out first"}
        assert user.signed_in()
        assert sign_in(server, body["login"]).status_code == 404

    @pytest.mark.parametrize("token", ["undefined", "null", "", "cut.off"])
    def test_sign_up_with_an_invalid_token_is_anonymous(
        self, server: RunningServer, token: str
    ) -> None:
        client = server.client(authorization=f"Bearer {token}".strip())
        body = {"login": unique_name(), "password": PASSWORD}
        assert client.post("/api/v1/user", json=body).status_code == 201

    def test_sign_up_with_a_cookie_ends_its_session(self, server: RunningServer) -> None:
        client = server.client()
        bodies = [{"login": unique_name(), "password": PASSWORD} for _ in range(2)]
        responses = [client.post("/api/v1/user", json=body) for body in bodies]
        assert [response.status_code for response in responses] == [201, 201]
        old, new = (
            server.client(cookie=f"session_id={response.cookies['session_id']}")
            for response in responses
        )
        assert old.get("/api/v1/login/history").status_code == 401
        assert new.get("/api/v1/login/history").status_code == 200

    @pytest.mark.parametrize("pattern", ["{}", "{}@example.com"])
    def test_one_of_two_simultaneous_sign_ups_succeeds(
        self, server: RunningServer, pattern: str
    ) -> None:
        login = pattern.format(unique_name())

        def sign_up(name: str) -> int:
            with httpx.Client(base_url=server.url, timeout=TIMEOUT, verify=NO_TLS) as client:
                body = {"login": name, "password": PASSWORD}
                return client.post("/api/v1/user", json=body).status_code

        with ThreadPoolExecutor(2) as threads:
            statuses = sorted(threads.map(sign_up, [login, login.upper()]))
        assert statuses == [201, 409]

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("login", ""),
            ("login", "12345"),
            ("login", "two words"),
            ("login", "no@address"),
            ("login", "full＠width"),
            ("login", None),
            ("password", "short"),
            ("password", "password1"),
            ("password", "x" * 129),
            ("password", 12345678),
        ],
    )
    def test_invalid_field_is_named(self, server: RunningServer, field: str, value: object) -> None:
        body = {"login": unique_name(), "password": PASSWORD} | {field: value}
        response = server.client().post("/api/v1/user", json=body)
        assert response.status_code == 400
        assert field in response.json()["message"]

    def test_new_account_can_sign_in_through_another_contract(
        self, server: RunningServer, user: User
    ) -> None:
        body = {"login": user.login, "password": PASSWORD}
        assert server.client().post("/login", json=body).status_code == 200
