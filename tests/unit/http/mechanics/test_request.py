"""Requests as ASGI scopes: headers, cookies, credentials and the query."""

from urllib.parse import parse_qsl

import pytest

from kinoteka.errors import Code
from kinoteka.http.mechanics.request import Request, headers_of, names_one_host
from tests.support.errors import raises_error


def request(*headers: tuple[bytes, bytes], query: bytes = b"", **scope: object) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    return Request({"headers": list(headers), "query_string": query, **scope}, receive)


def test_address_is_that_of_the_client() -> None:
    assert request(client=("192.0.2.1", 5)).address == "192.0.2.1"


def test_address_is_empty_when_the_client_is_unknown() -> None:
    assert request(client=None).address == ""


def test_header_is_text() -> None:
    assert request((b"user-agent", b"\xe9")).header(b"user-agent") == "é"


def test_missing_header_is_none() -> None:
    assert request().header(b"user-agent") is None


@pytest.mark.parametrize("value", [b"Bearer a.b.c", b"bearer  a.b.c "])
def test_bearer_is_the_token_of_the_authorization_header(value: bytes) -> None:
    assert request((b"authorization", value)).bearer == "a.b.c"


@pytest.mark.parametrize("value", [b"Basic YTpi", b"Bearer: a", b"token"])
def test_bearer_is_none_for_other_schemes(value: bytes) -> None:
    assert request((b"authorization", value)).bearer is None


def test_cookies_of_several_headers_are_joined() -> None:
    found = request((b"cookie", b"a=1"), (b"host", b"x"), (b"cookie", b"b=2"))
    assert found.cookies == b"a=1; b=2"


def test_query_pairs_keep_order_repetition_and_blank_values() -> None:
    found = request(query=b"q=%D0%91+1&q=&a=2")
    assert found.query_pairs() == [("q", "Б 1"), ("q", ""), ("a", "2")]


@pytest.mark.parametrize(
    "query", ["a=1&b=2", "a", "a=", "=1", "&&a=1&", "a==b=c", "a;b=1", "a=\xe9"]
)
def test_query_without_encoded_characters_is_read_as_any_other(query: str) -> None:
    expected = parse_qsl(query, keep_blank_values=True)
    assert request(query=query.encode("latin-1")).query_pairs() == expected


def test_query_items_have_the_last_value_of_a_repeated_name() -> None:
    assert request(query=b"q=1&q=2").query_items() == {"q": "2"}


@pytest.mark.parametrize("query", [b"q=" + b"x" * 8192, b"a=1&" * 100])
def test_query_is_rejected_when_it_is_too_long(query: bytes) -> None:
    with raises_error(Code.FIELD_INVALID, field="query", reason="too_long"):
        request(query=query).query_pairs()


HOST = (b"host", b"films.example")


@pytest.mark.parametrize(
    ("version", "headers", "expected"),
    [
        ("1.1", [HOST], True),
        ("1.1", [HOST, (b"accept", b"a"), (b"accept", b"b")], True),
        ("1.1", [(b"accept", b"*/*")], False),
        ("1.1", [HOST, HOST], False),
        ("1.0", [], True),
    ],
)
def test_http_1_1_request_names_exactly_one_host(
    version: str, headers: list[tuple[bytes, bytes]], expected: bool
) -> None:
    assert names_one_host({"http_version": version, "headers": headers}) is expected


def test_headers_are_read_once_per_request() -> None:
    scope = {"headers": [HOST]}
    assert headers_of(scope) is headers_of(scope)
