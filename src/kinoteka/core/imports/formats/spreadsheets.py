"""Spreadsheets: XLSX, ODS and XLS by calamine, and HTML tables that are named .xls.

Kinopoisk exports lists of films as HTML tables. Spreadsheets are read as a whole, so their size is
limited.
"""

import datetime
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from python_calamine import CalamineError, CalamineWorkbook

from kinoteka.core.imports.formats.csv_layout import SAMPLE_ROWS, encoding_of
from kinoteka.core.imports.formats.csv_rows import Row
from kinoteka.core.imports.formats.files import InputFile, bytes_on_disk, raw_start
from kinoteka.core.imports.formats.html_tables import html_rows
from kinoteka.core.imports.formats.plan import plan_table, require_columns
from kinoteka.core.imports.formats.table import films_of_rows
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Recognition, Record
from kinoteka.core.imports.record import FormatCode, FormatError, RejectedRow, RejectionReason

LIMIT = 64 * 1024 * 1024
"""How many bytes a spreadsheet may have."""
EXPANDED_LIMIT = 512 * 1024 * 1024
"""How many bytes the parts of a spreadsheet may have, which are compressed in it."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_HTML = (b"<html", b"<table", b"<!doctype html", b"<meta", b"<head")


def is_spreadsheet(start: bytes) -> bool:
    """Return whether a file begins like a spreadsheet or an HTML table."""
    return start.startswith((_ZIP, _OLE)) or is_html(start)


def is_html(start: bytes) -> bool:
    """Return whether a file begins like an HTML table."""
    return start.lstrip().lower().startswith(_HTML)


def read(files: Sequence[InputPath], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read the first sheet of each file; its first row has the names of the columns.

    Raise `FormatError` FILE_UNREADABLE (`path`, `detail`), TOO_LARGE (`path`, `limit`), or as
    `table.read_csv` does.
    """
    progress.total += bytes_on_disk(files)
    tables = [_Sheet(path, options, progress) for path in files]
    return (record for table in tables for record in table.read())


class _Sheet:
    def __init__(self, path: InputPath, options: ReadOptions, progress: Progress) -> None:
        self._path = path
        self._options = options
        self._progress = progress
        self._is_html = is_html(raw_start(path))
        self._encoding = encoding_of(path, options) if self._is_html else "utf-8"
        self._file = InputFile(path, progress, self._encoding)
        rows = self._rows(InputFile(path, Progress(), self._encoding))
        header = next(rows, (0, []))
        self._columns = tuple(str(cell).strip() for cell in header[1])
        self._header = header[0]
        sample = [cells for _, cells in islice(rows, SAMPLE_ROWS) if len(cells) == len(header[1])]
        columns = zip(*sample, strict=True) if sample else ([] for _ in self._columns)
        known = Recognition(path=str(path), encoding=self._encoding, header=self._header)
        by_name = dict(zip(self._columns, columns, strict=False))
        self._plan = plan_table(self._columns, by_name, options, known)
        require_columns(self._plan, self._columns)
        progress.recognised.append(self._plan.recognition)

    def read(self) -> Iterator[Record]:
        rows = self._checked(islice(self._rows(self._file), 1, None))
        films = films_of_rows(
            self._file, rows, self._columns, self._plan, self._options, self._progress
        )
        return chain(films, self._failure())

    def _failure(self) -> Iterator[RejectedRow]:
        yield from self._file.failure()

    def _rows(self, file: InputFile) -> Iterator[Row]:
        rows = html_rows(file) if self._is_html else _cells(file)
        return ((line, cells) for line, cells in rows if any(cells))

    def _checked(self, rows: Iterable[Row]) -> Iterator[Row | RejectedRow]:
        for line, cells in rows:
            if len(cells) == len(self._columns):
                yield line, cells
            else:
                detail = f"{len(cells)} columns of {len(self._columns)}"
                yield self._file.rejected_row(line, RejectionReason.COLUMNS_MISMATCH, detail)


def _cells(file: InputFile) -> Iterator[Row]:
    content = b"".join(_limited(file))
    try:
        _check_expansion(file.path, content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = workbook.get_sheet_by_index(0)
    except (CalamineError, zipfile.BadZipFile) as error:
        raise FormatError(
            FormatCode.FILE_UNREADABLE, path=str(file.path), detail=str(error)
        ) from None
    first = sheet.start[0] if sheet.start else 0
    for number, row in enumerate(sheet.to_python(), first + 1):
        yield number, [_text(cell) for cell in row]


def _limited(file: InputFile) -> Iterator[bytes]:
    size = 0
    for chunk in file.chunks():
        size += len(chunk)
        if size > LIMIT:
            raise _too_large(file.path, LIMIT)
        yield chunk
    for failure in file.failure():
        raise FormatError(FormatCode.FILE_UNREADABLE, path=str(file.path), detail=failure.detail)


def _check_expansion(path: InputPath, content: bytes) -> None:
    if content.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(info.file_size for info in parts.infolist()) > EXPANDED_LIMIT:
                raise _too_large(path, EXPANDED_LIMIT)


def _too_large(path: InputPath, limit: int) -> FormatError:
    return FormatError(FormatCode.TOO_LARGE, path=str(path), limit=limit // 1024**2)


def _text(cell: object) -> str:
    """Return a cell as a text: numbers without .0, dates as in ISO 8601."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
