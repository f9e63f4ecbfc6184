"""A response is sent plain, compressed or as 304, as the client wants it."""

import gzip

import pytest

from kinoteka.http.mechanics.representations import PUBLIC, choose, represent
from kinoteka.http.mechanics.response import json_response

LONG = represent(json_response(200, ["a film"] * 200))
SHORT = represent(json_response(200, "x"))
NOT_FOUND = represent(json_response(404, ["a film"] * 200))


def header(response, name):
    return dict(response.headers).get(name)


def test_response_is_compressed_for_clients_that_accept_it():
    plain = choose(LONG, {})
    compressed = choose(LONG, {b"accept-encoding": b"br, gzip"})
    assert header(compressed, b"content-encoding") == b"gzip"
    assert gzip.decompress(compressed.body) == plain.body
    assert header(plain, b"content-encoding") is None
    assert header(compressed, b"etag") != header(plain, b"etag")


@pytest.mark.parametrize("accepted", [b"", b"br", b"gzip;q=0", b"br, gzip; q=0"])
def test_response_is_plain_for_all_others(accepted):
    response = choose(LONG, {b"accept-encoding": accepted})
    assert header(response, b"content-encoding") is None


def test_short_response_is_not_compressed():
    response = choose(SHORT, {b"accept-encoding": b"gzip"})
    assert (response.body, header(response, b"content-encoding")) == (b'"x"', None)


@pytest.mark.parametrize("encoding", [b"", b"gzip"])
def test_client_with_the_current_bytes_gets_304(encoding):
    wants = {b"accept-encoding": encoding}
    etag = header(choose(LONG, wants), b"etag")
    response = choose(LONG, wants | {b"if-none-match": etag})
    assert (response.status, response.body) == (304, b"")
    assert header(response, b"etag") == etag
    assert choose(LONG, wants | {b"if-none-match": b'"other"'}).status == 200


def test_client_that_changes_its_encoding_gets_304_too():
    etag = header(choose(LONG, {b"accept-encoding": b"gzip"}), b"etag")
    assert choose(LONG, {b"if-none-match": etag}).status == 304


def test_error_response_is_never_304():
    etag = header(choose(NOT_FOUND, {}), b"etag")
    assert choose(NOT_FOUND, {b"if-none-match": etag}).status == 404


def test_response_is_private_unless_another_caching_is_given():
    private = choose(LONG, {})
    assert header(private, b"cache-control") == b"private, no-cache"
    assert header(private, b"vary") == b"authorization, cookie, accept-encoding"
    public = represent(json_response(200, "x"), PUBLIC)
    etag = header(choose(public, {}), b"etag")
    for response in (choose(public, {}), choose(public, {b"if-none-match": etag})):
        assert header(response, b"cache-control") == b"public, no-cache"
        assert header(response, b"vary") == b"accept-encoding"


def test_size_counts_the_bodies_that_are_held():
    assert SHORT.size < 600
    assert LONG.size > len(LONG.plain.response.body) + len(LONG.compressed.response.body)
