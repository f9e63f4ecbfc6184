"""Files in a folder or in an object store; each is complete or does not exist.

Services use `Files`; `open_files` chooses the store. The server chooses all names; clients never
do.
"""

import asyncio
import os
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

import structlog

from kinoteka.infrastructure.disk import DISK_FULL_ERRORS, DISK_STATE
from kinoteka.infrastructure.settings import Settings

T = TypeVar("T")

log = structlog.get_logger()

AVATAR_FOLDER, POSTER_FOLDER, POSTER_CACHE_FOLDER = "avatars", "posters", "poster_cache"
"""Uploaded avatars, uploaded posters, and posters fetched from elsewhere."""

FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}(\.[a-z0-9]{1,10})?")
MAX_FILE_BYTES = 16 * 1024 * 1024
"""Bytes of a file at most; a larger file is not one of ours and is not read."""


class Files(Protocol):
    """Files by name.

    If an object store is unavailable, operations raise DomainError(BUSY) with `retry_after` in
    seconds.
    """

    async def put(self, name: str, content: bytes) -> None:
        """Store a file; concurrent readers get all of it or nothing.

        Raises:
            ValueError: the name is invalid, or the content exceeds `MAX_FILE_BYTES`.
            DomainError(DISK_FULL)
        """

    async def get(self, name: str) -> bytes | None:
        """Return the content of a file, or None if it does not exist."""

    async def delete(self, name: str) -> None:
        """Remove a file if it exists.

        Raises:
            ValueError: the name is invalid.
        """

    def delete_soon(self, name: str) -> None:
        """Remove a file in the background, as after the end of a transaction.

        If that fails, the file stays without a reference, and the failure is logged.

        Raises:
            ValueError: the name is invalid.
        """

    def close(self) -> None:
        """Wait for pending operations and close."""


def open_files(settings: Settings, folder: str) -> Files:
    """Open the files of one kind: a folder in the data folder or under the bucket's prefix."""
    if not settings.files_url:
        return LocalFiles(settings.data / folder)
    # Import on demand: the library takes 4 MiB of memory.
    from kinoteka.infrastructure.object_store import ObjectFiles

    return ObjectFiles(settings.files_url, settings.files_endpoint, folder)


def check(name: str, content: bytes = b"") -> None:
    """Check the name and size of a file.

    Raises:
        ValueError: the name is invalid, or the content exceeds `MAX_FILE_BYTES`.
    """
    if FILE_NAME.fullmatch(name) is None:
        raise ValueError(name)
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(f"{len(content)} bytes")


class LocalFiles:
    """A folder of files, created with the first file.

    All disk operations run in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(2, "files")

    async def put(self, name: str, content: bytes) -> None:
        """Store a file; see `Files`."""
        check(name, content)
        try:
            await self._run(lambda: _write(self._folder / name, content))
        except OSError as error:
            if error.errno not in DISK_FULL_ERRORS:
                raise
            raise DISK_STATE.record_failure(error) from error

    async def get(self, name: str) -> bytes | None:
        """Return the content of a file, or None if it does not exist."""
        if FILE_NAME.fullmatch(name) is None:
            return None
        return await self._run(lambda: _read(self._folder / name))

    async def delete(self, name: str) -> None:
        """Remove a file if it exists."""
        check(name)
        await self._run(lambda: (self._folder / name).unlink(missing_ok=True))

    def delete_soon(self, name: str) -> None:
        """Remove a file in the background."""
        check(name)
        self._threads.submit(_remove, self._folder / name)

    def close(self) -> None:
        """Wait for pending operations and close."""
        self._threads.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return None
    return content if len(content) <= MAX_FILE_BYTES else None


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("file not removed", file=path.name, reason=str(error))
