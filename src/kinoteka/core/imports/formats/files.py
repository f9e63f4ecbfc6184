"""Files as chunks and lines of bytes, plain or gzipped, with progress and bounded memory."""

import gzip
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from kinoteka.core.imports.readers import Progress
from kinoteka.core.imports.record import FormatCode, FormatError, RejectedRow, RejectionReason

CHUNK = 256 * 1024
RECORD_LIMIT = 1024 * 1024
"""Bytes that a line, a CSV record or a JSON element may have."""

EXPANSION_LIMIT = 100
"""How many times its own size a gzipped file may expand to; data sets stay below 20."""
EXPANSION_FLOOR = 100 * 1024 * 1024
"""Bytes that any gzipped file may expand to, however small it is."""

_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _ExpandsTooFar(OSError):
    """A gzipped file that holds far more than it could honestly hold (OWASP ASVS 5, 5.2.3)."""


class InputFile:
    """A file to be read once, from its beginning.

    A broken end (a cut or corrupt gzip stream, a failing disk, a gzip stream that expands too far)
    ends the reading like the file's own end would; `failure()` then tells.
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
        """Yield the lines without their ends.

        One that is longer than RECORD_LIMIT comes cut, but still longer than that.
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
        """Return the rejected that a broken end deserves, after the last line or chunk."""
        if self._failure is None:
            return ()
        return (self.rejected_row(self._line, RejectionReason.FILE_BROKEN, self._failure),)

    def rejected_row(self, line: int, reason: RejectionReason, detail: str) -> RejectedRow:
        """Return a rejected that names this file."""
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
    """Return the beginning of a file's text (at most CHUNK bytes), for recognising it.

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
    """Return the header row of a text file; raises like `first_bytes`."""
    line = first_bytes(path).partition(b"\n")[0]
    try:
        return line.decode().rstrip("\r")
    except UnicodeDecodeError:
        raise FormatError(FormatCode.ENCODING_UNSUPPORTED, path=str(path)) from None


def bytes_on_disk(files: Sequence[Path]) -> int:
    """Return the size of all files together."""
    return sum(os.stat(path).st_size for path in files)
