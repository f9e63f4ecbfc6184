"""Signing out over the wire: what ends, what is removed, and what stops it."""

from collections.abc import Callable

import httpx
import jwt
import pytest

from kinoteka.core.tokens.signing import SigningKey
from tests.support.servers import PASSWORD, RunningServer, unique_name

pytestmark = pytest.mark.engines("sqlite")

REMOVED = "session_id=; Max-Age=0"
# Every sign-out, and its response without a session.
SIGN_OUTS = [
    ("GET", "/logout", 403),
    ("DELETE", "/logout", 401),
    ("POST", "/logout", 200),
    ("POST", "/user/logout", 400),
    ("POST", "/api/v1/user/logout", 401),
]
WITH_BODY = [each for each in SIGN_OUTS if each[0] == "POST"]
BY_BROWSER = {"sec-fetch-site": "same-origin"}
by_sign_out = pytest.mark.parametrize(("method", "path", "without"), SIGN_OUTS)
EVIL = "https://evil.example"


class Person:
    """An account; each sign-in gives a cookie and tokens of one session."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.name = unique_name()
        server.signed_up(self.name)

    def sign_in(self) -> dict[str, str]:
        body = {"login": self.name, "password": PASSWORD}
        response = self.server.client().post("/api/v1/user/login", json=body)
        return {**response.json(), "cookie": f"session_id={response.cookies['session_id']}"}

    def is_signed_in(self, session: dict[str, str]) -> bool:
        headers = {"cookie": session["cookie"]}
        return self.server.client().get("/users", headers=headers).status_code == 200

    def csrf(self, session: dict[str, str]) -> dict[str, str]:
        response = self.server.client().get("/user/csrf", headers={"cookie": session["cookie"]})
        return {"csrf-token": response.json()["body"]["csrf"]}

    def expired(self, session: dict[str, str]) -> str:
        claims = jwt.decode(session["access_token"], options={"verify_signature": False})
        key = SigningKey.load(self.server.data).private
        past = claims | {"iat": 1, "exp": 2}
        return "Bearer " + jwt.encode(past, key, "ES256", headers={"typ": "at+jwt"})


@pytest.fixture
def person(server: RunningServer) -> Person:
    return Person(server)


@pytest.fixture
def send(server: RunningServer) -> Callable[..., httpx.Response]:
    return server.client().request


@by_sign_out
class TestEverySignOut:
    def test_ends_the_session_of_each_valid_cookie(self, person, send, method, path, without):
        first, second = person.sign_in(), person.sign_in()
        cookie = f"session_id=other; {first['cookie']}; {second['cookie']}"
        headers = {"cookie": cookie, **person.csrf(first)}
        response = send(method, path, headers=headers)
        assert response.status_code == 200
        assert response.headers["set-cookie"].startswith(REMOVED)
        assert not person.is_signed_in(first)
        assert not person.is_signed_in(second)

    def test_ends_the_sessions_of_token_and_cookie(self, person, send, method, path, without):
        first, second = person.sign_in(), person.sign_in()
        headers = {
            "cookie": first["cookie"],
            "authorization": f"Bearer {second['access_token']}",
            **person.csrf(first),
        }
        assert send(method, path, headers=headers).status_code == 200
        assert not person.is_signed_in(first)
        assert not person.is_signed_in(second)

    def test_ends_the_session_of_an_expired_token(self, person, send, method, path, without):
        session = person.sign_in()
        response = send(method, path, headers={"authorization": person.expired(session)})
        assert response.status_code == 200
        assert response.headers["set-cookie"].startswith(REMOVED)
        assert not person.is_signed_in(session)

    @pytest.mark.parametrize("token", ["undefined", "a.b.c", "{}x"])
    def test_forged_token_ends_nothing(self, person, send, method, path, without, token):
        session = person.sign_in()
        forged = token.format(session["access_token"])
        response = send(method, path, headers={"authorization": f"Bearer {forged}"})
        assert response.status_code == without
        assert response.headers["set-cookie"].startswith(REMOVED)
        assert person.is_signed_in(session)

    def test_removes_the_cookie_without_a_session(self, send, method, path, without):
        response = send(method, path, headers={"cookie": "session_id=old"})
        assert response.status_code == without
        assert response.headers["set-cookie"].startswith(REMOVED)

    @pytest.mark.parametrize("token", [None, "Bearer x", "expired"])
    def test_from_another_site_ends_and_removes_nothing(
        self, person, send, method, path, without, token
    ):
        session = person.sign_in()
        headers = {"cookie": session["cookie"], "origin": EVIL, **person.csrf(session)}
        if token is not None:
            headers["authorization"] = person.expired(session) if token == "expired" else token
        response = send(method, path, headers=headers)
        assert response.status_code == 403
        assert "set-cookie" not in response.headers
        assert person.is_signed_in(session)

    @pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender"])
    def test_prefetch_ends_and_removes_nothing(self, person, send, method, path, without, purpose):
        session = person.sign_in()
        headers = {"cookie": session["cookie"], "sec-purpose": purpose, **person.csrf(session)}
        response = send(method, path, headers=headers)
        assert (response.status_code, response.headers["cache-control"]) == (503, "no-store")
        assert "set-cookie" not in response.headers
        assert person.is_signed_in(session)


@pytest.mark.parametrize(("method", "path", "without"), WITH_BODY)
@pytest.mark.parametrize("is_used", [False, True])
def test_refresh_token_in_the_body_ends_its_session(
    person, send, method, path, without, is_used
) -> None:
    session = person.sign_in()
    body = {"refresh_token": session["refresh_token"]}
    if is_used:
        assert send("POST", "/api/v1/token/refresh", json=body).status_code == 200
    response = send(method, path, json=body)
    assert response.status_code == 200
    assert response.headers["set-cookie"].startswith(REMOVED)
    assert not person.is_signed_in(session)


@pytest.mark.parametrize(("method", "path", "without"), WITH_BODY)
def test_forged_refresh_token_ends_nothing(person, send, method, path, without) -> None:
    session = person.sign_in()
    forged = session["refresh_token"][:-1] + "!"
    assert send(method, path, json={"refresh_token": forged}).status_code == without
    assert person.is_signed_in(session)


@pytest.mark.parametrize("token", [None, "Bearer x", "expired"])
def test_filmsite_needs_the_csrf_token_of_the_cookie_session(person, send, token) -> None:
    session = person.sign_in()
    headers = {"cookie": session["cookie"]}
    if token is not None:
        headers["authorization"] = person.expired(session) if token == "expired" else token
    response = send("POST", "/user/logout", headers=headers)
    assert (response.status_code, response.json()["status"]) == (400, 10)
    assert "set-cookie" not in response.headers
    assert person.is_signed_in(session)


def test_head_never_signs_anyone_out(person, send) -> None:
    session = person.sign_in()
    response = send("HEAD", "/logout", headers={"cookie": session["cookie"]})
    assert response.status_code == 200
    assert "set-cookie" not in response.headers
    assert person.is_signed_in(session)
    without = send("HEAD", "/logout")
    assert (without.status_code, "set-cookie" in without.headers) == (403, False)


def test_site_ends_every_session_of_the_request(person, send) -> None:
    first, second = person.sign_in(), person.sign_in()
    headers = {
        "cookie": first["cookie"],
        "authorization": f"Bearer {second['access_token']}",
        **BY_BROWSER,
    }
    response = send("POST", "/sign-out", headers=headers)
    assert response.status_code == 303
    assert not person.is_signed_in(first)
    assert not person.is_signed_in(second)
