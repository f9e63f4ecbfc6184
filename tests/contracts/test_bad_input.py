"""Invalid input to every endpoint of every contract gets a 4xx in its dialect.

The cases come from the route tables, so new endpoints are tested as well.
"""

from collections.abc import Iterator

import httpx
import msgspec
import pytest

from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.server.app import CONTRACTS, NEUTRAL
from kinoteka.site.contract import SITE
from tests.support.cases import check_each, named
from tests.support.polling import TIMEOUT
from tests.support.servers import NO_TLS, PASSWORD, RunningServer, unique_name

MEGABYTE = 1024 * 1024

BODIES = {
    "empty": b"",
    "not JSON": b"not json",
    "truncated": b'{"login": "anna", "passw',
    "array": b"[1, 2, 3]",
    "string": b'"text"',
    "number of a thousand digits": b"9" * 1000,
    "null": b"null",
    "not UTF-8": b'{"login": "\xff\xfe", "email": "\xff"}',
    "deeply nested": b"[" * 100_000,
}

VALUES = {
    "NUL": "a\x00b@example.com",
    "lone surrogate": "\ud800",
    "list": [],
    "object": {"a": 1},
    "huge number": 10**999,
    "2^63": 2**63,
    "minus one": -1,
    "true": True,
    "very long string": "x" * 100_000,
}

# Requests that are rejected before the first query do not depend on the engine.
without_queries = pytest.mark.engines("sqlite")

IDS = ["0", str(2**53), str(2**63), "9" * 5000, "-1", "1.5", "%00", "%ff", "id"]
QUERY_VALUES = ["", "0", "-1", "one", "1.5", "9" * 5000, "%00", "%ff", "1&page="]


def routes(*, with_body: bool = False, with_path: bool = False) -> list[tuple[Contract, Route]]:
    return [
        (contract, route)
        for contract in CONTRACTS
        for route in contract.routes
        if route.method != "WEBSOCKET"
        and (route.body is not None or not with_body)
        and ("{" in route.path or not with_path)
    ]


def route_id(case: tuple[Contract, Route]) -> str:
    contract, route = case
    return f"{contract.name} {route.method} {route.path}"


@pytest.fixture(scope="module")
def superuser(server: RunningServer) -> Iterator[httpx.Client]:
    """The client of a signed-in superuser, who is never rejected for a missing permission."""
    login = unique_name("superuser")
    server.make_superuser(login)
    with httpx.Client(base_url=server.url, timeout=TIMEOUT, verify=NO_TLS) as client:
        response = client.post("/login", json={"login": login, "password": PASSWORD})
        assert response.status_code == 200, response.text
        client.cookies["session_id"] = response.cookies["session_id"]
        yield client


