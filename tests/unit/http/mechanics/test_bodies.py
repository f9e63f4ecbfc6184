"""Bodies and queries into Structs: what can be read, and which field is wrong in what cannot."""

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from kinoteka.errors import Code
from kinoteka.http.mechanics.bodies import (
    DRAINED,
    decode_json,
    read_body,
    read_json,
    read_query,
    reject_compressed,
)
from tests.support.asgi_requests import ASGIRequest, chunks_of
from tests.support.errors import raises_error

LIMIT = 1000


class Inner(msgspec.Struct):
    number: Annotated[int, Meta(ge=1, le=2**53 - 1)]


class Shape(msgspec.Struct):
    name: str
    inner: Inner | None = None
    tags: list[str] = []


class Query(msgspec.Struct):
    page: Annotated[int, Meta(ge=1, le=2**53 - 1)] = 1
    q: str | None = None


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_body_in_chunks_is_joined(size):
    whole = bytes(range(200)) * 5
    assert await read_body(ASGIRequest(*chunks_of(whole, size)).request(), LIMIT) == whole


def test_byte_order_mark_is_skipped():
    assert decode_json(b'\xef\xbb\xbf{"name": "a"}', Shape) == Shape("a")


@pytest.mark.parametrize(
    ("encoding", "is_taken"), [("gzip", False), ("br", False), ("identity", True), ("", True)]
)
def test_compressed_body_is_rejected(encoding, is_taken):
    request = ASGIRequest(b"{}").request()
    request.headers[b"content-encoding"] = encoding.encode()
    if is_taken:
        reject_compressed(request)
    else:
        with raises_error(Code.BODY_COMPRESSED):
            reject_compressed(request)


async def test_empty_body_is_none_only_when_it_is_optional():
    assert await read_body(ASGIRequest().request(), LIMIT) == b""
    assert await read_json(ASGIRequest().request(), Shape, LIMIT, required=False) is None
    with raises_error(Code.BODY_MALFORMED):
        await read_json(ASGIRequest().request(), Shape, LIMIT)


async def test_too_large_body_is_read_before_it_is_rejected():
    sent = ASGIRequest(*chunks_of(bytes(LIMIT + 1), 100))
    with raises_error(Code.BODY_TOO_LARGE, limit=LIMIT):
        await read_body(sent.request(), LIMIT)
    assert sent.taken == LIMIT + 1


async def test_body_is_rejected_when_its_declared_length_is_too_large():
    with raises_error(Code.BODY_TOO_LARGE):
        await read_body(ASGIRequest(b"short", length=LIMIT + 1).request(), LIMIT)


@pytest.mark.parametrize("length", [None, 10**12, 10**30])
async def test_endless_body_is_not_read_to_its_end(length):
    sent = ASGIRequest.endless(bytes(2**20), 1000, length)
    with raises_error(Code.BODY_TOO_LARGE):
        await read_body(sent.request(), LIMIT)
    assert DRAINED < sent.taken <= DRAINED + 2**20


async def test_json_body_may_have_as_many_bytes_as_the_limit():
    body = b'{"name": "%b"}' % (b"x" * (LIMIT - len(b'{"name": ""}')))
    assert len((await read_json(ASGIRequest(body).request(), Shape, LIMIT)).name) > LIMIT - 20
    with raises_error(Code.BODY_TOO_LARGE, limit=LIMIT):
        await read_json(ASGIRequest(body + b" ").request(), Shape, LIMIT)


def test_names_that_the_shape_does_not_have_are_passed_over():
    assert decode_json(b'{"name": "a", "unknown": {"x": [1]}}', Shape) == Shape("a")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"name": "a"} x',
        b"{'name': 'a'}",
        b'{"name": "\xff"}',
        b'{"name": "a", "unknown": %b}' % (b"[" * 100_000),
        b'{"name": NaN}',
    ],
)
def test_malformed_json_is_rejected(body):
    with raises_error(Code.BODY_MALFORMED):
        decode_json(body, Shape)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"[]", "body"),
        (b"null", "body"),
        (b"{}", "name"),
        (b'{"name": null}', "name"),
        (b'{"name": 1}', "name"),
        (b'{"name": "a", "inner": {}}', "inner.number"),
        (b'{"name": "a", "inner": {"number": "1"}}', "inner.number"),
        (b'{"name": "a", "inner": {"number": 1.5}}', "inner.number"),
        (b'{"name": "a", "inner": {"number": 0}}', "inner.number"),
        (b'{"name": "a", "inner": {"number": 9007199254740992}}', "inner.number"),
        (b'{"name": "a", "inner": {"number": %b}}' % (b"9" * 1000), "inner.number"),
        (b'{"name": "a", "tags": ["a", 1]}', "tags[1]"),
    ],
)
def test_invalid_field_is_named(body, field):
    with raises_error(Code.FIELD_INVALID, field=field):
        decode_json(body, Shape)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"", Query()),
        (b"page=3", Query(3)),
        (b"page=3&page=4", Query(4)),
        (b"unknown=1", Query()),
        (b"q=", Query(q="")),
        (b"q=%D0%91%D1%80%D0%B0%D1%82+1", Query(q="Брат 1")),
    ],
)
def test_query_is_converted(query, expected):
    assert read_query(ASGIRequest(query=query).request(), Query) == expected


@pytest.mark.parametrize(
    "query", [b"page=", b"page=0", b"page=-1", b"page=x", b"page=1.5", b"page=" + b"9" * 1000]
)
def test_invalid_query_value_is_named(query):
    with raises_error(Code.FIELD_INVALID, field="page"):
        read_query(ASGIRequest(query=query).request(), Query)


@pytest.mark.parametrize("query", [b"q=" + b"x" * 8192, b"&" * 100, b"a=1&" * 100 + b"page=1"])
def test_too_long_query_is_rejected(query):
    with raises_error(Code.FIELD_INVALID, field="query", reason="too_long"):
        read_query(ASGIRequest(query=query).request(), Query)
