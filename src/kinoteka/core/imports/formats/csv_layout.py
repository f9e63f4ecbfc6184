"""Recognise the layout of a table in a text file: encoding, delimiter, header row, first rows."""

import csv
import re
from collections.abc import Sequence
from itertools import islice

import msgspec

from kinoteka.core.imports.formats.encodings import check_encoding, detect_encoding
from kinoteka.core.imports.formats.files import line_end, raw_start
from kinoteka.core.imports.formats.mapping import normalized
from kinoteka.core.imports.formats.recognition import columns_of
from kinoteka.core.imports.readers import InputPath, ReadOptions
from kinoteka.core.imports.record import FormatCode, FormatError

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 1000
LETTERBOXD_LIST = "Letterboxd list export"

_SEPARATOR = re.compile(r'"?sep=(.)"?')


class Layout(msgspec.Struct, frozen=True):
    """The layout of a table. `header` is the line of the header row, or the lines to skip."""

    encoding: str
    delimiter: str
    header: int
    columns: tuple[str, ...]
    rows: list[list[str]]
    list_name: str | None = None


def recognise_layout(path: InputPath, options: ReadOptions) -> Layout:
    """Return the layout of a table.

    Raise `FormatError` ENCODING_UNSUPPORTED (`path`), ENCODING_UNKNOWN (`encoding`),
    COLUMNS_DIFFER (`path`, `named`, `found`) or as `raw_start` does.
    """
    encoding = encoding_of(path, options)
    start = raw_start(path, encoding)
    lines = _decoded(start.split(line_end(start)), path)
    at = _skip_blank(lines, 0)
    delimiter = None
    if found := _SEPARATOR.fullmatch(lines[at].strip()):
        delimiter, at = found[1], _skip_blank(lines, at + 1)
    list_name = None
    if lines[at].startswith(LETTERBOXD_LIST):
        list_name, at = _letterboxd_list(lines, at)
    delimiter = delimiter or _delimiter(lines[at])
    columns, header = columns_of(lines[at], delimiter), at + 1
    if options.columns:
        if len(options.columns) != len(columns):
            raise FormatError(
                FormatCode.COLUMNS_DIFFER,
                path=str(path),
                named=len(options.columns),
                found=len(columns),
            )
        columns, header = options.columns, at
    rows = _rows(lines[header:], delimiter, len(columns))
    return Layout(encoding, delimiter, header, columns, rows, list_name)


def encoding_of(path: InputPath, options: ReadOptions) -> str:
    """Return the encoding that the operator named, else the one that is detected."""
    if options.encoding:
        return check_encoding(options.encoding)
    return detect_encoding(raw_start(path))


def looks_like_a_film(columns: Sequence[str]) -> bool:
    """Return whether the first row has values and not names: numbers."""
    return any(re.fullmatch(r"[\d.,]+", column) for column in columns)


def _decoded(lines: Sequence[bytes], path: InputPath) -> list[str]:
    """Return the lines as texts. The first one with text must be valid."""
    texts = [line.decode(errors="replace").rstrip("\r") for line in lines]
    first = next((text for text in texts if text.strip()), "")
    if "\ufffd" in first:
        raise FormatError(FormatCode.ENCODING_UNSUPPORTED, path=str(path))
    return texts


def _skip_blank(lines: Sequence[str], at: int) -> int:
    """Return the index of the next line with text, or of the last line."""
    while at < len(lines) - 1 and not lines[at].strip():
        at += 1
    return at


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=lambda each: len(columns_of(header, each)))


def _letterboxd_list(lines: Sequence[str], at: int) -> tuple[str, int]:
    """Return the name of a list, and the index of the header row of its films."""
    name = ""
    columns = columns_of(lines[_skip_blank(lines, at + 1)], ",")
    row = next(csv.reader(lines[_skip_blank(lines, at + 1) + 1 :]), [])
    names = [normalized(column) for column in columns]
    if "name" in names and len(row) > names.index("name"):
        name = row[names.index("name")].strip()
    for index in range(at + 2, len(lines)):
        if normalized(lines[index]).startswith("position,"):
            return name, index
    return name, _skip_blank(lines, at + 1)


def _rows(lines: Sequence[str], delimiter: str, width: int) -> list[list[str]]:
    """Return the first records with this number of cells. The last line may be incomplete."""
    complete = lines[:-1] if len(lines) > 1 else lines
    try:
        records = csv.reader((f"{line}\n" for line in complete), delimiter=delimiter)
        return list(islice((row for row in records if len(row) == width), SAMPLE_ROWS))
    except csv.Error:
        return []
