"""Statements that change films one at a time."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update

from kinoteka.core.catalogue import queries as catalogue
from kinoteka.database.schema import (
    directors,
    film_directors,
    film_genres,
    films,
    genres,
)
from kinoteka.database.statement import Statement

PLAIN = ("title", "original_title", "description", "year", "rating", "trailer", "poster")
"""The fields that are columns of a film's row."""

FILM: Statement[tuple[Any, ...]] = Statement(
    select(
        *(films.c[name] for name in PLAIN),
        films.c.source,
        films.c.external_id,
        films.c.votes,
    ).where(films.c.id == bindparam("film_id"))
)
UPDATE: Statement[tuple[()]] = Statement(
    update(films)
    .where(films.c.id == bindparam("film_id"))
    .values({name: bindparam(name) for name in (*PLAIN, "genre_id", "director_id")})
)
INSERT: Statement[tuple[int]] = Statement(
    insert(films)
    .values(
        {
            name: bindparam(name)
            for name in (*PLAIN, "source", "external_id", "genre_id", "director_id")
        }
        | {"votes": 0, "fingerprint": 0}
    )
    .returning(films.c.id)
)


@dataclass(frozen=True, slots=True)
class Names:
    """The statements on a film's genres, or on its directors."""

    field: str
    column: str
    counted: catalogue.Kind
    of_film: Statement[tuple[int, str]]
    known: Statement[tuple[int]]
    add: Statement[tuple[int]]
    leave: Statement[tuple[()]]
    join: Statement[tuple[()]]


def _names(field: str, named: Table, members: Table, column: str) -> Names:
    of_film = members.c.film_id == bindparam("film_id")
    kinds = {kind.name: kind for kind in catalogue.KINDS}
    return Names(
        field=field,
        column=column,
        counted=kinds[named.name],
        of_film=Statement(
            select(named.c.id, named.c.name)
            .join(members, members.c[column] == named.c.id)
            .where(of_film)
            .order_by(members.c.position)
        ),
        known=Statement(select(named.c.id).where(named.c.name_key == bindparam("name_key"))),
        add=Statement(
            insert(named)
            .values(name=bindparam("name"), name_key=bindparam("name_key"))
            .returning(named.c.id)
        ),
        leave=Statement(delete(members).where(of_film)),
        join=Statement(
            insert(members).values(
                {name: bindparam(name) for name in (column, "film_id", "position")}
            )
        ),
    )


GENRES = _names("genres", genres, film_genres, "genre_id")
DIRECTORS = _names("directors", directors, film_directors, "director_id")
NAMES = (GENRES, DIRECTORS)
