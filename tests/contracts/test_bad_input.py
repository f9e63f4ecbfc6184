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
from tests.support.polling import TIMEOUT
from tests.support.servers import PASSWORD, RunningServer, unique_name

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
    with httpx.Client(base_url=server.url, timeout=TIMEOUT) as client:
        response = client.post("/login", json={"login": login, "password": PASSWORD})
        assert response.status_code == 200, response.text
        client.cookies["session_id"] = response.cookies["session_id"]
        yield client


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
@pytest.mark.parametrize(
    ("case", "body"),
    [
        pytest.param(case, body, id=f"{route_id(case)}-{name}")
        for case in routes(with_body=True)
        for name, body in BODIES.items()
        if body or case[1].body_required
    ],
)
def test_unreadable_body_is_rejected(
    superuser: httpx.Client, case: tuple[Contract, Route], body: bytes
) -> None:
    contract, route = case
    check_error_response(contract, send(superuser, route, path_with(route), body))


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


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("case", routes(with_body=True), ids=route_id)
def test_absurd_field_values_are_no_server_error(
    server: RunningServer, case: tuple[Contract, Route], value: object
) -> None:
    _, route = case
    fields = msgspec.structs.fields(route.body)
    content = json_of({field.encode_name: value for field in fields})
    response = send(server.signed_up(), route, path_with(route), content)
    assert response.status_code < 500, response.text
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


@pytest.mark.parametrize("value", IDS)
@pytest.mark.parametrize("case", routes(with_path=True), ids=route_id)
def test_unknown_or_malformed_id_is_rejected(
    superuser: httpx.Client, case: tuple[Contract, Route], value: str
) -> None:
    _, route = case
    response = send(superuser, route, path_with(route, value), b"{}")
    if route.method in ("GET", "DELETE", "POST") and route.body is None:
        assert response.status_code < 500, response.text
    else:
        assert 400 <= response.status_code < 500, response.text


@pytest.mark.parametrize(
    "value", ["", "0", "-1", "one", "1.5", "9" * 5000, "%00", "%ff", "1&page="]
)
@pytest.mark.parametrize("case", [c for c in routes() if c[1].query is not None], ids=route_id)
def test_invalid_query_value_is_rejected_in_the_dialect(
    superuser: httpx.Client, case: tuple[Contract, Route], value: str
) -> None:
    contract, route = case
    known = {field.encode_name for field in msgspec.structs.fields(route.query)}
    name = next(name for name in ("page", "limit", "offset", "permission", *known) if name in known)
    response = superuser.request(route.method, f"{path_with(route)}?{name}={value}")
    if response.status_code >= 400:
        check_error_response(contract, response)


@without_queries
@pytest.mark.parametrize("case", routes(), ids=route_id)
def test_unknown_method_is_405(superuser: httpx.Client, case: tuple[Contract, Route]) -> None:
    _, route = case
    response = superuser.request("TRACE", path_with(route))
    assert response.status_code == 405
    assert route.method in response.headers["allow"]


@without_queries
@pytest.mark.parametrize(
    "path",
    sorted({path_with(route) for contract in (SITE, NEUTRAL) for route in contract.routes}),
)
def test_trace_is_not_allowed_on_any_page(server: RunningServer, path: str) -> None:
    response = server.client().request("TRACE", path, headers={"x-secret": "swordfish"})
    assert response.status_code == 405
    assert "swordfish" not in response.text


@pytest.mark.parametrize(
    "case",
    [case for case in routes() if case[1].method == "GET" and not case[1].is_unsafe],
    ids=route_id,
)
def test_head_has_the_headers_of_get(superuser: httpx.Client, case: tuple[Contract, Route]) -> None:
    _, route = case
    path = path_with(route)
    got, head = superuser.get(path), superuser.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers.get("content-type") == got.headers.get("content-type")


@without_queries
def test_unknown_path_is_404(server: RunningServer) -> None:
    response = server.client().get("/unknown/path")
    assert response.status_code == 404
    assert response.json() == {"message": "path not found"}
