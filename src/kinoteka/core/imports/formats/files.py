"""Read plain or gzipped files as chunks or lines of bytes, in bounded memory."""

import gzip
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from kinoteka.core.imports.readers import Progress
from kinoteka.core.imports.record import FormatCode, FormatError, RejectedRow, RejectionReason

CHUNK = 256 * 1024
RECORD_LIMIT = 1024 * 1024
"""How many bytes a line, a CSV record or a JSON element may have."""

EXPANSION_LIMIT = 100
"""By which factor a gzipped file may expand. Data sets stay below 20."""
EXPANSION_FLOOR = 100 * 1024 * 1024
"""How many bytes even the smallest gzipped file may expand to."""

_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _ExpandsTooFar(OSError):
    """A gzipped file expands by more than EXPANSION_LIMIT (OWASP ASVS 5, 5.2.3)."""


class InputFile:
    """A file that is read once, from its beginning.

    A failure (a truncated or corrupt gzip stream, a failing disk, a gzip stream that expands too
    far) ends the iteration like the end of the file. `failure()` then returns it.
    """

    def __init__(self, path: Path, progress: Progress) -> None:
        self.path = path
        self._progress = progress
        self._failure: str | None = None
        self._line = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the decompressed content without a byte order mark."""
        try:
            yield from self._chunks()
        except (OSError, EOFError, zlib.error) as error:
            self._failure = str(error)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines without line ends.

        A line longer than RECORD_LIMIT is truncated to a length that still exceeds it.
        """
        rest, skipping = b"", False
        for chunk in self.chunks():
            if skipping:
                _, newline, chunk = chunk.partition(b"\n")
                skipping = not newline
            parts = (rest + chunk).split(b"\n")
            rest = parts.pop()
            for line in parts:
                self._line += 1
                yield line[:-1] if line.endswith(b"\r") else line
            if len(rest) > RECORD_LIMIT:
                self._line += 1
                yield rest
                rest, skipping = b"", True
        if rest:
            self._line += 1
            yield rest

    def failure(self) -> tuple[RejectedRow, ...]:
        """Return the failure, if any, as a rejected row. Call it after the last line or chunk."""
        if self._failure is None:
            return ()
        return (self.rejected_row(self._line, RejectionReason.FILE_BROKEN, self._failure),)

    def rejected_row(self, line: int, reason: RejectionReason, detail: str) -> RejectedRow:
        """Return a rejected row of this file."""
        return RejectedRow(str(self.path), line, reason, detail)

    def _chunks(self) -> Iterator[bytes]:
        with self.path.open("rb") as raw:
            zipped = raw.peek(2)[:2] == _GZIP_MAGIC
            content = gzip.GzipFile(fileobj=raw, mode="rb") if zipped else raw
            done = expanded = 0
            most = self._expanded_limit() if zipped else None
            chunk = content.read(CHUNK).removeprefix(_UTF8_MARK)
            while chunk:
                expanded += len(chunk)
                if most is not None and expanded > most:
                    raise _ExpandsTooFar(f"it expands to more than {most // 1024**2} MiB")
                self._progress.read += raw.tell() - done
                done = raw.tell()
                yield chunk
                chunk = content.read(CHUNK)
            self._progress.read += raw.tell() - done

    def _expanded_limit(self) -> int:
        return max(EXPANSION_FLOOR, EXPANSION_LIMIT * self.path.stat().st_size)


def first_bytes(path: Path) -> bytes:
    """Return the beginning of a file (at most CHUNK bytes), to recognise its format.

    Raise `FormatError` FILE_UNREADABLE (`path`, `detail`), FILE_EMPTY (`path`) or
    ENCODING_UNSUPPORTED (`path`).
    """
    file = InputFile(path, Progress())
    start = next(file.chunks(), b"")
    for failure in file.failure():
        raise FormatError(FormatCode.FILE_UNREADABLE, path=str(path), detail=failure.detail)
    if start.startswith(_UTF16_MARKS):
        raise FormatError(FormatCode.ENCODING_UNSUPPORTED, path=str(path))
    if not start.strip():
        raise FormatError(FormatCode.FILE_EMPTY, path=str(path))
    return start


def first_line(path: Path) -> str:
    """Return the header row of a text file. Raise as `first_bytes` does."""
    line = first_bytes(path).partition(b"\n")[0]
    try:
        return line.decode().rstrip("\r")
    except UnicodeDecodeError:
        raise FormatError(FormatCode.ENCODING_UNSUPPORTED, path=str(path)) from None


def bytes_on_disk(files: Sequence[Path]) -> int:
    """Return the total size of the files."""
    return sum(os.stat(path).st_size for path in files)
