"""Credentials at every endpoint: endpoints without sign-in never reject one.

The cases come from the route tables, so new endpoints are tested as well.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import jwt
import pytest

from kinoteka.core.tokens.signing import SigningKey
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.server.app import CONTRACTS, NEUTRAL
from kinoteka.site.contract import SITE
from tests.support.servers import PASSWORD, RunningServer, keep_clients_open, unique_name

pytestmark = pytest.mark.engines("sqlite")

INVALID = 'Bearer error="invalid_token"'
UNUSABLE = ("expired", "revoked", "malformed", "foreign", "undefined", "null", "empty", "refresh")


def readable_routes(*contracts: Contract, signed_in: bool) -> list[tuple[Contract, Route]]:
    return [
        (contract, route)
        for contract in contracts
        for route in contract.routes
        if route.method == "GET"
        and not route.is_unsafe
        and route.identity == "read"
        and route.permission is None
        and route.signed_in is signed_in
        and "{" not in route.path
    ]


def route_id(case: tuple[Contract, Route]) -> str:
    contract, route = case
    return f"{contract.name} {route.path}"


PUBLIC = readable_routes(*CONTRACTS, NEUTRAL, SITE, signed_in=False)
PRIVATE = readable_routes(*CONTRACTS, signed_in=True)


class Credentials:
    """A client without credentials, and access tokens that cannot be used."""

    def __init__(self, server: RunningServer) -> None:
        self.client = server.client()
        login = unique_name("holder")
        body = {"login": login, "password": PASSWORD}
        pair = server.client().post("/api/v1/user", json=body).json()
        token = pair["access_token"]
        claims = jwt.decode(token, options={"verify_signature": False})
        key = SigningKey.load(server.data).private
        past = claims | {"iat": 1, "exp": 2}
        self.expired = jwt.encode(past, key, "ES256", headers={"typ": "at+jwt"})
        alive = claims | {"sid": "999999999", "exp": int(time.time()) + 60}
        self.tokens = {
            "expired": self.expired,
            "revoked": jwt.encode(alive, key, "ES256", headers={"typ": "at+jwt"}),
            "malformed": token[:-4],
            "foreign": jwt.encode({"sub": "1"}, "x" * 32, "HS256"),
            "undefined": "undefined",
            "null": "null",
            "empty": "",
            "refresh": pair["refresh_token"],
        }

    def get(self, route: Route, unusable: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.tokens[unusable]}".strip()}
        if route.for_browsers:
            headers["accept"] = "text/html"
        return self.client.get(route.path, headers=headers)


@pytest.fixture(scope="module")
def credentials(server: RunningServer) -> Iterator[Credentials]:
    with ExitStack() as stack:
        retain_clients = stack.enter_context(keep_clients_open())
        credentials = Credentials(server)
        retain_clients()
        yield credentials


@pytest.mark.parametrize("case", PUBLIC, ids=route_id)
def test_public_endpoint_never_rejects_a_credential(
    credentials: Credentials, case: tuple[Contract, Route]
) -> None:
    _, route = case
    plain = credentials.client.get(
        route.path, headers={"accept": "text/html"} if route.for_browsers else {}
    )
    assert "www-authenticate" not in plain.headers
    for unusable in UNUSABLE:
        response = credentials.get(route, unusable)
        assert response.status_code == plain.status_code, unusable
        assert response.headers["www-authenticate"] == INVALID, unusable
        if not route.for_browsers:  # pages contain the time
            assert response.content == plain.content, unusable
    unknown = credentials.client.get(route.path, headers={"cookie": "session_id=unknown"})
    assert unknown.status_code == plain.status_code
    assert "www-authenticate" not in unknown.headers


@pytest.mark.parametrize("case", PRIVATE, ids=route_id)
def test_unusable_token_counts_as_no_session_when_sign_in_is_required(
    credentials: Credentials, case: tuple[Contract, Route]
) -> None:
    _, route = case
    without = credentials.client.get(route.path)
    for unusable in UNUSABLE:
        response = credentials.get(route, unusable)
        assert (response.status_code, response.text) == (without.status_code, without.text), (
            unusable
        )
        assert response.headers["www-authenticate"] == INVALID, unusable


def test_unusable_token_never_falls_back_to_the_cookie(
    server: RunningServer, credentials: Credentials
) -> None:
    browser = server.signed_up()
    assert browser.get("/users").status_code == 200
    response = browser.get("/users", headers={"authorization": f"Bearer {credentials.expired}"})
    assert response.status_code == 401


def test_cached_response_with_an_unusable_token_may_be_304(credentials: Credentials) -> None:
    etag = credentials.client.get("/genres/").headers["etag"]
    for sent in (etag, "*"):
        for headers in ({}, {"authorization": "Bearer undefined"}):
            response = credentials.client.get(
                "/genres/", headers={"if-none-match": sent, **headers}
            )
            assert response.status_code == 304
            assert response.headers["etag"] == etag
            assert ("www-authenticate" in response.headers) is bool(headers)


def test_if_none_match_any_gets_304_even_without_a_validator(server: RunningServer) -> None:
    member = server.signed_up()
    assert member.get("/profile", headers={"if-none-match": "*"}).status_code == 304
    assert member.get("/movies/999", headers={"if-none-match": "*"}).status_code == 404


def test_requests_with_unusable_tokens_are_limited_by_address(start_server) -> None:
    client = start_server(search_limit="2 per hour").client(authorization="Bearer undefined")
    statuses = [client.get(f"/movies/?q=film{number}").status_code for number in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("cookie", ["session_id=a; session_id={}", "session_id=a;session_id={}"])
def test_cookie_of_another_application_does_not_hide_the_session(
    server: RunningServer, cookie: str
) -> None:
    token = server.signed_up().cookies["session_id"]
    response = server.client().get("/users", headers={"cookie": cookie.format(token)})
    assert response.status_code == 200


def test_session_cookie_is_found_in_any_of_two_header_lines(server: RunningServer) -> None:
    token = server.signed_up().cookies["session_id"]
    for lines in (("x=1", f"session_id={token}"), (f"session_id={token}", "session_id=x")):
        headers = [("cookie", line) for line in lines]
        assert server.client().get("/users", headers=headers).status_code == 200


SIGN_INS = {
    "/login": "login",
    "/user/signin": "email",
    "/api/v1/user/login": "login",
    "/auth/login": "email",
}


class TestSignIn:
    @pytest.mark.parametrize("path", SIGN_INS)
    def test_session_of_a_bearer_token_continues(self, server: RunningServer, path: str) -> None:
        name = unique_name()
        server.signed_up(name)
        tokens = server.client().post(
            "/api/v1/user/login", json={"login": name, "password": PASSWORD}
        )
        app = server.client(authorization=f"Bearer {tokens.json()['access_token']}")
        body = {SIGN_INS[path]: f"{name}@example.com", "password": PASSWORD}
        assert app.post(path, json=body).status_code == 200
        app.cookies.clear()
        assert app.get("/users").status_code == 200

    @pytest.mark.parametrize("path", SIGN_INS)
    def test_session_of_a_cookie_is_replaced_whatever_the_token(
        self, server: RunningServer, path: str
    ) -> None:
        name = unique_name()
        browser = server.signed_up(name)
        old = browser.cookies["session_id"]
        body = {SIGN_INS[path]: f"{name}@example.com", "password": PASSWORD}
        headers = {"authorization": "Bearer undefined"}
        response = browser.post(path, json=body, headers=headers)
        assert response.status_code == 200
        assert "www-authenticate" not in response.headers
        with_old = server.client().get("/users", headers={"cookie": f"session_id={old}"})
        assert with_old.status_code == 401

    def test_other_site_cannot_replace_a_cookie_session_with_a_token(
        self, server: RunningServer
    ) -> None:
        name = unique_name()
        browser = server.signed_up(name)
        headers = {"origin": "https://evil.example", "authorization": "Bearer x"}
        body = {"login": name, "password": PASSWORD}
        assert browser.post("/login", json=body, headers=headers).status_code == 403
        assert browser.get("/users").status_code == 200

    def test_failed_sign_in_reports_an_unusable_token(self, server: RunningServer) -> None:
        app = server.client(authorization="Bearer undefined")
        response = app.post("/auth/login", json={"email": "x@example.com", "password": PASSWORD})
        assert (response.status_code, response.headers["www-authenticate"]) == (401, INVALID)

    @pytest.mark.parametrize("path", SIGN_INS)
    def test_white_space_around_the_login_is_ignored(
        self, server: RunningServer, path: str
    ) -> None:
        name = unique_name()
        server.signed_up(name)
        body = {SIGN_INS[path]: f" \t{name}@example.com\n", "password": PASSWORD}
        assert server.client().post(path, json=body).status_code == 200


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/signup", {"login": "{}", "email": "{}@example.com"}),
        ("/user/signup", {"email": "{}@example.com"}),
        ("/users", {"email": "{}@example.com", "username": "{}"}),
        ("/api/v1/user", {"login": "{}"}),
        ("/api/v1/user", {"login": "{}@example.com"}),
        ("/auth/register", {"email": "{}@example.com"}),
    ],
)
def test_white_space_around_names_is_ignored_at_sign_up(
    server: RunningServer, path: str, fields: dict[str, str]
) -> None:
    name = unique_name()
    body = {key: f"  {value.format(name)}\t" for key, value in fields.items()}
    client = server.client()
    assert client.post(path, json={**body, "password": PASSWORD}).status_code in (200, 201)
    login = next(iter(fields.values())).format(name)
    response = client.post("/api/v1/user/login", json={"login": login, "password": PASSWORD})
    assert response.status_code == 200
