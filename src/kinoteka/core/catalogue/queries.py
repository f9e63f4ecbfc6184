"""Statements on films, genres and directors.

The parameters `every` and `labels` decide which films are visible (`database/visibility.py`), and
`language` the language of titles and names (`database/translations.py`).

Lists of ids are read as one row with a JSON array: with a row per id, a thread that reads a million
ids would have to acquire the interpreter's lock a million times.
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
    FromClause,
    Insert,
    Label,
    Select,
    Subquery,
    Table,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    literal,
    literal_column,
    select,
    union_all,
    update,
)

from kinoteka.core.catalogue.model import (
    UNKNOWN,
    Director,
    FilmAccess,
    Genre,
    OtherIds,
)
from kinoteka.database.schema import (
    director_counts,
    film_countries,
    film_credits,
    film_directors,
    film_genres,
    film_ids,
    film_redirects,
    film_sort,
    films,
    genre_counts,
    genre_redirects,
    genres,
    labels,
    people,
)
from kinoteka.database.statement import Statement, in_list, insert_for, json_array
from kinoteka.database.translations import LANGUAGE, genre_name, person_name
from kinoteka.database.visibility import COUNTED, NO_LABEL_COUNT, VISIBLE, is_visible_count

LINK_TABLES = {"genre_id": film_genres, "director_id": film_directors}


SURVIVOR_IDS: Statement[tuple[int, int]] = Statement(
    select(film_redirects.c.old_id, film_redirects.c.film_id).where(
        in_list(film_redirects.c.old_id, bindparam("ids"))
    )
)


def _genre_or_director(is_genre: bool, name_id: int, name: str, position: int) -> Genre | Director:
    del position  # The statement sorts by it.
    return Genre(name_id, name) if is_genre else Director(name_id, name)


def _names_of_film(names: Table, links: FromClause, column: str, *, genre: bool) -> Select[Any]:
    return (
        select(
            literal(genre).label("is_genre"),
            names.c.id.label("name_id"),
            (genre_name() if genre else person_name()).label("name"),
            links.c.position,
        )
        .join(links, links.c[column] == names.c.id)
        .where(links.c.film_id == bindparam("film_id"), names.c.id != UNKNOWN)
    )


GENRES_AND_DIRECTORS: Statement[Genre | Director] = Statement(
    union_all(
        _names_of_film(genres, film_genres, "genre_id", genre=True),
        _names_of_film(people, film_directors, "director_id", genre=False),
    ).order_by("position"),
    _genre_or_director,
)


def _id_of_film(kind: str) -> Label[str]:
    """Select one of the film's ids of this kind."""
    own = film_ids.c.film_id == films.c.id
    found = select(film_ids.c.value).where(own, film_ids.c.kind == kind).limit(1)
    return found.scalar_subquery().label(f"{kind}_id")


OTHER_IDS: Statement[OtherIds] = Statement(
    select(_id_of_film("imdb"), _id_of_film("tmdb")).where(
        films.c.id == bindparam("film_id"), VISIBLE
    ),
    OtherIds,
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

# A film has a key in the language only if it differs from the one under no language.
_key, _own_key = film_sort.alias("common"), film_sort.alias("own")
_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "id": (films.c.id,),
    "newest": (films.c.year.desc().nulls_last(), films.c.id.desc()),
    "rating": (
        films.c.weighted_rating.desc().nulls_last(),
        *(films.c[name].desc() for name in ("rating", "votes", "id")),
    ),
    "title": (func.coalesce(_own_key.c.key, _key.c.key).nulls_last(), films.c.id),
}
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    # A person may have several credits in a film, so these are no joins.
    "person_id": films.c.id.in_(
        select(film_credits.c.film_id).where(
            film_credits.c.person_id == bindparam("person_id", type_=BigInteger())
        )
    ),
    "country": films.c.id.in_(
        select(film_countries.c.film_id).where(film_countries.c.country == bindparam("country"))
    ),
    "year": films.c.year == bindparam("year", type_=BigInteger()),
    "year_from": films.c.year >= bindparam("year_from", type_=BigInteger()),
    "year_to": films.c.year <= bindparam("year_to", type_=BigInteger()),
    "minutes_from": films.c.runtime_minutes >= bindparam("minutes_from", type_=BigInteger()),
    "minutes_to": films.c.runtime_minutes <= bindparam("minutes_to", type_=BigInteger()),
    "rating": films.c.rating >= bindparam("rating", type_=Float()),
    "label_id": films.c.label_id == bindparam("label_id", type_=BigInteger()),
    "hidden": films.c.hidden_at.is_not(None),
}
FILTERS = (*LINK_TABLES, *_CONDITIONS)


def ids_as_json(ordered: Select[tuple[int]]) -> Statement[tuple[str]]:
    """Return a statement for the ids of a query, in its order, as one JSON array."""
    return Statement(select(json_array(ordered.subquery().c.id)))


@cache
def film_order(filters: tuple[str, ...], order: str) -> Statement[tuple[str]]:
    """Return a statement for the sorted ids of films. Each filter is also a parameter.

    The order "title" has the parameter `language`, too.
    """
    return ids_as_json(_ordered(_filtered(filters), order))


