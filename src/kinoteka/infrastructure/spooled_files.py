"""Received files: the first 64 KiB in memory, the rest on disk.

Disk operations block, so call them in a thread.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

SPOOLED_BYTES = 64 * 1024
"""Bytes of a file that stay in memory."""
FOLDER = "uploads"


class SpooledFile:
    """A file that is received in parts.

    Without a `path`, it is a temporary file without a name in the folder. It disappears when it is
    closed or the process ends.
    """

    def __init__(self, folder: Path, path: Path | None = None) -> None:
        self.path = path
        self.size = 0
        self.buffered = 0
        self._folder = folder
        self._waiting = bytearray()
        self._file: BinaryIO | None = None

    @classmethod
    def of(cls, content: bytes) -> "SpooledFile":
        """Create a file with this content in memory."""
        file = cls(Path())
        file.add(content)
        return file

    def add(self, content: bytes) -> None:
        """Append content in memory."""
        self._waiting += content
        self.size += len(content)
        self.buffered += len(content)

    def store(self) -> None:
        """Write the content in memory to disk.

        Raises:
            OSError: for example, the disk is full.
        """
        if self._file is None:
            self._file = self._opened()
        waiting, self._waiting, self.buffered = self._waiting, bytearray(), 0
        self._file.write(waiting)
        self._file.flush()

    def read(self) -> bytes:
        """Return the whole content."""
        if self._file is None:
            return bytes(self._waiting)
        self._file.seek(0)
        return self._file.read() + self._waiting

    def close(self) -> None:
        """Close the file; a file without a path disappears."""
        self._waiting.clear()
        if self._file is not None:
            with suppress(OSError):  # the disk may be full
                self._file.close()
            self._file = None

    def _opened(self) -> BinaryIO:
        if self.path is not None:
            self.path.parent.mkdir(0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            return os.fdopen(descriptor, "w+b")
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self._folder)
