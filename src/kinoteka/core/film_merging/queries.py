"""Statements that merge films and undo merges. Those on references follow from the registry."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from kinoteka.core.film_merging.model import (
    DUPLICATES_PAGE,
    AlikeFilm,
    MergedFilm,
    PossibleDuplicate,
    StoredAccess,
)
from kinoteka.core.film_merging.references import FILMS, Reference, Treatment
from kinoteka.database.schema import (
    bookmarks,
    film_redirects,
    film_values,
    films,
    genres,
    metadata,
    possible_duplicates,
    selection_films,
    separations,
)
from kinoteka.database.statement import Statement, insert_for, lock_rows

_OLD: BindParameter[Any] = bindparam("old_id")
_SURVIVOR: BindParameter[Any] = bindparam("survivor_id")


@dataclass(frozen=True, slots=True)
class ReferenceStatements:
    """The statements on the rows of one reference to films.

    `move` returns the moved rows, and `rows` those that still refer to the film `old_id`.
    """

    name: str
    columns: tuple[str, ...]
    is_deleted_with_film: bool
    move: Statement[Any] | None
    rows: Statement[Any]
    is_of_members: bool
    move_back: Statement[tuple[()]]
    known_by: tuple[str, ...]
    numbered: str | None


def _reference_statements(reference: Reference) -> ReferenceStatements:
    table = metadata.tables[reference.table]
    column = table.c[reference.column]
    own = and_(
        column == _SURVIVOR,
        *(table.c[name] == bindparam(f"own_{name}") for name in reference.known_by),
    )
    values: dict[str, Any] = {column.name: _OLD}
    if reference.numbered is not None:
        values[reference.numbered] = bindparam(f"own_{reference.numbered}")
    return ReferenceStatements(
        name=f"{reference.table}.{reference.column}",
        columns=tuple(map(str, table.c.keys())),
        is_deleted_with_film=bool(column.foreign_keys),
        is_of_members=reference.is_of_members,
        move=_move(reference, table, column),
        rows=Statement(select(*table.c).where(column == _OLD)),
        move_back=Statement(update(table).where(own).values(values)),
        known_by=reference.known_by,
        numbered=reference.numbered,
    )


def _move(reference: Reference, table: Table, column: Column[Any]) -> Statement[Any] | None:
    if reference.treatment not in (Treatment.MOVE, Treatment.MOVE_UNLESS_PRESENT):
        return None
    condition: ColumnElement[bool] = column == _OLD
    if reference.treatment is Treatment.MOVE_UNLESS_PRESENT:
        present = table.alias("present")
        same = (present.c[name] == table.c[name] for name in reference.present_by)
        found = select(present.c[column.name]).where(present.c[column.name] == _SURVIVOR, *same)
        condition = and_(condition, ~found.exists())
    values: dict[str, Any] = {column.name: _SURVIVOR}
    if reference.numbered is not None:
        own = table.alias("own")
        number = own.c[reference.numbered]
        last = select(func.coalesce(func.max(number), -1)).where(own.c[column.name] == _SURVIVOR)
        values[reference.numbered] = table.c[reference.numbered] + last.scalar_subquery() + 1
    return Statement(update(table).where(condition).values(values).returning(*table.c))


REFERENCES: tuple[ReferenceStatements, ...] = tuple(map(_reference_statements, FILMS))


@cache
def restore_row(table_name: str, columns: tuple[str, ...]) -> Statement[tuple[()]]:
    """Return a statement that inserts a deleted row, if everything that it refers to exists."""
    table = metadata.tables[table_name]
    chosen = [table.c[name] for name in columns]
    values = select(*(bindparam(each.name, type_=each.type) for each in chosen))
    for each in chosen:
        for key in each.foreign_keys:
            values = values.where(_exists(each, key))
    return Statement(
        lambda engine: (
            insert_for(engine, table).from_select(list(columns), values).on_conflict_do_nothing()
        )
    )


def _exists(column: Column[Any], key: ForeignKey) -> ColumnElement[bool]:
    value = bindparam(column.name, type_=column.type)
    return or_(value.is_(None), select(key.column).where(key.column == value).exists())


def booleans(table_name: str) -> frozenset[str]:
    """Return the names of a table's boolean columns, which SQLite reads as numbers."""
    columns = metadata.tables[table_name].c
    return frozenset(each.name for each in columns if isinstance(each.type, Boolean))


