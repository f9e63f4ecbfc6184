"""Read films from JSON of any origin: JSON Lines, arrays, arrays under a key, single objects."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

import msgspec

from kinoteka.core.imports.formats import values
from kinoteka.core.imports.formats.csv_layout import SAMPLE_ROWS, encoding_of
from kinoteka.core.imports.formats.files import InputFile, bytes_on_disk, raw_start
from kinoteka.core.imports.formats.film_rows import FilmBuilder
from kinoteka.core.imports.formats.json_documents import array_path, elements_at, single_object
from kinoteka.core.imports.formats.json_rows import Row, json_elements, json_lines
from kinoteka.core.imports.formats.json_shapes import (
    JsonRow,
    Object,
    entity_of,
    is_binding,
    merged_bindings,
    row_of,
)
from kinoteka.core.imports.formats.labels import labelled
from kinoteka.core.imports.formats.mapping import FIELDS, label_column, value_at
from kinoteka.core.imports.formats.plan import TablePlan, plan_table
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Recognition, Record
from kinoteka.core.imports.record import (
    FormatCode,
    FormatError,
    InvalidValue,
    RejectedRow,
)

Rows = Callable[[InputFile], Iterator[Row | RejectedRow]]
"""Yields the objects of a file."""

_MOST_LAYOUTS = 1000
_MOST_COLUMNS = 500


def read_json_lines(
    files: Sequence[InputPath], options: ReadOptions, progress: Progress
) -> Iterator[Record]:
    """Read files with a JSON object on each line."""
    tables = []
    for path in files:
        encoding = encoding_of(path, options)
        if raw_start(path, encoding).lstrip().startswith(b"["):
            raise FormatError(FormatCode.NOT_JSON_LINES, path=str(path))
        tables.append(_JsonTable(path, encoding, json_lines, options, progress))
    return _read(tables, progress)


def read_json(
    files: Sequence[InputPath], options: ReadOptions, progress: Progress
) -> Iterator[Record]:
    """Read files that contain an array of objects, alone or under a key, or one object."""
    tables = []
    for path in files:
        encoding = encoding_of(path, options)
        rows = _rows_of(path, raw_start(path, encoding).lstrip())
        tables.append(_JsonTable(path, encoding, rows, options, progress))
    return _read(tables, progress)


def check_json_arrays(files: Sequence[InputPath]) -> None:
    """Raise `FormatError` NOT_A_JSON_ARRAY (`path`) for the first file that is not one."""
    for path in files:
        if not raw_start(path).lstrip().startswith(b"["):
            raise FormatError(FormatCode.NOT_A_JSON_ARRAY, path=str(path))


def _rows_of(path: InputPath, start: bytes) -> Rows:
    if start.startswith(b"["):
        return json_elements
    if not start.startswith(b"{"):
        raise FormatError(FormatCode.NOT_A_JSON_ARRAY, path=str(path))
    array = array_path(start)
    return partial(elements_at, path=array) if array else single_object


def _read(tables: "Sequence[_JsonTable]", progress: Progress) -> Iterator[Record]:
    progress.total += bytes_on_disk([table.path for table in tables])
    return (record for table in tables for record in table.read())


class _JsonTable:
    def __init__(
        self,
        path: InputPath,
        encoding: str,
        rows: Rows,
        options: ReadOptions,
        progress: Progress,
    ) -> None:
        self.path = path
        self._encoding = encoding
        self._rows = rows
        self._options = options
        self._progress = progress
        known = Recognition(path=str(path), encoding=encoding, header=0)
        found = [row.columns for row in self._sample()]
        names = list(dict.fromkeys(name for row in found for name in row))[:_MOST_COLUMNS]
        columns = {name: [row.get(name) for row in found] for name in names}
        for path_ in options.mapping.values():
            if path_ and path_ not in columns and "." in path_:
                columns[path_] = [value_at(row, path_) for row in found]
        self._plan = plan_table(names, columns, options, known)
        # Objects may have different keys, so columns are found once per set of keys.
        self._layouts: dict[tuple[str, ...], _ObjectLayout] = {}
        self._by_content = {
            use.name: use.field
            for use in self._plan.recognition.columns
            if use.reason == "content" and use.field
        }
        progress.recognised.append(self._plan.recognition)

    def read(self) -> Iterator[Record]:
        file = InputFile(self.path, self._progress, self._encoding)
        occurrences = values.Occurrences()
        for row in _converted(self._rows(file), self._options):
            if isinstance(row, RejectedRow):
                yield row
                continue
            line, found = row
            if found.skipped:
                self._progress.skipped[found.skipped] += 1
                continue
            try:
                film = self._film(found, occurrences)
            except InvalidValue as error:
                yield file.rejected_row(line, error.reason, error.detail)
            else:
                if film is not None:
                    yield film

    def _film(self, row: JsonRow, occurrences: values.Occurrences) -> Record | None:
        layout = self._layout(tuple(row.columns))
        found, get = row.columns, layout.value
        film = layout.builder.film(
            [get(found, field) for field in FIELDS],
            partial(get, found),
            occurrences,
            row.lists,
        )
        return film and labelled(film, self._options.labels, found, layout.label)

    def _layout(self, keys: tuple[str, ...]) -> "_ObjectLayout":
        layout = self._layouts.get(keys)
        if layout is None:
            if len(self._layouts) == _MOST_LAYOUTS:
                self._layouts.clear()
            layout = self._layouts[keys] = _ObjectLayout(keys, self._plan, self._options, self)
        return layout

    def builder_of(self, plan: TablePlan) -> FilmBuilder:
        """Return the builder for objects with other keys."""
        return FilmBuilder(plan, self._options, self._progress)

    def content_of(self, keys: Iterable[str]) -> dict[str, str]:
        """Return column by field for those of these keys that were recognised by content."""
        return {self._by_content[key]: key for key in keys if key in self._by_content}

    def _sample(self) -> list[JsonRow]:
        file = InputFile(self.path, Progress(), self._encoding)
        rows = islice(_converted(self._rows(file), self._options), SAMPLE_ROWS)
        return [row[1] for row in rows if not isinstance(row, RejectedRow) and not row[1].skipped]


class _ObjectLayout:
    """Where objects with the same keys have their values."""

    def __init__(
        self, keys: tuple[str, ...], whole: TablePlan, options: ReadOptions, table: _JsonTable
    ) -> None:
        named = msgspec.structs.replace(
            options,
            scale=whole.recognition.scale,
            mapping={**table.content_of(keys), **options.mapping},
        )
        plan = plan_table(keys, {}, named, whole.recognition)
        self._columns = {**dict(zip(FIELDS, plan.fields, strict=True)), **plan.further}
        self._paths = {
            column
            for column in self._columns.values()
            if column and column not in keys and "." in column
        }
        self.builder = table.builder_of(
            msgspec.structs.replace(plan, recognition=whole.recognition)
        )
        self.label = label_column(keys)

    def value(self, found: Object, field: str) -> object:
        """Return the value of a field."""
        column = self._columns.get(field)
        if column is None:
            return None
        return value_at(found, column) if column in self._paths else found.get(column)


def _converted(
    rows: Iterator[Row | RejectedRow], options: ReadOptions
) -> Iterator[tuple[int, JsonRow] | RejectedRow]:
    """Yield objects as rows. Consecutive bindings of one film become one row."""
    bindings: list[Object] = []
    first = 0
    for row in rows:
        found = None if isinstance(row, RejectedRow) else row[1]
        binding = found if found and is_binding(found) else None
        if bindings and (binding is None or not _is_same_film(bindings[0], binding)):
            yield first, merged_bindings(bindings)
            bindings = []
        if isinstance(row, RejectedRow):
            yield row
        elif binding is None:
            yield row[0], row_of(row[1], adult=options.adult)
        else:
            first = first if bindings else row[0]
            bindings.append(binding)
    if bindings:
        yield first, merged_bindings(bindings)


def _is_same_film(first: Object, second: Object) -> bool:
    entity = entity_of(first)
    return entity is not None and first[entity] == second.get(entity)
