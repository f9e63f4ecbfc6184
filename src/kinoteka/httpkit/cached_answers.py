"""Cached answers: what is asked for all the time and changes rarely, as bytes.

An answer is cached for one revision of what it is made of; a newer revision makes it as good as
dropped. Bytes are cached compressed, too, and told apart by a strong validator, so that a client
that has them already gets 304 (RFC 9110, 13.1.2).
"""

import asyncio
import gzip
import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, replace

from kinoteka.httpkit.answers import Answer, Headers
from kinoteka.httpkit.metrics import Endpoint
from kinoteka.storage.cache import BoundedMap

WORTH_COMPRESSING = 600
# Compressing so many bytes takes half a millisecond; more than that leaves the event loop.
COMPRESSED_AT_ONCE = 16 * 1024
# What a cached answer takes besides its bodies and what its headers say: the objects and the key.
OVERHEAD = 3500
CACHED_HEADERS: Headers = [
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"authorization, cookie, accept-encoding"),
]


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """One answer in the shapes in which it may go out.

    `made_of` names the revisions of what it is made of, where anybody may have it; `endpoint` has
    made it.
    """

    revision: int
    plain: Answer
    compressed: Answer
    unchanged: Answer
    unchanged_compressed: Answer
    validator: bytes
    made_of: tuple[str, ...] | None = None
    endpoint: Endpoint | None = None


class AnswerCache:
    """Answers by key, within a bound of memory."""

    def __init__(self, megabytes: int) -> None:
        self._cache: BoundedMap[Hashable, CachedAnswer] = BoundedMap(megabytes * 1024 * 1024)

    def get(self, key: Hashable, revision: int, headers: dict[bytes, bytes]) -> Answer | None:
        """The answer cached under `key`, as this request wants it."""
        cached = self._cache.get(key)
        if cached is None or cached.revision != revision:
            return None
        return choose(cached, headers)

    def look(self, key: Hashable) -> CachedAnswer | None:
        """What is cached under `key`, of whatever revision."""
        return self._cache.get(key)

    async def set(
        self,
        key: Hashable,
        revision: int,
        answer: Answer,
        made_of: tuple[str, ...] | None = None,
        endpoint: Endpoint | None = None,
    ) -> CachedAnswer:
        """Cache an answer, in every shape; what is larger than all the memory is not cached."""
        if len(answer.body) > COMPRESSED_AT_ONCE:
            cached = await asyncio.to_thread(make, revision, answer)
        else:
            cached = make(revision, answer)
        cached = replace(cached, made_of=made_of, endpoint=endpoint)
        self._cache.set(key, cached, size_of(cached))
        return cached

    def size(self) -> int:
        """The memory that all of them take, in bytes, more or less."""
        return self._cache.size

    def clear(self) -> None:
        """Drop all."""
        self._cache.clear()


def make(revision: int, answer: Answer) -> CachedAnswer:
    """Every shape of an answer: plain, compressed, and 304 for whoever has either."""
    digest = hashlib.blake2b(answer.body, digest_size=12).hexdigest()
    headers = [pair for pair in answer.headers if pair[0] not in (b"cache-control", b"vary")]
    plain = Answer(answer.status, answer.body, _with(headers, f'"{digest}"'))
    unchanged = Answer(304, b"", _with([], f'"{digest}"'))
    if len(answer.body) < WORTH_COMPRESSING:
        return CachedAnswer(revision, plain, plain, unchanged, unchanged, digest.encode())
    compressed = Answer(
        answer.status,
        gzip.compress(answer.body, 6, mtime=0),
        [*_with(headers, f'"{digest}-gzip"'), (b"content-encoding", b"gzip")],
    )
    unchanged_compressed = Answer(304, b"", _with([], f'"{digest}-gzip"'))
    return CachedAnswer(
        revision, plain, compressed, unchanged, unchanged_compressed, digest.encode()
    )


def size_of(cached: CachedAnswer) -> int:
    """The memory that an answer takes, in bytes, more or less."""
    size = OVERHEAD + len(cached.plain.body)
    if cached.compressed is not cached.plain:
        size += len(cached.compressed.body)
    return size + sum(len(value) for _, value in cached.plain.headers)


def choose(cached: CachedAnswer, headers: dict[bytes, bytes]) -> Answer:
    """What a request gets: 304, compressed, or plain."""
    known = headers.get(b"if-none-match")
    is_known = (
        known is not None
        and cached.plain.status == 200
        and (cached.validator in known or known.strip() == b"*")
    )
    if _takes_gzip(headers.get(b"accept-encoding", b"")):
        return cached.unchanged_compressed if is_known else cached.compressed
    return cached.unchanged if is_known else cached.plain


def _takes_gzip(accepted: bytes) -> bool:
    # Whoever would rather not have it (q below 1) gets plain bytes, which nobody minds.
    return b"gzip" in accepted and b"gzip;q=0" not in accepted.replace(b" ", b"")


def _with(headers: Headers, validator: str) -> Headers:
    return [*headers, *CACHED_HEADERS, (b"etag", validator.encode())]