def genre_columns(table_name: str) -> frozenset[str]:
    """Return the names of a table's columns that refer to genres."""
    columns = metadata.tables[table_name].c
    return frozenset(
        each.name for each in columns for key in each.foreign_keys if key.column is genres.c.id
    )


# Other transactions cannot add references to these films until this one ends.
LOCK_FILMS: Statement[tuple[int]] = Statement(
    lock_rows(
        select(films.c.id).where(films.c.id.in_((_SURVIVOR, _OLD))).order_by(films.c.id),
    )
)
FILM_ROW: Statement[Any] = Statement(select(*films.c).where(films.c.id == _OLD))
FILM_COLUMNS: tuple[str, ...] = tuple(map(str, films.c.keys()))
ACCESS: Statement[StoredAccess] = Statement(
    select(films.c.label_id, films.c.hidden_at, films.c.label_lost).where(
        films.c.id == bindparam("film_id")
    ),
    StoredAccess,
)
SET_ACCESS: Statement[tuple[()]] = Statement(
    update(films)
    .where(films.c.id == bindparam("film_id"))
    .values({name: bindparam(name) for name in StoredAccess.__struct_fields__})
)
DELETE_FILM: Statement[tuple[()]] = Statement(delete(films).where(films.c.id == _OLD))

ADD_REDIRECT: Statement[tuple[()]] = Statement(
    insert(film_redirects).values(
        old_id=_OLD,
        film_id=_SURVIVOR,
        **{name: bindparam(name) for name in ("title", "undo", "until")},
    )
)
REDIRECT: Statement[tuple[int, str | None, int]] = Statement(
    select(film_redirects.c.film_id, film_redirects.c.undo, film_redirects.c.until).where(
        film_redirects.c.old_id == _OLD
    )
)
DELETE_REDIRECT: Statement[tuple[()]] = Statement(
    delete(film_redirects).where(film_redirects.c.old_id == _OLD)
)
MERGED_INTO: Statement[MergedFilm] = Statement(
    select(*(film_redirects.c[name] for name in MergedFilm.__struct_fields__))
    .where(
        film_redirects.c.film_id == bindparam("film_id"),
        film_redirects.c.undo.is_not(None),
        film_redirects.c.until > bindparam("now"),
    )
    .order_by(film_redirects.c.until.desc(), film_redirects.c.old_id),
    MergedFilm,
)
PRUNE: Statement[tuple[()]] = Statement(
    update(film_redirects)
    .where(film_redirects.c.undo.is_not(None), film_redirects.c.until <= bindparam("now"))
    .values(undo=null())
)

SEPARATION_COLUMNS: tuple[str, ...] = tuple(map(str, separations.c.keys()))


def _separate(engine: str) -> Any:
    records = select(
        film_values.c.source_id,
        film_values.c.external_id,
        bindparam("other_id", type_=films.c.id.type),
    ).where(film_values.c.film_id == bindparam("film_id"))
    added = insert_for(engine, separations).from_select(SEPARATION_COLUMNS, records)
    return added.on_conflict_do_nothing()


SEPARATE: Statement[tuple[()]] = Statement(_separate)
"""Imports do not join the records of a film to the other film from now on."""


