"""Static files: loaded and compressed at the first request, then served from memory.

An address carries a fingerprint of all files, so that browsers may cache each file permanently and
scripts may import each other by relative paths. A page of another version still finds its files,
and browsers check them for changes.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.representations import (
    PERMANENT,
    PUBLIC,
    Representations,
    choose,
    represent,
)
from kinoteka.http.mechanics.response import SAFE, Response

TYPES = {
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".png": b"image/png",
    ".txt": b"text/plain; charset=utf-8",
    ".webmanifest": b"application/manifest+json",
}


class StaticFiles:
    """The files of a folder that have a known type.

    `address` is the pattern of their addresses, with the fields `fingerprint` and `name`. `names`
    limits them to some: from the name in the address to the path within the folder.
    """

    def __init__(self, folder: Path, address: str, names: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._address = address
        self._names = names
        self._loaded: dict[tuple[str, bool], Representations] = {}

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the content of all files."""
        digest = hashlib.blake2b(digest_size=6)
        for name, path in sorted(self._files.items()):
            digest.update(name.encode() + path.read_bytes())
        return digest.hexdigest()

    def address(self, name: str) -> str:
        """Return the address of a file.

        Raises:
            KeyError: no file has this name.
        """
        if name not in self._files:
            raise KeyError(name)
        return self._address.format(fingerprint=self.fingerprint, name=name)

    async def read(
        self, name: str, fingerprint: str | None, headers: dict[bytes, bytes]
    ) -> Response:
        """Return the response to a request for a file at an address with this fingerprint.

        Raises:
            DomainError(PATH_UNKNOWN): no file has this name.
        """
        path = self._files.get(name)
        if path is None:
            raise DomainError(Code.PATH_UNKNOWN)
        is_permanent = fingerprint == self.fingerprint
        forms = self._loaded.get((name, is_permanent))
        if forms is None:
            forms = await asyncio.to_thread(_load, path, is_permanent)
            self._loaded[name, is_permanent] = forms
        return choose(forms, headers)

    @cached_property
    def _files(self) -> dict[str, Path]:
        if self._names is not None:
            return {name: self.folder / path for name, path in self._names.items()}
        paths = (path for path in self.folder.rglob("*") if path.suffix in TYPES)
        return {path.relative_to(self.folder).as_posix(): path for path in paths}


def _load(path: Path, is_permanent: bool) -> Representations:
    headers = [*SAFE, (b"content-type", TYPES[path.suffix])]
    response = Response(200, path.read_bytes(), headers)
    return represent(response, PERMANENT if is_permanent else PUBLIC)