@cache
def search_result_order(filters: tuple[str, ...], order: str | None) -> Statement[tuple[str]]:
    """Return a statement that filters the parameter `ids`, and sorts it unless `order` is None."""
    found = _filtered(filters).where(in_list(films.c.id, bindparam("ids")))
    return ids_as_json(found if order is None else _ordered(found, order))


def _ordered(query: Select[tuple[int]], order: str) -> Select[tuple[int]]:
    if order == "title":
        for keys, language in ((_key, literal_column("''")), (_own_key, LANGUAGE)):
            own = and_(keys.c.film_id == films.c.id, keys.c.language == language)
            query = query.outerjoin(keys, own)
    return query.order_by(*_ORDERS[order])


def _filtered(filters: Sequence[str]) -> Select[tuple[int]]:
    query = select(films.c.id).where(VISIBLE)
    for name in filters:
        if name in LINK_TABLES:
            links = LINK_TABLES[name]
            query = query.join(links, links.c.film_id == films.c.id).where(
                links.c[name] == bindparam(name)
            )
        else:
            query = query.where(_CONDITIONS[name])
    return query


@dataclass(frozen=True, slots=True)
class NameStatements:
    """The statements on genres or on directors, and on their stored counts of films.

    `revision` counts the changes of which films have which of them.
    """

    name: str
    revision: str
    one: Statement[Any]
    many: Statement[Any]
    order: Statement[tuple[str]]
    delete_counts: Statement[tuple[()]]
    count_labelled: Statement[tuple[()]]
    count_unlabelled: Statement[tuple[()]]
    decrease_count: Statement[tuple[()]]
    delete_empty_counts: Statement[tuple[()]]
    increase_count: Statement[tuple[()]]


def _name_statements(
    names: Table,
    links: Table | Subquery,
    counts: Table,
    column: str,
    row: type[Genre] | type[Director],
) -> NameStatements:
    counted, linked = counts.c[column], links.c[column]
    name = genre_name() if row is Genre else person_name()
    columns = select(names.c.id, name.label("name"))
    visible = select(counted.label("id")).where(
        counts.c.films > 0, is_visible_count(counts.c.label_id)
    )
    of_film = counted.in_(select(linked).where(links.c.film_id == bindparam("film_id")))
    under_label = counts.c.label_id == bindparam("label_id")
    return NameStatements(
        name=names.name,
        revision=links.name,
        one=Statement(
            columns.where(
                names.c.id == bindparam("id"), visible.where(counted == names.c.id).exists()
            ),
            row,
        ),
        many=Statement(columns.where(in_list(names.c.id, bindparam("ids"))), row),
        order=ids_as_json(visible.distinct().order_by(counted)),
        delete_counts=Statement(delete(counts)),
        count_labelled=Statement(count_labelled(links, counts, linked)),
        count_unlabelled=Statement(count_unlabelled(counts, linked, counted)),
        decrease_count=Statement(
            update(counts).where(of_film, under_label).values(films=counts.c.films - 1)
        ),
        delete_empty_counts=Statement(delete(counts).where(of_film, counts.c.films <= 0)),
        increase_count=Statement(lambda engine: _increase_count(engine, links, counts, column)),
    )


def count_labelled(
    links: FromClause, counts: Table, linked: ColumnElement[Any], *of: ColumnElement[bool]
) -> Insert:
    """Insert the numbers of films under each label, of all genres or directors or of some."""
    labelled = COUNTED.subquery()
    counting = (
        select(linked, labelled.c.label_id, func.count())
        .join(labelled, labelled.c.id == links.c.film_id)
        .where(*of)
        .group_by(linked, labelled.c.label_id)
    )
    return insert(counts).from_select([linked.name, "label_id", "films"], counting)


def count_unlabelled(
    counts: Table, linked: ColumnElement[Any], counted: Column[Any], *of: ColumnElement[bool]
) -> Insert:
    """Insert the numbers of films without a label, after those under labels."""
    # Subtracting the labelled films from all films avoids a lookup of each film without a label.
    grouped = select(linked.label("id"), func.count().label("films")).where(*of).group_by(linked)
    every = grouped.subquery()
    labelled = (
        select(func.coalesce(func.sum(counts.c.films), 0))
        .where(counted == every.c.id)
        .scalar_subquery()
    )
    rest = select(every.c.id, literal(NO_LABEL_COUNT), every.c.films - labelled)
    return insert(counts).from_select(
        [linked.name, "label_id", "films"], rest.where(every.c.films > labelled)
    )


def _increase_count(engine: str, links: FromClause, counts: Table, column: str) -> Any:
    row = select(links.c[column], bindparam("label_id"), literal(1)).where(
        links.c.film_id == bindparam("film_id")
    )
    return (
        insert_for(engine, counts)
        .from_select([column, "label_id", "films"], row)
        .on_conflict_do_update(
            index_elements=[column, "label_id"], set_={"films": counts.c.films + 1}
        )
    )


GENRE_REDIRECTS: Statement[tuple[int, int]] = Statement(
    select(genre_redirects.c.old_id, genre_redirects.c.genre_id)
)
GENRES = _name_statements(genres, film_genres, genre_counts, "genre_id", Genre)
DIRECTORS = _name_statements(people, film_directors, director_counts, "director_id", Director)
NAME_STATEMENTS = (GENRES, DIRECTORS)
