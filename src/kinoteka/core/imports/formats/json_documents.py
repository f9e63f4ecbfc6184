"""Read films from JSON documents of any size: arrays under a key, or a single object.

ijson parses them, so memory is bounded by the largest element.
"""

from collections.abc import Iterator
from contextlib import suppress

import ijson
import msgspec

from kinoteka.core.imports.formats.files import RECORD_LIMIT, InputFile
from kinoteka.core.imports.formats.json_rows import DEEPEST, Object, Row
from kinoteka.core.imports.record import RejectedRow, RejectionReason

PATHS = (
    *("results.bindings", "results", "items", "Search", "movies", "films", "data", "docs"),
    *("entries", "parts", "list"),
)
"""The keys under which services return films, in the order of preference."""
ELEMENT_LIMIT = 16 * RECORD_LIMIT
"""How many bytes an element may take."""
_PIECE = 1024
_TITLES = frozenset({"title", "Title", "name", "nameRu"})


def array_path(start: bytes) -> str | None:
    """Return the path of the array with films in an object that begins like this.

    Return None for a film, which has a title of its own, and for an object nested too deeply.
    """
    arrays: list[str] = []
    has_title = False
    events = ijson.sendable_list()
    parser = ijson.parse_coro(events)
    with suppress(ijson.JSONError, StopIteration):  # the file is read and reported later
        for at in range(0, len(start), _PIECE):
            parser.send(start[at : at + _PIECE])
            # ijson copies the whole path at each level, so deep nesting takes quadratic time.
            if events and events[-1][0].count(".") > DEEPEST:
                return None
    for prefix, event, value in events:
        if event == "start_array" and "item" not in prefix.split("."):
            arrays.append(prefix)
        has_title |= not prefix and event == "map_key" and value in _TITLES
    known = [path for path in PATHS if path in arrays]
    if known:
        return known[0]
    return None if has_title or not arrays else arrays[0]


def elements_at(file: InputFile, path: str) -> Iterator[Row | RejectedRow]:
    """Yield (line, object) of every element of the array at a path.

    The line is the one on which the element ends. Invalid JSON ends the file.
    """
    found = ijson.sendable_list()
    parser = ijson.items_coro(found, f"{path}.item", use_float=True)
    line, ordinal, size = 1, 0, 0
    for piece in _lines(file):
        try:
            parser.send(piece)
        except ijson.JSONError as error:
            yield _broken(file, line, ordinal, str(error))
            return
        size += len(piece)
        for element in found:
            ordinal, size = ordinal + 1, 0
            yield _row(file, line, ordinal, element)
        del found[:]
        if size > ELEMENT_LIMIT:
            detail = f"element {ordinal + 1}: more than {ELEMENT_LIMIT} bytes"
            yield file.rejected_row(line, RejectionReason.TOO_LONG, detail)
            return
        line += piece.endswith(b"\n")
    try:
        parser.close()
    except ijson.JSONError as error:
        if not file.failure():
            yield _broken(file, line, ordinal, str(error))
    yield from file.failure()


def single_object(file: InputFile) -> Iterator[Row | RejectedRow]:
    """Yield the object of a file that has one."""
    content = b""
    for chunk in file.chunks():
        content += chunk
        if len(content) > ELEMENT_LIMIT:
            yield file.rejected_row(1, RejectionReason.TOO_LONG, f"more than {ELEMENT_LIMIT} bytes")
            return
    if failures := file.failure():
        yield from failures
        return
    try:
        yield _row(file, 1, 1, msgspec.json.decode(content))
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
        yield file.rejected_row(1, RejectionReason.JSON_INVALID, str(error))


def _lines(file: InputFile) -> Iterator[bytes]:
    for chunk in file.chunks():
        yield from chunk.splitlines(keepends=True)


def _row(file: InputFile, line: int, ordinal: int, element: object) -> Row | RejectedRow:
    if isinstance(element, dict):
        found: Object = element
        return line, found
    return file.rejected_row(line, RejectionReason.NOT_AN_OBJECT, f"element {ordinal}")


def _broken(file: InputFile, line: int, ordinal: int, detail: str) -> RejectedRow:
    detail = f"after element {ordinal}: {detail.splitlines()[0]}"
    return file.rejected_row(line, RejectionReason.JSON_INVALID, detail)
