"""Read tables of any origin from text files, mapping columns to fields."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from kinoteka.core.imports.formats import values
from kinoteka.core.imports.formats.archives import ZipMember
from kinoteka.core.imports.formats.csv_layout import (
    Layout,
    looks_like_a_film,
    recognise_layout,
)
from kinoteka.core.imports.formats.csv_rows import Row, csv_rows
from kinoteka.core.imports.formats.files import InputFile, bytes_on_disk
from kinoteka.core.imports.formats.film_rows import FilmBuilder
from kinoteka.core.imports.formats.labels import labelled
from kinoteka.core.imports.formats.mapping import label_column
from kinoteka.core.imports.formats.plan import TablePlan, plan_table, require_columns
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Recognition, Record
from kinoteka.core.imports.record import FormatCode, FormatError, InvalidValue, RejectedRow


def read_csv(
    files: Sequence[InputPath], options: ReadOptions, progress: Progress
) -> Iterator[Record]:
    """Read tables with a header row, from which the delimiter (, ; tab |) is detected.

    Raise `FormatError` COLUMN_MISSING (`path`, `columns`, `found`) if a mapped column or the title
    column is missing, HEADER_MISSING (`path`) if there is no header row, or as `recognise_layout`
    and `plan_table` do.
    """
    tables = []
    for path in files:
        layout = recognise_layout(path, options)
        try:
            plan = plan_layout(path, layout, options)
        except FormatError as error:
            if error.code is not FormatCode.COLUMN_MISSING or not isinstance(path, ZipMember):
                raise
            progress.ignored.append(path)  # a file of an archive without films
            continue
        progress.recognised.append(plan.recognition)
        tables.append((path, layout, plan))
    progress.total += bytes_on_disk([path for path, _, _ in tables])
    return (
        record
        for path, layout, plan in tables
        for record in _read(path, layout, plan, options, progress)
    )


def plan_layout(path: InputPath, layout: Layout, options: ReadOptions) -> TablePlan:
    """Return the plan of a table with this layout. Raise as `read_csv` does."""
    columns = layout.columns
    known = Recognition(
        path=str(path),
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        header=0 if options.columns else layout.header,
        list_name=layout.list_name,
    )
    cells = zip(*layout.rows, strict=True) if layout.rows else ([] for _ in columns)
    plan = plan_table(columns, dict(zip(columns, cells, strict=False)), options, known)
    if plan.column("title") is None and not options.columns and looks_like_a_film(columns):
        raise FormatError(FormatCode.HEADER_MISSING, path=str(path))
    require_columns(plan, columns)
    return plan


def _read(
    path: InputPath, layout: Layout, plan: TablePlan, options: ReadOptions, progress: Progress
) -> Iterator[Record]:
    file = InputFile(path, progress, layout.encoding)
    rows = csv_rows(file, layout.delimiter, len(layout.columns), layout.header)
    return films_of_rows(file, rows, layout.columns, plan, options, progress)


def films_of_rows(
    file: InputFile,
    rows: Iterable[Row | RejectedRow],
    columns: Sequence[str],
    plan: TablePlan,
    options: ReadOptions,
    progress: Progress,
) -> Iterator[Record]:
    """Yield the films of rows of cells, and rejected rows."""
    # An empty cell is appended to every row, which stands for missing columns.
    index = {name: at for at, name in reversed([*enumerate(columns)])}
    raw: Callable[[list[Any]], tuple[Any, ...]] = itemgetter(
        *(index[name] if name else -1 for name in plan.fields)
    )
    further = {field: index[name] for field, name in plan.further.items()}
    builder = FilmBuilder(plan, options, progress)
    occurrences = values.Occurrences()
    labels, named_label = options.labels, label_column(columns)
    for row in rows:
        if isinstance(row, RejectedRow):
            yield row
            continue
        line, cells = row
        cells.append("")
        try:
            film = builder.film(raw(cells), lambda field: cells[further[field]], occurrences)  # noqa: B023
            if film is None:
                continue
            if labels or named_label:
                film = labelled(film, labels, dict(zip(columns, cells, strict=False)), named_label)
        except InvalidValue as error:
            yield file.rejected_row(line, error.reason, error.detail)
            continue
        yield film
