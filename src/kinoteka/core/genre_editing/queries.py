"""Statements on genres for operators. Those that merge follow from the registry of references."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from kinoteka.core.catalogue.model import UNKNOWN
from kinoteka.core.catalogue.queries import count_labelled, count_unlabelled
from kinoteka.core.film_merging.references import GENRES, Reference, Treatment
from kinoteka.core.genre_editing.model import ListedGenre
from kinoteka.database.schema import (
    accounts,
    film_genres,
    genre_aliases,
    genre_counts,
    genre_names,
    genre_redirects,
    genres,
    metadata,
)
from kinoteka.database.statement import Statement, lock_rows, position_in

_GENRE_ID: BindParameter[int] = bindparam("genre_id", type_=BigInteger())
_OLD: BindParameter[int] = bindparam("old_id", type_=BigInteger())
_SURVIVOR: BindParameter[int] = bindparam("survivor_id", type_=BigInteger())

_part: BindParameter[str] = bindparam("part", type_=genres.c.name_key.type)
_found = (
    genres.c.id != UNKNOWN,
    or_(_part == literal(""), position_in(genres.c.name_key, _part) > 0),
)
_films_of_genre = (
    select(func.coalesce(func.sum(genre_counts.c.films), 0))
    .where(genre_counts.c.genre_id == genres.c.id)
    .scalar_subquery()
)
PAGE: Statement[ListedGenre] = Statement(
    select(genres.c.id, genres.c.name, _films_of_genre.label("films"))
    .where(*_found)
    .order_by(genres.c.name_key, genres.c.id)
    .limit(bindparam("most", type_=BigInteger()))
    .offset(bindparam("skipped", type_=BigInteger())),
    ListedGenre,
    {"films": int},  # PostgreSQL's sum is a Decimal.
)
COUNT: Statement[tuple[int]] = Statement(select(func.count()).select_from(genres).where(*_found))
GENRE: Statement[tuple[str]] = Statement(
    select(genres.c.name).where(genres.c.id == _GENRE_ID, genres.c.id != UNKNOWN)
)
SURVIVOR: Statement[tuple[int, str]] = Statement(
    select(genres.c.id, genres.c.name)
    .join(genre_redirects, genre_redirects.c.genre_id == genres.c.id)
    .where(genre_redirects.c.old_id == _GENRE_ID)
)
BY_NAME: Statement[tuple[int]] = Statement(
    select(genres.c.id).where(genres.c.name_key == bindparam("name_key"), genres.c.id != UNKNOWN)
)
NAMES: Statement[tuple[str, str]] = Statement(
    select(genre_names.c.language, genre_names.c.name).where(genre_names.c.genre_id == _GENRE_ID)
)
DELETE_NAME: Statement[tuple[()]] = Statement(
    delete(genre_names).where(
        genre_names.c.genre_id == _GENRE_ID, genre_names.c.language == bindparam("language")
    )
)
DELETE_ALIAS: Statement[tuple[()]] = Statement(
    delete(genre_aliases).where(
        genre_aliases.c.genre_id == _GENRE_ID, genre_aliases.c.alias_key == bindparam("alias_key")
    )
)
ALIASES: Statement[tuple[str]] = Statement(
    select(genre_aliases.c.alias_key)
    .where(genre_aliases.c.genre_id == _GENRE_ID)
    .order_by(genre_aliases.c.alias_key)
)


def _count(table: Table, column: ColumnElement[Any]) -> Statement[tuple[int]]:
    return Statement(select(func.count()).select_from(table).where(column == _GENRE_ID))


COUNT_FILMS = _count(film_genres, film_genres.c.genre_id)
COUNT_FAVOURITES = _count(accounts, accounts.c.favourite_genre_id)
_other = film_genres.alias("other")
COUNT_SHARED: Statement[tuple[int]] = Statement(
    select(func.count())
    .select_from(film_genres)
    .join(_other, _other.c.film_id == film_genres.c.film_id)
    .where(film_genres.c.genre_id == _OLD, _other.c.genre_id == _SURVIVOR)
)

# Other transactions cannot add references to these genres until this one ends.
LOCK: Statement[tuple[int]] = Statement(
    lock_rows(select(genres.c.id).where(genres.c.id.in_((_SURVIVOR, _OLD))).order_by(genres.c.id))
)
_earlier = (
    select(_other.c.position)
    .where(
        _other.c.genre_id == _OLD,
        _other.c.film_id == film_genres.c.film_id,
        _other.c.position < film_genres.c.position,
    )
    .correlate(film_genres)
)
# The main genre of a film is the first one, so a film with both has the survivor in the place of
# the first of the two.
KEEP_EARLIER_POSITION: Statement[tuple[()]] = Statement(
    update(film_genres)
    .where(film_genres.c.genre_id == _SURVIVOR, _earlier.exists())
    .values(position=_earlier.scalar_subquery())
)


def _move(reference: Reference) -> Statement[tuple[()]]:
    table = metadata.tables[reference.table]
    column = table.c[reference.column]
    moved = update(table).where(column == _OLD).values({column.name: _SURVIVOR})
    if reference.treatment is Treatment.MOVE_UNLESS_PRESENT:
        present = table.alias("present")
        same = (present.c[name] == table.c[name] for name in reference.present_by)
        found = select(present.c[column.name]).where(present.c[column.name] == _SURVIVOR, *same)
        moved = moved.where(~found.exists())
    return Statement(moved)


MOVE_FAVOURITES = _move(next(each for each in GENRES if each.table == "accounts"))
MOVES: tuple[Statement[tuple[()]], ...] = tuple(
    _move(each)
    for each in GENRES
    if each.treatment in (Treatment.MOVE, Treatment.MOVE_UNLESS_PRESENT)
    and each.table != "accounts"
)
_LEFT = (Treatment.MOVE_UNLESS_PRESENT, Treatment.RECOUNT)
DELETE_LEFT: tuple[Statement[tuple[()]], ...] = tuple(
    Statement(delete(table).where(table.c[each.column] == _OLD))
    for each in GENRES
    if each.treatment in _LEFT
    for table in (metadata.tables[each.table],)
)
DELETE_GENRE: Statement[tuple[()]] = Statement(delete(genres).where(genres.c.id == _OLD))
ADD_REDIRECT: Statement[tuple[()]] = Statement(
    insert(genre_redirects).values(old_id=_OLD, genre_id=_SURVIVOR)
)

_of_genre = film_genres.c.genre_id == _GENRE_ID
RECOUNT: tuple[Statement[tuple[()]], ...] = (
    Statement(delete(genre_counts).where(genre_counts.c.genre_id == _GENRE_ID)),
    Statement(count_labelled(film_genres, genre_counts, film_genres.c.genre_id, _of_genre)),
    Statement(
        count_unlabelled(genre_counts, film_genres.c.genre_id, genre_counts.c.genre_id, _of_genre)
    ),
)
"""Count the films of a genre again."""
