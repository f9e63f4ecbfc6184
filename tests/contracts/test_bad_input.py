"""What every endpoint of every contract does with input that is no good: a 4xx in its dialect.

The cases come from the route tables, so an endpoint that is added is tried, too.
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
    "nothing": b"",
    "no JSON": b"certainly not",
    "cut": b'{"login": "anna", "passw',
    "an array": b"[1, 2, 3]",
    "a text": b'"text"',
    "a number of a thousand digits": b"9" * 1000,
    "null": b"null",
    "not UTF-8": b'{"login": "\xff\xfe", "email": "\xff"}',
    "nested deeply": b"[" * 100_000,
}

VALUES = {
    "NUL": "a\x00b@example.com",
    "a lone surrogate": "\ud800",
    "a list": [],
    "an object": {"a": 1},
    "a huge number": 10**999,
    "2^63": 2**63,
    "minus one": -1,
    "true": True,
    "a very long text": "x" * 100_000,
}

# What is refused before a handler is called, or by its parser, reaches no database.
before_any_sql = pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")

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


def named(case: tuple[Contract, Route]) -> str:
    contract, route = case
    return f"{contract.name} {route.method} {route.path}"


@pytest.fixture(scope="module")
def superuser(server: RunningServer) -> Iterator[httpx.Client]:
    """A signed-in superuser's client, so that nothing is refused for want of rights."""
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


def path_of(route: Route, value: str = "1") -> str:
    parts = route.path.split("/")
    return "/".join(value if part.startswith("{") else part for part in parts)


def check_refusal(contract: Contract, response: httpx.Response) -> None:
    assert 400 <= response.status_code < 500, (response.status_code, response.text)
    msgspec.json.decode(response.content, type=contract.error_schema)


@before_any_sql
@pytest.mark.parametrize(
    ("case", "body"),
    [
        pytest.param(case, body, id=f"{named(case)}-{name}")
        for case in routes(with_body=True)
        for name, body in BODIES.items()
        if body or case[1].body_required
    ],
)
def test_a_body_that_cannot_be_read(
    superuser: httpx.Client, case: tuple[Contract, Route], body: bytes
) -> None:
    contract, route = case
    check_refusal(contract, send(superuser, route, path_of(route), body))


@before_any_sql
@pytest.mark.parametrize("case", routes(with_body=True), ids=named)
def test_a_body_of_ten_megabytes(superuser: httpx.Client, case: tuple[Contract, Route]) -> None:
    contract, route = case
    body = b'{"login": "' + b"x" * 10 * MEGABYTE + b'"}'
    response = send(superuser, route, path_of(route), body)
    assert response.status_code == 413
    check_refusal(contract, response)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("case", routes(with_body=True), ids=named)
def test_fields_with_values_that_cannot_be_meant(
    server: RunningServer, case: tuple[Contract, Route], value: object
) -> None:
    _, route = case
    fields = msgspec.structs.fields(route.body)
    content = json_of({field.encode_name: value for field in fields})
    response = send(server.signed_up(), route, path_of(route), content)
    assert response.status_code < 500, response.text
    assert server.client().get("/nothing/here").status_code == 404


@before_any_sql
@pytest.mark.parametrize("field", ["login", "password", "email"])
def test_what_would_take_seconds_to_normalize_is_refused_at_once(
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

    heap = "a" + "\u0301" * 15_000 + "\u0316" * 15_000 + "@example.com"
    assert quickest(heap) < 50 * quickest("")


def json_of(value: object) -> bytes:
    import json
    import sys

    sys.set_int_max_str_digits(0)
    return json.dumps(value).encode()


@pytest.mark.parametrize("value", IDS)
@pytest.mark.parametrize("case", routes(with_path=True), ids=named)
def test_ids_that_no_row_has(
    superuser: httpx.Client, case: tuple[Contract, Route], value: str
) -> None:
    _, route = case
    response = send(superuser, route, path_of(route, value), b"{}")
    if route.method in ("GET", "DELETE", "POST") and route.body is None:
        assert response.status_code < 500, response.text
    else:
        assert 400 <= response.status_code < 500, response.text


@pytest.mark.parametrize(
    "value", ["", "0", "-1", "one", "1.5", "9" * 5000, "%00", "%ff", "1&page="]
)
@pytest.mark.parametrize("case", [c for c in routes() if c[1].query is not None], ids=named)
def test_page_numbers_that_are_none(
    superuser: httpx.Client, case: tuple[Contract, Route], value: str
) -> None:
    contract, route = case
    known = {field.encode_name for field in msgspec.structs.fields(route.query)}
    name = next(name for name in ("page", "limit", "offset", "permission", *known) if name in known)
    response = superuser.request(route.method, f"{path_of(route)}?{name}={value}")
    if response.status_code >= 400:
        check_refusal(contract, response)


@before_any_sql
@pytest.mark.parametrize("case", routes(), ids=named)
def test_methods_that_do_not_exist(superuser: httpx.Client, case: tuple[Contract, Route]) -> None:
    _, route = case
    response = superuser.request("TRACE", path_of(route))
    assert response.status_code == 405
    assert route.method in response.headers["allow"]


@before_any_sql
@pytest.mark.parametrize(
    "path",
    sorted({path_of(route) for contract in (SITE, NEUTRAL) for route in contract.routes}),
)
def test_trace_is_not_allowed_on_any_page(server: RunningServer, path: str) -> None:
    response = server.client().request("TRACE", path, headers={"x-secret": "swordfish"})
    assert response.status_code == 405
    assert "swordfish" not in response.text


@pytest.mark.parametrize(
    "case",
    [case for case in routes() if case[1].method == "GET" and not case[1].is_unsafe],
    ids=named,
)
def test_head_says_what_get_says(superuser: httpx.Client, case: tuple[Contract, Route]) -> None:
    _, route = case
    path = path_of(route)
    got, head = superuser.get(path), superuser.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers.get("content-type") == got.headers.get("content-type")


@before_any_sql
def test_an_unknown_path(server: RunningServer) -> None:
    response = server.client().get("/no/such/path")
    assert response.status_code == 404
    assert response.json() == {"message": "path not found"}
