"""Statements on films, genres and directors.

The parameters `every` and `labels` tell what a viewer sees (`database/visibility.py`).

Orders come out as one row with a JSON array of ids: a row for each of a million ids would cost a
reading thread as many turns at the interpreter's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Insert,
    Select,
    Table,
    bindparam,
    delete,
    false,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)

from kinoteka.core.catalogue.model import (
    FACTS,
    UNKNOWN,
    Director,
    Film,
    FilmAccess,
    FilmNumbers,
    Genre,
)
from kinoteka.database.schema import (
    director_counts,
    directors,
    film_directors,
    film_genres,
    films,
    genre_counts,
    genres,
    labels,
)
from kinoteka.database.statement import Statement, in_list, insert_for, json_array, named_for
from kinoteka.database.visibility import COUNTED, NO_LABEL_COUNT, VISIBLE, is_visible_count
from kinoteka.search.title_order import TITLES

MEMBERS = {"genre_id": film_genres, "director_id": film_directors}


_films = (
    select(
        *(films.c[name] for name in FACTS),
        films.c.id,
        films.c.label_id,
        films.c.hidden_at,
        *named_for("genre", genres.c.id, genres.c.name),
        *named_for("director", directors.c.id, directors.c.name),
    )
    .join(genres, genres.c.id == films.c.genre_id)
    .join(directors, directors.c.id == films.c.director_id)
)
FILM: Statement[Film] = Statement(_films.where(films.c.id == bindparam("film_id"), VISIBLE), Film)
FILMS: Statement[Film] = Statement(
    _films.where(in_list(films.c.id, bindparam("ids")), VISIBLE), Film
)


def _named(is_genre: bool, named_id: int, name: str, position: int) -> Genre | Director:
    del position  # the order is by it
    return Genre(named_id, name) if is_genre else Director(named_id, name)


def _members(named: Table, members: Table, column: str, *, genre: bool) -> Select[Any]:
    return (
        select(
            literal(genre).label("is_genre"),
            named.c.id.label("named_id"),
            named.c.name,
            members.c.position,
        )
        .join(members, members.c[column] == named.c.id)
        .where(members.c.film_id == bindparam("film_id"), named.c.id != UNKNOWN)
    )


NAMED: Statement[Genre | Director] = Statement(
    union_all(
        _members(genres, film_genres, "genre_id", genre=True),
        _members(directors, film_directors, "director_id", genre=False),
    ).order_by("position"),
    _named,
)
NUMBERS: Statement[FilmNumbers] = Statement(
    select(films.c.votes, films.c.imdb_id, films.c.tmdb_id).where(
        films.c.id == bindparam("film_id"), VISIBLE
    ),
    FilmNumbers,
)


FILM_ACCESS: Statement[FilmAccess] = Statement(
    select(
        films.c.id.label("film_id"),
        films.c.title,
        films.c.label_id,
        labels.c.name.label("label"),
        films.c.hidden_at.is_not(None).label("hidden"),
        films.c.label_lost,
    )
    .outerjoin(labels, labels.c.id == films.c.label_id)
    .where(films.c.id == bindparam("film_id")),
    FilmAccess,
)
SET_LABEL: Statement[tuple[()]] = Statement(
    update(films)
    .where(films.c.id == bindparam("film_id"))
    .values(label_id=bindparam("label_id"), label_lost=false())
)
SET_HIDDEN: Statement[tuple[()]] = Statement(
    update(films).where(films.c.id == bindparam("film_id")).values(hidden_at=bindparam("hidden_at"))
)

COUNT_BY_LABEL: Statement[tuple[int, int]] = Statement(
    select(films.c.label_id, func.count())
    .where(films.c.label_id.is_not(None))
    .group_by(films.c.label_id)
)

_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "id": (films.c.id,),
    "newest": (films.c.year.desc().nulls_last(), films.c.id.desc()),
    "rating": (films.c.rating.desc().nulls_last(), films.c.votes.desc(), films.c.id.desc()),
    "title": (TITLES.c.words.nulls_last(), films.c.id),
}
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "year": films.c.year == bindparam("year", type_=BigInteger()),
    "rating": films.c.rating >= bindparam("rating", type_=Float()),
    "label_id": films.c.label_id == bindparam("label_id", type_=BigInteger()),
    "hidden": films.c.hidden_at.is_not(None),
}
FILTERS = (*MEMBERS, *_CONDITIONS)


def as_array(ordered: Select[tuple[int]]) -> Statement[tuple[str]]:
    """The ids that a select gives in order, as one JSON array."""
    return Statement(select(json_array(ordered.subquery().c.id)))


@cache
def film_order(filters: tuple[str, ...], order: str) -> Statement[tuple[str]]:
    """The ids of films in order; each of `filters` is a parameter of that name, too."""
    return as_array(_ordered(_filtered(filters), order))


@cache
def found_order(filters: tuple[str, ...], order: str | None) -> Statement[tuple[str]]:
    """Those of `ids` to which the filters apply; None: in no order."""
    found = _filtered(filters).where(in_list(films.c.id, bindparam("ids")))
    return as_array(found if order is None else _ordered(found, order))


def _ordered(chosen: Select[tuple[int]], order: str) -> Select[tuple[int]]:
    if order == "title":
        chosen = chosen.outerjoin(TITLES, TITLES.c.film_id == films.c.id)
    return chosen.order_by(*_ORDERS[order])


def _filtered(filters: Sequence[str]) -> Select[tuple[int]]:
    chosen = select(films.c.id).where(VISIBLE)
    for name in filters:
        if name in MEMBERS:
            members = MEMBERS[name]
            chosen = chosen.join(members, members.c.film_id == films.c.id).where(
                members.c[name] == bindparam(name)
            )
        else:
            chosen = chosen.where(_CONDITIONS[name])
    return chosen


@dataclass(frozen=True, slots=True)
class Kind:
    """The statements on genres, or on directors."""

    name: str
    one: Statement[Any]
    some: Statement[Any]
    order: Statement[tuple[str]]
    forget_counts: Statement[tuple[()]]
    count_labelled: Statement[tuple[()]]
    count_rest: Statement[tuple[()]]
    count_less: Statement[tuple[()]]
    forget_empty: Statement[tuple[()]]
    count_more: Statement[tuple[()]]


def _kind(
    named: Table, members: Table, counts: Table, column: str, row: type[Genre] | type[Director]
) -> Kind:
    counted, member = counts.c[column], members.c[column]
    columns = select(named.c.id, named.c.name)
    visible = select(counted.label("id")).where(
        counts.c.films > 0, is_visible_count(counts.c.label_id)
    )
    of_film = counted.in_(select(member).where(members.c.film_id == bindparam("film_id")))
    under_label = counts.c.label_id == bindparam("label_id")
    return Kind(
        name=named.name,
        one=Statement(
            columns.where(
                named.c.id == bindparam("id"), visible.where(counted == named.c.id).exists()
            ),
            row,
        ),
        some=Statement(columns.where(in_list(named.c.id, bindparam("ids"))), row),
        order=as_array(visible.distinct().order_by(counted)),
        forget_counts=Statement(delete(counts)),
        count_labelled=Statement(_count_labelled(members, counts, member)),
        count_rest=Statement(_count_rest(counts, member, counted)),
        count_less=Statement(
            update(counts).where(of_film, under_label).values(films=counts.c.films - 1)
        ),
        forget_empty=Statement(delete(counts).where(of_film, counts.c.films <= 0)),
        count_more=Statement(lambda engine: _count_more(engine, members, counts, column)),
    )


def _count_labelled(members: Table, counts: Table, member: Column[Any]) -> Insert:
    few = COUNTED.subquery()
    counting = (
        select(member, few.c.label_id, func.count())
        .join(few, few.c.id == members.c.film_id)
        .group_by(member, few.c.label_id)
    )
    return insert(counts).from_select([member.name, "label_id", "films"], counting)


def _count_rest(counts: Table, member: Column[Any], counted: Column[Any]) -> Insert:
    # Counting all and taking off the labelled ones looks up none of the films without a label.
    every = select(member.label("id"), func.count().label("films")).group_by(member).subquery()
    labelled = (
        select(func.coalesce(func.sum(counts.c.films), 0))
        .where(counted == every.c.id)
        .scalar_subquery()
    )
    rest = select(every.c.id, literal(NO_LABEL_COUNT), every.c.films - labelled)
    return insert(counts).from_select(
        [member.name, "label_id", "films"], rest.where(every.c.films > labelled)
    )


def _count_more(engine: str, members: Table, counts: Table, column: str) -> Any:
    one_more = select(members.c[column], bindparam("label_id"), literal(1)).where(
        members.c.film_id == bindparam("film_id")
    )
    return (
        insert_for(engine, counts)
        .from_select([column, "label_id", "films"], one_more)
        .on_conflict_do_update(
            index_elements=[column, "label_id"], set_={"films": counts.c.films + 1}
        )
    )


GENRES = _kind(genres, film_genres, genre_counts, "genre_id", Genre)
DIRECTORS = _kind(directors, film_directors, director_counts, "director_id", Director)
KINDS = (GENRES, DIRECTORS)
