"""Read plain or gzipped files as chunks or lines of bytes (UTF-8), in bounded memory."""

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing

from kinoteka.core.imports.formats.encodings import UTF8
from kinoteka.core.imports.readers import InputPath, Progress
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

    Its content is converted from `encoding` to UTF-8. A failure (a truncated or corrupt gzip
    stream, a failing disk, a gzip stream that expands too far) ends the iteration like the end of
    the file. `failure()` then returns it.
    """

    def __init__(self, path: InputPath, progress: Progress, encoding: str = UTF8) -> None:
        self.path = path
        self.encoding = encoding
        self._progress = progress
        self._failure: str | None = None
        self._line = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the decompressed content in UTF-8, without a byte order mark."""
        try:
            yield from self._chunks() if self.encoding == UTF8 else self._converted()
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            self._failure = str(error)

    def lines(self) -> Iterator[bytes]:
        r"""Yield the lines without line ends, which are \n or \r\n, or \r in the whole file.

        A line longer than RECORD_LIMIT is truncated to a length that still exceeds it.
        """
        for lines in self.line_lists():
            yield from lines

    def line_lists(self) -> Iterator[list[bytes]]:
        """Yield the lines in lists, which takes less time than one by one."""
        rest, skipping, end, has_returns = b"", False, b"", False
        for chunk in self.chunks():
            end = end or line_end(chunk)
            if skipping:
                _, newline, chunk = chunk.partition(end)
                skipping = not newline
            parts = (rest + chunk).split(end)
            rest = parts.pop()
            if len(rest) > RECORD_LIMIT:
                parts.append(rest)
                rest, skipping = b"", True
            has_returns = has_returns or b"\r" in chunk
            if has_returns:
                parts = [line.removesuffix(b"\r") for line in parts]
            self._line += len(parts)
            yield parts
        if rest:
            self._line += 1
            yield [rest]

    def failure(self) -> tuple[RejectedRow, ...]:
        """Return the failure, if any, as a rejected row. Call it after the last line or chunk."""
        if self._failure is None:
            return ()
        return (self.rejected_row(self._line, RejectionReason.FILE_BROKEN, self._failure),)

    def rejected_row(self, line: int, reason: RejectionReason, detail: str) -> RejectedRow:
        """Return a rejected row of this file."""
        return RejectedRow(str(self.path), line, reason, detail)

    def _converted(self) -> Iterator[bytes]:
        """Yield the content converted to UTF-8. Invalid bytes become invalid UTF-8."""
        decoder = codecs.getincrementaldecoder(self.encoding)("surrogateescape")
        for chunk in self._chunks():
            yield decoder.decode(chunk).encode(UTF8, "surrogateescape")
        yield decoder.decode(b"", True).encode(UTF8, "surrogateescape")

    def _chunks(self) -> Iterator[bytes]:
        with closing(self.path.open("rb")) as raw:
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


def line_end(start: bytes) -> bytes:
    r"""Return the end of lines in a text that begins like this: \n, or \r of old Macs."""
    return b"\r" if b"\r" in start[:-1] and b"\n" not in start else b"\n"


def raw_start(path: InputPath, encoding: str = UTF8) -> bytes:
    """Return the beginning of a file (at most CHUNK bytes).

    Raise `FormatError` FILE_UNREADABLE (`path`, `detail`) or FILE_EMPTY (`path`).
    """
    file = InputFile(path, Progress(), encoding)
    start = next(file.chunks(), b"")
    for failure in file.failure():
        raise FormatError(FormatCode.FILE_UNREADABLE, path=str(path), detail=failure.detail)
    if not start.strip():
        raise FormatError(FormatCode.FILE_EMPTY, path=str(path))
    return start


def first_bytes(path: InputPath) -> bytes:
    """Return the beginning of a file in UTF-8, to recognise its format.

    Raise as `raw_start` does, or `FormatError` ENCODING_UNSUPPORTED (`path`).
    """
    start = raw_start(path)
    if start.startswith(_UTF16_MARKS):
        raise FormatError(FormatCode.ENCODING_UNSUPPORTED, path=str(path))
    return start


def first_line(path: InputPath) -> str:
    """Return the header row of a text file. Raise as `first_bytes` does."""
    start = first_bytes(path)
    line = start.partition(line_end(start))[0]
    try:
        return line.decode().rstrip("\r")
    except UnicodeDecodeError:
        raise FormatError(FormatCode.ENCODING_UNSUPPORTED, path=str(path)) from None


def bytes_on_disk(files: Sequence[InputPath]) -> int:
    """Return the total size of the files, compressed if they are gzipped."""
    return sum(path.stat().st_size for path in files)