class Member:
    """A member who signs up again, with a new account, after a request that ended the session."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._client = server.signed_up()

    def signed_in(self) -> httpx.Client:
        if self._client.get("/user/csrf").status_code != 200:
            self._client = self._server.signed_up()
        return self._client


@pytest.fixture
def member(server: RunningServer) -> Member:
    return Member(server)


def send(client: httpx.Client, route: Route, path: str, content: bytes) -> httpx.Response:
    token = client.get("/user/csrf").json()["body"]["csrf"]
    headers = {"csrf-token": token, "content-type": "application/json"}
    return client.request(route.method, path, content=content, headers=headers)


def path_with(route: Route, value: str = "1") -> str:
    parts = route.path.split("/")
    return "/".join(value if part.startswith("{") else part for part in parts)


def check_error_response(contract: Contract, response: httpx.Response) -> None:
    assert 400 <= response.status_code < 500, (response.status_code, response.text)
    msgspec.json.decode(response.content, type=contract.error_schema)


@without_queries
@pytest.mark.parametrize("case", routes(with_body=True), ids=route_id)
def test_unreadable_body_is_rejected(superuser: httpx.Client, case: tuple[Contract, Route]) -> None:
    contract, route = case
    bodies = {name: body for name, body in BODIES.items() if body or route.body_required}

    def check(body: bytes) -> None:
        check_error_response(contract, send(superuser, route, path_with(route), body))

    check_each(bodies, check)


@without_queries
@pytest.mark.parametrize("case", routes(with_body=True), ids=route_id)
def test_body_of_ten_megabytes_is_413(
    superuser: httpx.Client, case: tuple[Contract, Route]
) -> None:
    contract, route = case
    body = b'{"login": "' + b"x" * 10 * MEGABYTE + b'"}'
    response = send(superuser, route, path_with(route), body)
    assert response.status_code == 413
    check_error_response(contract, response)


@pytest.mark.parametrize("case", routes(with_body=True), ids=route_id)
def test_absurd_field_values_are_no_server_error(
    server: RunningServer, member: Member, case: tuple[Contract, Route]
) -> None:
    _, route = case
    names = [field.encode_name for field in msgspec.structs.fields(route.body)]

    def check(value: object) -> None:
        content = json_of(dict.fromkeys(names, value))
        response = send(member.signed_in(), route, path_with(route), content)
        assert response.status_code < 500, response.text

    check_each(VALUES, check)
    assert server.client().get("/nothing/here").status_code == 404


@without_queries
@pytest.mark.parametrize("field", ["login", "password", "email"])
def test_text_that_is_slow_to_normalize_is_rejected_quickly(
    server: RunningServer, field: str
) -> None:
    client = server.client()

    def quickest(value: str) -> float:
        fields = {
            "login": unique_name(),
            "password": PASSWORD,
            "email": f"{unique_name()}@example.com",
        }
        content = json_of({**fields, field: value})
        responses = [client.post("/signup", content=content) for _ in range(5)]
        assert {response.status_code for response in responses} == {400}
        return min(response.elapsed.total_seconds() for response in responses)

    slow_text = "a" + "\u0301" * 15_000 + "\u0316" * 15_000 + "@example.com"
    assert quickest(slow_text) < 50 * quickest("")


def json_of(value: object) -> bytes:
    import json
    import sys

    sys.set_int_max_str_digits(0)
    return json.dumps(value).encode()


@pytest.mark.parametrize("case", routes(with_path=True), ids=route_id)
def test_unknown_or_malformed_id_is_rejected(
    superuser: httpx.Client, case: tuple[Contract, Route]
) -> None:
    _, route = case
    may_succeed = route.method in ("GET", "DELETE", "POST") and route.body is None

    def check(value: str) -> None:
        response = send(superuser, route, path_with(route, value), b"{}")
        assert response.status_code < 500, response.text
        assert may_succeed or response.status_code >= 400, response.text

    check_each(named(IDS), check)


@pytest.mark.parametrize("case", [c for c in routes() if c[1].query is not None], ids=route_id)
def test_invalid_query_value_is_rejected_in_the_dialect(
    superuser: httpx.Client, case: tuple[Contract, Route]
) -> None:
    contract, route = case
    known = {field.encode_name for field in msgspec.structs.fields(route.query)}
    name = next(name for name in ("page", "limit", "offset", "permission", *known) if name in known)

    def check(value: str) -> None:
        response = superuser.request(route.method, f"{path_with(route)}?{name}={value}")
        if response.status_code >= 400:
            check_error_response(contract, response)

    check_each(named(QUERY_VALUES), check)


@without_queries
def test_unknown_method_is_405(superuser: httpx.Client) -> None:
    def check(case: tuple[Contract, Route]) -> None:
        _, route = case
        response = superuser.request("TRACE", path_with(route))
        assert response.status_code == 405
        assert route.method in response.headers["allow"]

    check_each({route_id(case): case for case in routes()}, check)


@without_queries
def test_trace_is_not_allowed_on_any_page(server: RunningServer) -> None:
    client = server.client()

    def check(path: str) -> None:
        response = client.request("TRACE", path, headers={"x-secret": "swordfish"})
        assert response.status_code == 405
        assert "swordfish" not in response.text

    pages = {path_with(route) for contract in (SITE, NEUTRAL) for route in contract.routes}
    check_each({path: path for path in sorted(pages)}, check)


def test_head_has_the_headers_of_get(superuser: httpx.Client) -> None:
    def check(path: str) -> None:
        got, head = superuser.get(path), superuser.head(path)
        assert head.status_code == got.status_code
        assert head.content == b""
        assert head.headers.get("content-type") == got.headers.get("content-type")

    readable = [case for case in routes() if case[1].method == "GET" and not case[1].is_unsafe]
    check_each({route_id(case): path_with(case[1]) for case in readable}, check)


@without_queries
def test_unknown_path_is_404(server: RunningServer) -> None:
    response = server.client().get("/unknown/path")
    assert response.status_code == 404
    assert response.json() == {"message": "path not found"}
