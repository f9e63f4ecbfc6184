"""The site's own files: styles, scripts, icons.

Their address carries a digest of them all, so that browsers may cache each for good and scripts may
import each other by relative paths. A page of an older version still finds what it names.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kinoteka.errors import Code, DomainError
from kinoteka.httpkit.answers import SAFE, Answer
from kinoteka.httpkit.cached_answers import CachedAnswer, choose, make
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.routes import Route

FOLDER = Path(__file__).with_name("static")
TYPES = {
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".png": b"image/png",
    ".txt": b"text/plain; charset=utf-8",
    ".webmanifest": b"application/manifest+json",
}
FOR_GOOD = b"public, max-age=31536000, immutable"
FOR_NOW = b"public, no-cache"

_loaded: dict[str, CachedAnswer] = {}


@cache
def version() -> str:
    """A digest of every file."""
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(_files().values()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def address(name: str) -> str:
    """Where a file is served, by its path within `static`.

    Raises:
        KeyError: there is no such file.
    """
    if name not in _files():
        raise KeyError(name)
    return f"/assets/{version()}/{name}"


async def read_asset(call: Call, *segments: str) -> Answer:
    """One of the files."""
    asked_version, name = segments[0], "/".join(segments[1:])
    path = _files().get(name)
    if path is None:
        raise DomainError(Code.PATH_UNKNOWN)
    cached = _loaded.get(name)
    if cached is None:
        cached = _loaded[name] = await asyncio.to_thread(_load, path)
    answer = choose(cached, call.headers)
    caching = FOR_GOOD if asked_version == version() else FOR_NOW
    headers = [pair for pair in answer.headers if pair[0] not in (b"cache-control", b"vary")]
    headers += [(b"cache-control", caching), (b"vary", b"accept-encoding")]
    return Answer(answer.status, answer.body, headers)


def _routes(depths: Sequence[int]) -> tuple[Route, ...]:
    return tuple(
        Route(
            "GET",
            "/assets/{version:text}"
            + "".join(f"/{{part{number}:text}}" for number in range(depth)),
            read_asset,
            "One of the site's files",
            identity="none",
            for_browsers=True,
        )
        for depth in depths
    )


ROUTES = _routes((1, 2, 3))


@cache
def _files() -> dict[str, Path]:
    files = (path for path in FOLDER.rglob("*") if path.suffix in TYPES)
    return {path.relative_to(FOLDER).as_posix(): path for path in files}


def _load(path: Path) -> CachedAnswer:
    return make(0, Answer(200, path.read_bytes(), [*SAFE, (b"content-type", TYPES[path.suffix])]))
