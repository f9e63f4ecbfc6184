"""A client that already has a response gets 304 (RFC 9110, 13.1.2)."""

import pytest

from kinoteka.http.mechanics.conditional import matches, not_modified, respond
from kinoteka.http.mechanics.response import Response

HEADERS = [(b"content-type", b"text/plain"), (b"etag", b'"x"'), (b"vary", b"cookie")]


@pytest.mark.parametrize(
    "sent", [b'"x"', b'W/"x"', b'"a", "x"', b'"a","x" , "b"', b"*", b" * ", b'"y"']
)
def test_listed_tag_weak_tag_and_any_match(sent):
    assert matches(sent, (b'"x"', b'"y"'))


@pytest.mark.parametrize("sent", [b"", b'"a"', b'"xx"', b'"x', b"x", b'"a", *', b'"*"'])
def test_other_tags_do_not_match(sent):
    assert not matches(sent, (b'"x"', b'"y"'))


@pytest.mark.parametrize(
    ("status", "sent", "expected"),
    [
        (200, b'"x"', 304),
        (200, b"*", 304),
        (200, b'"a"', 200),
        (404, b'"x"', 404),
        (404, b"*", 404),
        (201, b"*", 201),
    ],
)
def test_known_response_gets_304_only_instead_of_200(status, sent, expected):
    assert respond(Response(status, b"text", HEADERS), sent).status == expected


def test_response_without_a_tag_is_known_only_to_any():
    response = Response(200, b"text", [])
    assert respond(response, b'""').status == 200
    assert respond(response, b"*").status == 304


def test_304_repeats_only_the_headers_that_caches_need():
    response = not_modified(Response(200, b"text", HEADERS))
    assert (response.status, response.body, response.headers) == (304, b"", HEADERS[1:])
