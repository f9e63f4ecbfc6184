"""Statements that change films one at a time."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    Delete,
    FromClause,
    Insert,
    Table,
    bindparam,
    delete,
    insert,
    null,
    select,
    update,
)

from kinoteka.core.catalogue import queries as catalogue
from kinoteka.core.catalogue.model import FACTS, FilmFacts
from kinoteka.core.film_editing.model import SourceRecord
from kinoteka.database.film_columns import UNKNOWN_VERSION
from kinoteka.database.schema import (
    Department,
    film_credits,
    film_directors,
    film_genres,
    film_locks,
    film_redirects,
    film_values,
    films,
    genre_aliases,
    genres,
    people,
    person_ids,
    sources,
)
from kinoteka.database.source_ranks import BY_HAND
from kinoteka.database.statement import Statement, insert_for


class StoredFilm(FilmFacts, frozen=True):
    """The row of a film that is edited."""

    votes: int


FILM: Statement[StoredFilm] = Statement(
    select(*(films.c[name] for name in StoredFilm.__struct_fields__)).where(
        films.c.id == bindparam("film_id")
    ),
    StoredFilm,
)
SURVIVOR_ID: Statement[tuple[int]] = Statement(
    select(film_redirects.c.film_id).where(film_redirects.c.old_id == bindparam("old_id"))
)
UPDATE: Statement[tuple[()]] = Statement(
    update(films)
    .where(films.c.id == bindparam("film_id"))
    .values({name: bindparam(name) for name in (*FACTS, "genre_id", "director_id")})
)
CLEAR_POSTER: Statement[tuple[()]] = Statement(
    update(films).where(films.c.id == bindparam("film_id")).values(poster=null())
)
INSERT: Statement[tuple[int]] = Statement(
    insert(films)
    .values(
        {name: bindparam(name) for name in (*FACTS, "genre_id", "director_id", "added_at")}
        | {"votes": 0}
    )
    .returning(films.c.id)
)

RECORDS: Statement[SourceRecord] = Statement(
    select(sources.c.name.label("source"), film_values.c.external_id)
    .join(sources, sources.c.id == film_values.c.source_id)
    .where(film_values.c.film_id == bindparam("film_id"))
    .order_by(sources.c.rank, sources.c.id, film_values.c.external_id),
    SourceRecord,
)
INSERT_RECORD: Statement[tuple[()]] = Statement(
    insert(film_values).values(
        source_id=select(sources.c.id).where(sources.c.name == BY_HAND).scalar_subquery(),
        external_id=bindparam("external_id"),
        film_id=bindparam("film_id"),
        fingerprint=0,
        fingerprint_version=UNKNOWN_VERSION,
    )
)

# The credits of a film, for its record. A person may have several ids.
CREDITS: Statement[tuple[Any, ...]] = Statement(
    select(
        film_credits.c.department,
        film_credits.c.position,
        people.c.name,
        film_credits.c.role,
        person_ids.c.kind,
        person_ids.c.value,
    )
    .join(people, people.c.id == film_credits.c.person_id)
    .outerjoin(person_ids, person_ids.c.person_id == people.c.id)
    .where(film_credits.c.film_id == bindparam("film_id"))
    .order_by(
        film_credits.c.department != Department.DIRECTING.value,
        film_credits.c.position,
        film_credits.c.department,
        person_ids.c.kind,
        person_ids.c.value,
    )
)
# The film's row has the values of its only record until they are edited.
STORE_RECORD: Statement[tuple[()]] = Statement(
    update(film_values)
    .where(film_values.c.film_id == bindparam("film_id"), film_values.c.record.is_(None))
    .values(record=bindparam("record"))
)

LOCKED: Statement[tuple[str]] = Statement(
    select(film_locks.c.field).where(film_locks.c.film_id == bindparam("film_id"))
)
LOCK: Statement[tuple[()]] = Statement(
    lambda engine: (
        insert_for(engine, film_locks)
        .values(film_id=bindparam("film_id"), field=bindparam("field"))
        .on_conflict_do_nothing()
    )
)
UNLOCK: Statement[tuple[()]] = Statement(
    delete(film_locks).where(
        film_locks.c.film_id == bindparam("film_id"), film_locks.c.field == bindparam("field")
    )
)
# Without a fingerprint, the next import stores the film even if its source is unchanged.
CLEAR_FINGERPRINT: Statement[tuple[()]] = Statement(
    update(film_values)
    .where(film_values.c.film_id == bindparam("film_id"))
    .values(fingerprint_version=UNKNOWN_VERSION)
)


@dataclass(frozen=True, slots=True)
class NameStatements:
    """The statements on a film's genres or on its directors."""

    field: str
    column: str
    counted: catalogue.NameStatements
    names_of_film: Statement[tuple[int, str]]
    known: Statement[tuple[int]]
    add: Statement[tuple[int]]
    unlink: Statement[tuple[()]]
    link: Statement[tuple[()]]


_FILM_ID: BindParameter[int] = bindparam("film_id")


def _name_statements(
    field: str,
    names: Table,
    links: FromClause,
    column: str,
    add: dict[str, Any],
    unlink: Delete,
    link: Insert,
) -> NameStatements:
    kinds = {kind.name: kind for kind in catalogue.NAME_STATEMENTS}
    return NameStatements(
        field=field,
        column=column,
        counted=kinds[names.name],
        names_of_film=Statement(
            select(names.c.id, names.c.name)
            .join(links, links.c[column] == names.c.id)
            .where(links.c.film_id == _FILM_ID)
            .order_by(links.c.position)
        ),
        known=Statement(
            select(names.c.id)
            .where(names.c.name_key == bindparam("name_key"))
            .order_by(names.c.id)
            .limit(1)
        ),
        add=Statement(insert(names).values(add).returning(names.c.id)),
        unlink=Statement(unlink),
        link=Statement(link),
    )


def _values(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


GENRES = _name_statements(
    "genres",
    genres,
    film_genres,
    "genre_id",
    _values("name", "name_key"),
    delete(film_genres).where(film_genres.c.film_id == _FILM_ID),
    insert(film_genres).values(_values("genre_id", "film_id", "position")),
)
DIRECTORS = _name_statements(
    "directors",
    people,
    film_directors,
    "director_id",
    _values("name", "name_key", "sort_key"),
    delete(film_credits).where(
        film_credits.c.film_id == _FILM_ID, film_credits.c.department == Department.DIRECTING
    ),
    insert(film_credits).values(
        _values("film_id", "position")
        | {"department": Department.DIRECTING.value, "person_id": bindparam("director_id")}
    ),
)
NAMES = (GENRES, DIRECTORS)
GENRE_BY_ALIAS: Statement[tuple[int]] = Statement(
    select(genre_aliases.c.genre_id).where(genre_aliases.c.alias_key == bindparam("alias_key"))
)
ADD_GENRE_ALIAS: Statement[tuple[()]] = Statement(
    lambda engine: (
        insert_for(engine, genre_aliases)
        .values(_values("alias_key", "genre_id"))
        .on_conflict_do_nothing()
    )
)
