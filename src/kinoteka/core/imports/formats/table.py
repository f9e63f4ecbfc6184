"""Read tables of any origin (CSV, JSON Lines, JSON arrays), mapping columns to fields."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path

from kinoteka.core.access.model import is_reserved_label
from kinoteka.core.imports.formats import values
from kinoteka.core.imports.formats.csv_rows import csv_rows
from kinoteka.core.imports.formats.files import (
    InputFile,
    bytes_on_disk,
    first_bytes,
    first_line,
)
from kinoteka.core.imports.formats.json_rows import Row, json_elements, json_lines
from kinoteka.core.imports.formats.mapping import columns_by_field, label_column
from kinoteka.core.imports.formats.recognition import columns_of
from kinoteka.core.imports.label_rules import HIDDEN_NOT_ASSIGNABLE, Columns, LabelRules
from kinoteka.core.imports.readers import Progress, ReadOptions, Record
from kinoteka.core.imports.record import (
    FilmRecord,
    FormatCode,
    FormatError,
    InvalidValue,
    RejectedRow,
    RejectionReason,
)

DELIMITERS = ",;\t|"

_MOST_LAYOUTS = 1000


def read_csv(files: Sequence[Path], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read tables with a header row, from which the delimiter (, ; tab |) is detected.

    Raise `FormatError` COLUMN_MISSING (`path`, `columns`, `found`) if a mapped column or the title
    column is missing.
    """
    readers = [_CsvTable(path, options) for path in files]
    progress.total += bytes_on_disk(files)
    return (record for reader in readers for record in reader.read(progress))


def read_json_lines(
    files: Sequence[Path], options: ReadOptions, progress: Progress
) -> Iterator[Record]:
    """Read files with a JSON object on each line."""
    for path in files:
        if first_bytes(path).lstrip().startswith(b"["):
            raise FormatError(FormatCode.NOT_JSON_LINES, path=str(path))
    progress.total += bytes_on_disk(files)
    return (
        record
        for path in files
        for file in (InputFile(path, progress),)
        for record in _objects(file, json_lines(file), options)
    )


def read_json(files: Sequence[Path], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read files that contain one JSON array of objects."""
    check_json_arrays(files)
    progress.total += bytes_on_disk(files)
    return (
        record
        for path in files
        for file in (InputFile(path, progress),)
        for record in _objects(file, json_elements(file), options)
    )


def check_json_arrays(files: Sequence[Path]) -> None:
    """Raise `FormatError` NOT_A_JSON_ARRAY (`path`) for the first file that is not one."""
    for path in files:
        if not first_bytes(path).lstrip().startswith(b"["):
            raise FormatError(FormatCode.NOT_A_JSON_ARRAY, path=str(path))


class _CsvTable:
    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._path = path
        self._options = options
        header = first_line(path)
        self._delimiter = max(DELIMITERS, key=lambda each: len(columns_of(header, each)))
        self._columns = columns_of(header, self._delimiter)
        by_field = columns_by_field(self._columns, options.mapping)
        missing = [column for column in by_field if column and column not in self._columns]
        if missing or by_field[1] is None:
            raise FormatError(
                FormatCode.COLUMN_MISSING,
                path=str(path),
                columns=missing or ["title"],
                found=list(self._columns),
            )
        # `read` appends an empty cell to every row, which stands for missing columns.
        indexes = (self._columns.index(name) if name else -1 for name in by_field)
        self._values = itemgetter(*indexes)
        self._label_column = label_column(self._columns)

    def read(self, progress: Progress) -> Iterator[Record]:
        file = InputFile(self._path, progress)
        occurrences = values.Occurrences()
        labels, named_label = self._options.labels, self._label_column
        for row in csv_rows(file, self._delimiter, len(self._columns)):
            if isinstance(row, RejectedRow):
                yield row
                continue
            line, cells = row
            if line == 1:
                continue
            cells.append("")
            try:
                film = values.film(*self._values(cells), occurrences=occurrences)
                if labels or named_label:
                    columns = dict(zip(self._columns, cells, strict=False))
                    film = _labelled(film, labels, columns, named_label)
            except InvalidValue as error:
                yield file.rejected_row(line, error.reason, error.detail)
                continue
            yield film


def _objects(
    file: InputFile, rows: Iterator[Row | RejectedRow], options: ReadOptions
) -> Iterator[Record]:
    # Objects may have different keys, so the mapping is computed once per set of keys.
    layouts: dict[tuple[str, ...], tuple[tuple[str | None, ...], str | None]] = {}
    occurrences = values.Occurrences()
    for row in rows:
        if isinstance(row, RejectedRow):
            yield row
            continue
        line, found = row
        keys = tuple(found)
        layout = layouts.get(keys)
        if layout is None:
            if len(layouts) == _MOST_LAYOUTS:
                layouts.clear()
            columns = columns_by_field(keys, options.mapping)
            layout = layouts[keys] = columns, label_column(keys)
        try:
            film = values.film(*map(found.get, layout[0]), occurrences=occurrences)  # type: ignore[arg-type]
            film = _labelled(film, options.labels, found, layout[1])
        except InvalidValue as error:
            yield file.rejected_row(line, error.reason, error.detail)
            continue
        yield film


def _labelled(
    film: FilmRecord, labels: LabelRules, row: Columns, named_label: str | None
) -> FilmRecord:
    """Return the film with the label that the rules assign.

    Raises:
        InvalidValue: the row itself says that the film is hidden, and no rule says otherwise. To
            ignore that would show the film to everybody.
    """
    if labels:
        film = labels.apply(film, row)
    if film.label is None and named_label and is_reserved_label(str(row[named_label])):
        raise InvalidValue(RejectionReason.LABEL_INVALID, HIDDEN_NOT_ASSIGNABLE)
    return film
