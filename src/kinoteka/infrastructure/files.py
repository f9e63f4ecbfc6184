"""Files: each whole or not there at all, in a folder or in an object store.

`Files` is what services rely on, `open_files` chooses where. Names are given by the server, never
by who uploads.
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

from kinoteka.infrastructure.disk import NO_ROOM, ROOM
from kinoteka.infrastructure.settings import Settings

T = TypeVar("T")

log = structlog.get_logger()

NAME = re.compile(r"[A-Za-z0-9_-]{1,100}(\.[a-z0-9]{1,10})?")
LARGEST = 16 * 1024 * 1024
"""Bytes of a file at most: what is larger is not ours, and is not read."""


class Files(Protocol):
    """Files by name.

    An object store may be away: what waits for it then raises DomainError(BUSY), with
    `retry_after` in seconds.
    """

    async def put(self, name: str, content: bytes) -> None:
        """Store a file: whoever reads it meanwhile gets all of it or nothing.

        Raises:
            ValueError: no name that a file here may have, or more than `LARGEST` bytes.
            DomainError(DISK_FULL)
        """

    async def get(self, name: str) -> bytes | None:
        """The file's content; None where there is no such file."""

    async def delete(self, name: str) -> None:
        """Remove a file, if it is there.

        Raises:
            ValueError: no name that a file here may have.
        """

    def delete_soon(self, name: str) -> None:
        """Remove a file without waiting for it, as at the end of a transaction.

        Where that fails the file is left behind: nothing names it any more, and the log tells.

        Raises:
            ValueError: no name that a file here may have.
        """

    def close(self) -> None:
        """Finish what is under way."""


def open_files(settings: Settings, folder: str) -> Files:
    """The files of one kind: `folder` within the data folder or within the bucket's prefix."""
    if not settings.files_url:
        return LocalFiles(settings.data / folder)
    # Only where it is wanted: the library takes 4 MiB.
    from kinoteka.infrastructure.object_store import ObjectFiles

    return ObjectFiles(settings.files_url, settings.files_endpoint, folder)


def check(name: str, content: bytes = b"") -> None:
    """Refuse what no file here may be.

    Raises:
        ValueError: no name that a file here may have, or more than `LARGEST` bytes.
    """
    if NAME.fullmatch(name) is None:
        raise ValueError(name)
    if len(content) > LARGEST:
        raise ValueError(f"{len(content)} bytes")


class LocalFiles:
    """A folder of files, made when the first one is put there.

    What the disk does is done in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(2, "files")

    async def put(self, name: str, content: bytes) -> None:
        """Store a file, as `Files` says."""
        check(name, content)
        try:
            await self._run(lambda: _write(self._folder / name, content))
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise ROOM.refused(error) from error

    async def get(self, name: str) -> bytes | None:
        """The file's content; None where there is no such file."""
        if NAME.fullmatch(name) is None:
            return None
        return await self._run(lambda: _read(self._folder / name))

    async def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        check(name)
        await self._run(lambda: (self._folder / name).unlink(missing_ok=True))

    def delete_soon(self, name: str) -> None:
        """Remove a file without waiting for it."""
        check(name)
        self._threads.submit(_remove, self._folder / name)

    def close(self) -> None:
        """Finish what is under way."""
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
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    return content if len(content) <= LARGEST else None


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("file not removed", file=path.name, reason=str(error))
