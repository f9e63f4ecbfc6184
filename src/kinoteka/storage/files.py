"""Files: a folder of them, each whole or not there at all.

What the disk does is done in a thread. Names are given by the server, never by who uploads.
"""

import asyncio
import os
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

NAME = re.compile(r"[A-Za-z0-9_-]{1,100}(\.[a-z0-9]{1,10})?")


class Files:
    """A folder of files, made when the first one is put there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(2, "files")

    async def put(self, name: str, content: bytes) -> None:
        """Store a file: whoever reads it meanwhile gets all of it or nothing.

        Raises:
            ValueError: no name that a file here may have.
        """
        path = self._path(name)
        await self._run(lambda: _write(path, content))

    async def get(self, name: str) -> bytes | None:
        """The file's content; None where there is no such file."""
        if NAME.fullmatch(name) is None:
            return None
        path = self._path(name)
        return await self._run(lambda: _read(path))

    async def delete(self, name: str) -> None:
        """Remove a file, if it is there.

        Raises:
            ValueError: no name that a file here may have.
        """
        path = self._path(name)
        await self._run(lambda: path.unlink(missing_ok=True))

    def delete_soon(self, name: str) -> None:
        """Remove a file without waiting for it, as at the end of a transaction.

        Raises:
            ValueError: no name that a file here may have.
        """
        path = self._path(name)
        self._threads.submit(path.unlink, missing_ok=True)

    def close(self) -> None:
        """Finish what is under way."""
        self._threads.shutdown()

    def _path(self, name: str) -> Path:
        if NAME.fullmatch(name) is None:
            raise ValueError(name)
        return self._folder / name

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
        return path.read_bytes()
    except FileNotFoundError:
        return None
