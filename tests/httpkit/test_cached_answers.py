import gzip

import pytest

from kinoteka.httpkit.answers import json_answer
from kinoteka.httpkit.cached_answers import AnswerCache

LONG = ["a film"] * 200


@pytest.fixture
async def cache():
    cache = AnswerCache(1)
    await cache.set("long", 1, json_answer(200, LONG))
    await cache.set("short", 1, json_answer(200, "x"))
    await cache.set("absent", 1, json_answer(404, LONG))
    return cache


def header(answer, name):
    return dict(answer.headers).get(name)


def test_an_answer_is_cached_for_its_revision(cache):
    assert cache.get("long", 1, {}).status == 200
    assert cache.get("long", 2, {}) is None
    assert cache.get("other", 1, {}) is None


def test_bytes_go_out_compressed_to_those_who_take_them(cache):
    plain = cache.get("long", 1, {})
    compressed = cache.get("long", 1, {b"accept-encoding": b"br, gzip"})
    assert header(compressed, b"content-encoding") == b"gzip"
    assert gzip.decompress(compressed.body) == plain.body
    assert header(plain, b"content-encoding") is None
    assert header(compressed, b"etag") != header(plain, b"etag")


@pytest.mark.parametrize("accepted", [b"", b"br", b"gzip;q=0", b"br, gzip; q=0"])
def test_and_plain_to_all_others(cache, accepted):
    answer = cache.get("long", 1, {b"accept-encoding": accepted})
    assert header(answer, b"content-encoding") is None


def test_what_is_short_is_not_compressed(cache):
    answer = cache.get("short", 1, {b"accept-encoding": b"gzip"})
    assert (answer.body, header(answer, b"content-encoding")) == (b'"x"', None)


@pytest.mark.parametrize("encoding", [b"", b"gzip"])
def test_who_has_the_bytes_already_gets_304(cache, encoding):
    wants = {b"accept-encoding": encoding}
    etag = header(cache.get("long", 1, wants), b"etag")
    answer = cache.get("long", 1, wants | {b"if-none-match": etag})
    assert (answer.status, answer.body) == (304, b"")
    assert header(answer, b"etag") == etag
    assert cache.get("long", 1, wants | {b"if-none-match": b'"other"'}).status == 200


def test_a_refusal_is_never_304(cache):
    etag = header(cache.get("absent", 1, {}), b"etag")
    assert cache.get("absent", 1, {b"if-none-match": etag}).status == 404


def test_answers_that_depend_on_who_asks_are_private(cache):
    answer = cache.get("long", 1, {})
    assert header(answer, b"cache-control") == b"private, no-cache"
    assert header(answer, b"vary") == b"authorization, cookie, accept-encoding"


async def test_what_was_not_asked_for_longest_makes_room():
    cache = AnswerCache(1)
    for number in range(1000):
        await cache.set(number, 1, json_answer(200, [number, "x" * 4000]))
        assert cache.get(0, 1, {}) is not None
    left = [number for number in range(1000) if cache.get(number, 1, {}) is not None]
    assert sum(len(cache.get(number, 1, {}).body) for number in left) < 1024 * 1024
    assert left == [0, *range(1001 - len(left), 1000)]
    assert len(left) > 100


async def test_what_is_larger_than_the_memory_for_all_is_given_but_not_cached():
    cache = AnswerCache(1)
    large = json_answer(200, "x" * 2 * 1024 * 1024)
    cached = await cache.set("large", 1, large)
    assert cached.plain.body == large.body
    assert gzip.decompress(cached.compressed.body) == large.body
    assert cache.get("large", 1, {}) is None
