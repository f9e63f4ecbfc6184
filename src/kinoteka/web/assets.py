"""Static files: read and compressed when first asked for, then served from memory.

An address carries the digest of its file's content, so that browsers may cache the file for good.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kinoteka.httpkit.answers import SAFE, Answer
from kinoteka.httpkit.cached_answers import CachedAnswer, choose, make

FOLDER = Path(__file__).with_name("static")
TYPES = {
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".txt": b"text/plain; charset=utf-8",
}
FOR_GOOD = b"public, max-age=31536000, immutable"


class Assets:
    """Files under the folder `static`, by the names under which they are served."""

    def __init__(self, prefix: str, files: Mapping[str, str]) -> None:
        self._prefix = prefix
        self._files = files
        self._loaded: dict[str, CachedAnswer] = {}

    def address(self, name: str) -> str:
        """Where a file is served, with the digest of its content."""
        return f"{self._prefix}/{name}?v={_digest(FOLDER / self._files[name])}"

    async def answer(self, name: str, headers: Mapping[bytes, bytes]) -> Answer | None:
        """The file as a request wants it: 304, compressed or plain; None where there is none."""
        if name not in self._files:
            return None
        cached = self._loaded.get(name)
        if cached is None:
            path = FOLDER / self._files[name]
            cached = self._loaded[name] = await asyncio.to_thread(_load, path)
        return choose(cached, dict(headers))


def _load(path: Path) -> CachedAnswer:
    headers = [*SAFE, (b"content-type", TYPES[path.suffix])]
    cached = make(0, Answer(200, path.read_bytes(), headers))
    for answer in (cached.plain, cached.compressed, cached.unchanged):
        answer.headers = [_cached_for_good(*pair) for pair in answer.headers]
    return cached


def _cached_for_good(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name == b"cache-control":
        return name, FOR_GOOD
    return (name, b"accept-encoding") if name == b"vary" else (name, value)


@cache
def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()
