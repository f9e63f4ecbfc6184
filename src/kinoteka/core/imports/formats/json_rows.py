"""Read JSON objects from files of any size: JSON Lines, and arrays element by element."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from kinoteka.core.imports.formats.files import RECORD_LIMIT, InputFile
from kinoteka.core.imports.record import RejectedRow, RejectionReason

DEEPEST = 64
"""How deeply objects may be nested in an element. Films need three levels."""

Object = dict[str, Any]
Row = tuple[int, Object]

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_TO_BRACE = re.compile(rb'(?:[^{}"]++|' + _STRING + rb")*+([{}])", re.DOTALL)
_TO_BRACKET = re.compile(rb'(?:[^\[\]"]++|' + _STRING + rb")*+([\[\]])", re.DOTALL)
_SPACE = re.compile(rb"[\s,]*+")
_SCALAR = re.compile(_STRING + rb'|[^\s,\[\]{}"]++', re.DOTALL)
_HEAD = re.compile(rb'\{\s*+"[^"\\]{1,100}"\s*+:')


def json_lines(file: InputFile) -> Iterator[Row | RejectedRow]:
    """Yield (line, object) of every line that is not blank."""
    for number, line in enumerate(file.lines(), 1):
        if len(line) > RECORD_LIMIT:
            yield file.rejected_row(
                number, RejectionReason.TOO_LONG, f"more than {RECORD_LIMIT} bytes"
            )
        elif not line.isspace() and line:
            yield _decoded(file, number, line, "")
    yield from file.failure()


def json_elements(file: InputFile) -> Iterator[Row | RejectedRow]:
    """Yield (line, object) of every element of an array, pretty-printed or on one line.

    An invalid element is rejected at its first line. Reading continues at the next text that
    begins like it (`{"title":`), because its own end cannot be found reliably.
    """
    window = _Window(file.chunks())
    window.skip_space()
    window.advance(1)
    ordinal, closed, broken = 0, False, False
    while first := window.skip_space():
        if first == b"]" or (first == b"}" and broken):
            closed = True
            window.advance(1)
            continue
        ordinal += 1
        closed = False
        row = _element(file, window, first, ordinal)
        # Text between an invalid element and the next valid one belongs to the former.
        if not (
            broken and isinstance(row, RejectedRow) and row.reason is RejectionReason.NOT_AN_OBJECT
        ):
            yield row
        broken = isinstance(row, RejectedRow)
    if failures := file.failure():
        yield from failures
    elif not closed:
        yield file.rejected_row(
            window.line, RejectionReason.JSON_INVALID, "the array is not closed"
        )


def _element(file: InputFile, window: "_Window", first: bytes, ordinal: int) -> Row | RejectedRow:
    line, position = window.line, f"element {ordinal}"
    if first != b"{":
        window.advance(_length_of_other(window, first))
        return file.rejected_row(line, RejectionReason.NOT_AN_OBJECT, position)
    if (found := _guessed(window)) is not None:
        return line, found
    length = window.nested_length(_TO_BRACE, b"{")
    if length is None:
        window.to_next_like_this()
        return file.rejected_row(line, RejectionReason.JSON_INVALID, f"{position}: it does not end")
    row = _decoded(file, line, window.text(length), position)
    if isinstance(row, RejectedRow):
        window.to_next_like_this(length)
    else:
        window.advance(length)
    return row


def _guessed(window: "_Window") -> Object | None:
    """Return the object here if it ends where the next one seems to begin, and advance past it.

    A wrong guess does not decode and is discarded. A right guess saves the search for the closing
    bracket, which takes three times as long as decoding.
    """
    length = window.length_to_next()
    if not length:
        return None
    try:
        found = msgspec.json.decode(window.text(length).rstrip(b", \t\r\n"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    window.advance(length)
    return found


def _length_of_other(window: "_Window", first: bytes) -> int:
    """Return the length of an element that is not an object, at least one byte."""
    if first == b"[":
        return window.nested_length(_TO_BRACKET, b"[") or 1
    return window.match_length(_SCALAR) or 1


def _decoded(file: InputFile, line: int, text: bytes, position: str) -> Row | RejectedRow:
    try:
        found = msgspec.json.decode(text)
    except UnicodeDecodeError:
        return file.rejected_row(line, RejectionReason.ENCODING_INVALID, position or "not UTF-8")
    except (msgspec.DecodeError, RecursionError) as error:
        detail = str(error)
        return file.rejected_row(
            line, RejectionReason.JSON_INVALID, f"{position}: {detail}" if position else detail
        )
    if not isinstance(found, dict):
        return file.rejected_row(line, RejectionReason.NOT_AN_OBJECT, position)
    return line, found


class _Window:
    """The part of a file around the present element; it grows by chunks, up to a limit."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._bytes = b""
        self._at = 0
        self._ended = False
        self._head = b""
        self.line = 1

    def advance(self, length: int) -> None:
        """Advance by a number of bytes, and count lines."""
        end = self._at + length
        self.line += self._bytes.count(b"\n", self._at, end)
        self._at = end

    def text(self, length: int) -> bytes:
        """Return a number of bytes from here, without advancing."""
        return self._bytes[self._at : self._at + length]

    def skip_space(self) -> bytes:
        """Skip spaces and commas. Return the next byte, or b"" at the end of the file."""
        while True:
            found = _SPACE.match(self._bytes, self._at)
            assert found is not None  # noqa: S101 - the pattern also matches an empty text
            self.advance(found.end() - self._at)
            if self._at < len(self._bytes) or not self._more():
                return self._bytes[self._at : self._at + 1]

    def match_length(self, pattern: re.Pattern[bytes]) -> int | None:
        """Return the length of the pattern's match here, or None. Read on until it is complete."""
        while True:
            found = pattern.match(self._bytes, self._at)
            if found and (found.end() < len(self._bytes) or self._ended):
                return found.end() - self._at
            if len(self._bytes) - self._at > RECORD_LIMIT or not self._more():
                return found.end() - self._at if found else None

    def nested_length(self, to_bracket: re.Pattern[bytes], opening: bytes) -> int | None:
        """Return the length up to the bracket that closes the one here.

        Return None if the file ends, or RECORD_LIMIT or DEEPEST is exceeded, before it.
        """
        length, depth = 0, 0
        while True:
            found = to_bracket.match(self._bytes, self._at + length)
            if found:
                length = found.end() - self._at
                depth += 1 if found[1] == opening else -1
                if not depth:
                    return length
                if depth > DEEPEST:
                    return None
            elif len(self._bytes) - self._at > RECORD_LIMIT or not self._more():
                return None

    def length_to_next(self) -> int:
        """Return the length up to the next text that begins like the first object, else 0."""
        if not self._head:
            head = _HEAD.match(self._bytes, self._at)
            self._head = head[0] if head else b""
        return max(self._bytes.find(self._head, self._at + 1) - self._at, 0) if self._head else 0

    def to_next_like_this(self, length: int | None = None) -> None:
        """Advance to the next element that begins like this one, else by `length` or to the end."""
        head = _HEAD.match(self._bytes, self._at)
        wanted = head[0] if head else b"{"
        end = len(self._bytes) if length is None else self._at + length
        while True:
            found = self._bytes.find(wanted, self._at + 1, end)
            if found >= 0 or length is not None:
                self.advance((found if found >= 0 else end) - self._at)
                return
            self.advance(max(len(self._bytes) - self._at - len(wanted), 0))
            if not self._more():
                self.advance(len(self._bytes) - self._at)
                return
            end = len(self._bytes)

    def _more(self) -> bool:
        """Discard the bytes that were read, and read a chunk. Return False at the end."""
        if self._ended:
            return False
        chunk = next(self._chunks, b"")
        self._ended = not chunk
        self._bytes = self._bytes[self._at :] + chunk
        self._at = 0
        return not self._ended
