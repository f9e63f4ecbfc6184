"""Plan how a table becomes films: which column fills which field, and how its values are read.

Columns are recognised by the operator's mapping, by their names, and then by the content of the
first rows. Columns that belong to the owner of a list are left alone: notes, personal ratings.

Public operations: plan_table.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Literal

import msgspec

from kinoteka.core.imports.formats import sample
from kinoteka.core.imports.formats.identifiers import MOST, kind_of_ids
from kinoteka.core.imports.formats.mapping import (
    FIELDS,
    columns_by_field,
    further_columns,
    normalized,
)
from kinoteka.core.imports.formats.numbers import FIRST_YEAR, LAST_YEAR, MAX_RATING, is_no_value
from kinoteka.core.imports.readers import ColumnUse, ReadOptions, Recognition
from kinoteka.core.imports.record import FormatCode, FormatError

Unused = Literal["note", "personal"]
Columns = Mapping[str, Sequence[object]]
"""The values of the first rows by column."""

NOTES = frozenset({"description", "review", "tags", "notes", "comment"})
PERSONAL = frozenset({"yourrating", "myrating", "yourscore", "myscore", "мояоценка"})
RATINGS = frozenset({"rating", "score", "stars", "оценка"})
WATCHED = frozenset(
    [
        *("watcheddate", "datewatched", "watchedat", "watchedon", "lastwatched", "lastwatchedat"),
        *("daterated", "ratedat", "dateseen", "seenat", "vieweddate", "датапросмотра"),
    ]
)
YEARS = frozenset({"year", "releaseyear", "startyear", "releasedate"})
NAMED_SCALE = frozenset(
    ["voteaverage", "averagerating", "imdbrating", "imdbscore", "ratingimdb", "рейтингimdb"]
)
"""Columns of sites whose ratings are known to reach 10."""
LETTERBOXD_COLUMNS = frozenset({"Name", "Year", "Rating"})
"""Letterboxd names its columns like this, and rates in half stars up to 5."""
_FEWEST_YEARS = 2


class TablePlan(msgspec.Struct, frozen=True):
    """The columns of the fields (`fields` in the order of FIELDS), and how values are read."""

    fields: tuple[str | None, ...]
    further: dict[str, str]
    recognition: Recognition

    def column(self, field: str) -> str | None:
        """Return the column of a field."""
        return self.fields[FIELDS.index(field)] if field in FIELDS else self.further.get(field)


def plan_table(
    columns: Sequence[str], rows: Columns, options: ReadOptions, known: Recognition
) -> TablePlan:
    """Return the plan of a table. `known` has what its file shows: path, encoding, list name.

    Raise `FormatError` SCALE_UNCLEAR (`path`, `highest`, `count`) if the operator has to name the
    scale of the ratings.
    """
    ignored = _columns_of_owner(columns, options, is_list=known.list_name is not None)
    fields = columns_by_field(columns, options.mapping, ignored)
    further = further_columns(columns, options.mapping, ignored)
    by_content = _by_content(columns, rows, fields, further, ignored)
    by_content = {
        field: column for field, column in by_content.items() if field not in options.mapping
    }
    fields = tuple(
        column or by_content.get(field) for field, column in zip(FIELDS, fields, strict=True)
    )
    further = {
        **{field: column for field, column in by_content.items() if field not in FIELDS},
        **further,
    }
    scale = _scale(fields, columns, rows, options, known.path)
    votes, title = fields[FIELDS.index("votes")], fields[FIELDS.index("title")]
    titles = [value for value in rows.get(title or "", ()) if isinstance(value, str)]
    thousands = options.thousands or sample.thousands_of(rows.get(votes or "", ()))
    recognition = msgspec.structs.replace(
        known,
        columns=tuple(_uses(columns, fields, further, by_content, ignored, options)),
        scale=scale or MAX_RATING,
        scale_reason="option" if options.scale else "content" if scale else "default",
        thousands=thousands,
        unclear_votes="" if thousands else sample.unclear_number(rows.get(votes or "", ())),
        turned_titles=sample.are_turned(titles),
    )
    return TablePlan(fields, further, recognition)


def _columns_of_owner(
    columns: Sequence[str], options: ReadOptions, *, is_list: bool
) -> dict[str, Unused]:
    """Return the columns that say something about the owner of a list and not about films."""
    names = {normalized(column): column for column in columns}
    letterboxd = is_list or "letterboxduri" in names
    imdb = "const" in names and bool({"position", "created", "daterated"} & {*names})
    dated = bool(WATCHED & {*names}) or ("date" in names and bool(YEARS & {*names}))
    found: dict[str, Unused] = {}
    for name, column in names.items():
        if (letterboxd or imdb) and name in NOTES:
            found[column] = "note"
        elif name in PERSONAL or (dated and name in (RATINGS | WATCHED | {"date"})):
            found[column] = "personal"
    mapped = set(options.mapping.values())
    return {column: reason for column, reason in found.items() if column not in mapped}


def _by_content(
    columns: Sequence[str],
    rows: Columns,
    fields: Sequence[str | None],
    further: Mapping[str, str],
    ignored: Collection[str],
) -> dict[str, str]:
    """Return column by field for columns whose names say nothing but whose content does."""
    found: dict[str, str] = {}
    used = {*filter(None, fields), *further.values(), *ignored}
    identifiers = fields[FIELDS.index("id")], further.get("url")
    for column in columns:
        if column in used and column not in identifiers:
            continue
        values = [str(value).strip() for value in rows.get(column, ()) if not is_no_value(value)]
        kind = kind_of_ids(values)
        if kind and f"{kind}_id" not in further:
            found.setdefault(f"{kind}_id", column)
        elif fields[FIELDS.index("year")] is None and column not in used and _are_years(values):
            found.setdefault("year", column)
    return found


def _are_years(values: Sequence[str]) -> bool:
    years = [
        value
        for value in values
        if len(value) == 4 and value.isdecimal() and FIRST_YEAR <= int(value) <= LAST_YEAR
    ]
    return len(years) >= max(_FEWEST_YEARS, MOST * len(values))


def _scale(
    fields: Sequence[str | None],
    columns: Sequence[str],
    rows: Columns,
    options: ReadOptions,
    path: str,
) -> float | None:
    column = fields[FIELDS.index("rating")]
    if options.scale or column is None:
        return options.scale
    if normalized(column) in NAMED_SCALE:
        return None
    try:
        return sample.scale_of(rows.get(column, ()))
    except FormatError as error:
        highest = error.parameters["highest"]
        if columns and {*columns} >= LETTERBOXD_COLUMNS and highest == sample.SMALL_SCALE:
            return sample.SMALL_SCALE
        raise FormatError(error.code, path=path, **error.parameters) from None


def _uses(
    columns: Sequence[str],
    fields: Sequence[str | None],
    further: Mapping[str, str],
    by_content: Mapping[str, str],
    ignored: Mapping[str, Unused],
    options: ReadOptions,
) -> list[ColumnUse]:
    fields_of: dict[str, list[str]] = {}
    for field, used in chain(zip(FIELDS, fields, strict=True), further.items()):
        if used:
            fields_of.setdefault(used, []).append(field)
    known: set[str] = set()
    uses: list[ColumnUse] = []
    for column in (*columns, *(each for each in options.mapping.values() if each not in columns)):
        fills = fields_of.get(column)
        if column in known:
            uses.append(ColumnUse(column, None, "repeated"))
        elif fills is None:
            uses.append(ColumnUse(column, None, ignored.get(column, "unknown")))
        else:
            reason = _reason(column, fills[0], by_content, options)
            uses.append(ColumnUse(column, fills[0], reason, tuple(fills[1:])))
        known.add(column)
    return [use for use in uses if use.name]


def _reason(
    column: str, field: str, by_content: Mapping[str, str], options: ReadOptions
) -> Literal["option", "content", "name"]:
    if field in options.mapping:
        return "option"
    return "content" if by_content.get(field) == column else "name"


def missing_columns(plan: TablePlan, columns: Sequence[str]) -> list[str]:
    """Return the mapped columns that a table lacks, or `title` if it has no title."""
    mapped = [*filter(None, plan.fields), *plan.further.values()]
    missing = [column for column in dict.fromkeys(mapped) if column not in columns]
    return missing or ([] if plan.column("title") else ["title"])


def require_columns(plan: TablePlan, columns: Sequence[str]) -> None:
    """Raise `FormatError` COLUMN_MISSING (`path`, `columns`, `found`) if a column is missing."""
    if missing := missing_columns(plan, columns):
        error = FormatError(
            FormatCode.COLUMN_MISSING,
            path=plan.recognition.path,
            columns=missing,
            found=list(columns),
        )
        error.recognition = plan.recognition
        raise error
