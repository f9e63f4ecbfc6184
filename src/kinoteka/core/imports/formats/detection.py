"""Detect the format of files from their content.

Public operations: detect_format.
"""

from collections.abc import Sequence

from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.formats.csv_layout import encoding_of
from kinoteka.core.imports.formats.files import raw_start
from kinoteka.core.imports.formats.json_documents import array_path
from kinoteka.core.imports.formats.nfo import is_nfo
from kinoteka.core.imports.formats.spreadsheets import is_spreadsheet
from kinoteka.core.imports.readers import Format, InputPath, Progress, ReadOptions
from kinoteka.core.imports.record import FormatError

WIKIPEDIA_KEYS = (b'"href"', b'"extract"')


def detect_format(files: Sequence[InputPath], options: ReadOptions) -> Format:
    """Return the format of files without archives. Unknown ones are tables (csv).

    Raise `FormatError` as `raw_start` does.
    """
    first = [raw_start(path, encoding_of(path, options)).lstrip() for path in files]
    if all(map(is_spreadsheet, first)):
        return FORMATS["spreadsheet"]
    if all(map(is_nfo, first)):
        return FORMATS["nfo"]
    if all(content.startswith(b"[") for content in first):
        is_wikipedia = all(all(key in content for key in WIKIPEDIA_KEYS) for content in first)
        return FORMATS["wikipedia" if is_wikipedia else "json"]
    if all(content.startswith(b"{") for content in first):
        return FORMATS["json" if all(map(_is_document, first)) else "jsonl"]
    for chosen in FORMATS.values():
        if chosen.joined and _is_readable(chosen, files):
            return chosen
    return FORMATS["csv"]


def _is_document(start: bytes) -> bool:
    """Return whether a file is one object, and not an object on each line."""
    lines = [line for line in start.splitlines() if line.strip()]
    if len(lines) > 1 and lines[1].lstrip().startswith(b"{") and lines[0].rstrip().endswith(b"}"):
        return False
    return len(lines) > 1 or array_path(start) is not None


def _is_readable(chosen: Format, files: Sequence[InputPath]) -> bool:
    try:
        chosen.parts(files, ReadOptions(), Progress())
    except FormatError:
        return False
    return True