def _separates(film: BindParameter[Any], other: BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a separation keeps a record of a film from the other film."""
    records = select(film_values.c.film_id).where(
        film_values.c.source_id == separations.c.source_id,
        film_values.c.external_id == separations.c.external_id,
        film_values.c.film_id == film,
    )
    return and_(separations.c.film_id == other, records.exists())


REMOVE_SEPARATIONS: Statement[Any] = Statement(
    delete(separations)
    .where(or_(_separates(_OLD, _SURVIVOR), _separates(_SURVIVOR, _OLD)))
    .returning(*separations.c)
)

_other = case(
    (possible_duplicates.c.film_id == _OLD, possible_duplicates.c.other_id),
    else_=possible_duplicates.c.film_id,
)


def _pairs_of_survivor(engine: str) -> Any:
    survivor = bindparam("survivor_id", type_=films.c.id.type)
    pairs = select(
        case((_other < survivor, _other), else_=survivor),
        case((_other < survivor, survivor), else_=_other),
        possible_duplicates.c.reason,
        possible_duplicates.c.dismissed_at,
    ).where(
        or_(possible_duplicates.c.film_id == _OLD, possible_duplicates.c.other_id == _OLD),
        _other != survivor,
    )
    columns: Sequence[str] = ("film_id", "other_id", "reason", "dismissed_at")
    added = insert_for(engine, possible_duplicates).from_select(columns, pairs)
    return added.on_conflict_do_nothing()


ADD_PAIRS: Statement[tuple[()]] = Statement(_pairs_of_survivor)


def _count(table: Table) -> ColumnElement[int]:
    counted = select(func.count()).where(table.c.film_id == bindparam("film_id"))
    return counted.scalar_subquery().label(table.name)


COUNT_REFERENCES: Statement[tuple[int, int]] = Statement(
    select(_count(bookmarks), _count(selection_films))
)

_paired, _pair = films.alias("film"), films.alias("other")
_strength = case({"ids": 3, "people": 2, "title": 1}, value=possible_duplicates.c.reason, else_=0)
_votes = _paired.c.votes + _pair.c.votes
_place = (-_strength, -_votes, _paired.c.id, _pair.c.id)
_after = (
    *(-bindparam(name, type_=films.c.id.type) for name in ("strength", "votes")),
    *(bindparam(name, type_=films.c.id.type) for name in ("after_id", "after_other_id")),
)
DUPLICATES: Statement[PossibleDuplicate] = Statement(
    select(
        *(_paired.c.id.label("film_id"), _paired.c.title, _paired.c.year, _paired.c.votes),
        _pair.c.id.label("other_id"),
        _pair.c.title.label("other_title"),
        _pair.c.year.label("other_year"),
        _pair.c.votes.label("other_votes"),
        possible_duplicates.c.reason,
        _strength.label("strength"),
    )
    .select_from(possible_duplicates)
    .join(_paired, _paired.c.id == possible_duplicates.c.film_id)
    .join(_pair, _pair.c.id == possible_duplicates.c.other_id)
    .where(possible_duplicates.c.dismissed_at.is_(None), tuple_(*_place) > tuple_(*_after))
    .order_by(*_place)
    .limit(DUPLICATES_PAGE + 1),
    PossibleDuplicate,
)
"""A page of possible duplicates and the next pair."""
MAX_ALIKE = 10
"""How many possible duplicates of one film are listed."""


def _alike(own: Column[Any], other: Column[Any]) -> Select[Any]:
    pairs = select(films.c.id.label("film_id"), films.c.title, films.c.year, films.c.votes)
    return pairs.join(possible_duplicates, other == films.c.id).where(
        own == bindparam("film_id"), possible_duplicates.c.dismissed_at.is_(None)
    )


_pair_ids = (possible_duplicates.c.film_id, possible_duplicates.c.other_id)
_both = union_all(_alike(*_pair_ids), _alike(*reversed(_pair_ids))).subquery()
ALIKE: Statement[AlikeFilm] = Statement(
    select(_both.c.film_id, _both.c.title, _both.c.year)
    .order_by(_both.c.votes.desc(), _both.c.film_id)
    .limit(MAX_ALIKE),
    AlikeFilm,
)
"""The possible duplicates of one film."""
_given_pair: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in ("film_id", "other_id")
}
DISMISS: Statement[tuple[()]] = Statement(
    update(possible_duplicates)
    .where(
        *(possible_duplicates.c[name] == value for name, value in _given_pair.items()),
        possible_duplicates.c.dismissed_at.is_(None),
    )
    .values(dismissed_at=bindparam("now"))
)
BY_HAND = "by hand"
"""The reason of pairs that only operators compared."""
ADD_DISMISSED: Statement[tuple[()]] = Statement(
    lambda engine: (
        insert_for(engine, possible_duplicates)
        .values(**_given_pair, reason=BY_HAND, dismissed_at=bindparam("now"))
        .on_conflict_do_nothing()
    )
)
