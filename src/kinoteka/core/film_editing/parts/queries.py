"""Statements on the parts of a film that is edited."""

import msgspec
from sqlalchemy import bindparam, delete, exists, insert, literal_column, or_, select

from kinoteka.core.catalogue.model import UNKNOWN, Director
from kinoteka.core.film_editing.parts.model import EDITED_KINDS
from kinoteka.database.schema import (
    Department,
    film_countries,
    film_credits,
    film_ids,
    film_titles,
    films,
    people,
)
from kinoteka.database.statement import Statement


class StoredCredit(msgspec.Struct, frozen=True):
    """A credit. `is_shared` says whether other people have the same name."""

    department: int
    person_id: int
    name: str
    role: str | None
    is_shared: bool


_of_film = film_credits.c.film_id == bindparam("film_id")
_no_director = film_credits.c.department != Department.DIRECTING.value
_other = people.alias("other")
_is_shared = exists().where(
    _other.c.name_key == people.c.name_key, _other.c.id != people.c.id, _other.c.id != UNKNOWN
)
CREDITS: Statement[StoredCredit] = Statement(
    select(
        film_credits.c.department,
        film_credits.c.person_id,
        people.c.name,
        film_credits.c.role,
        _is_shared.label("is_shared"),
    )
    .join(people, people.c.id == film_credits.c.person_id)
    .where(_of_film, _no_director)
    .order_by(film_credits.c.department, film_credits.c.position),
    StoredCredit,
    {"is_shared": bool},
)
DELETE_CREDITS: Statement[tuple[()]] = Statement(delete(film_credits).where(_of_film, _no_director))
ADD_CREDITS: Statement[tuple[()]] = Statement(
    insert(film_credits).values(
        {
            name: bindparam(name)
            for name in ("film_id", "department", "position", "person_id", "role")
        }
    )
)
PEOPLE_BY_NAME: Statement[Director] = Statement(
    select(people.c.id, people.c.name)
    .where(people.c.name_key == bindparam("name_key"), people.c.id != UNKNOWN)
    .order_by(people.c.id)
    .limit(bindparam("most")),
    Director,
)
FILMS_OF_PERSON: Statement[tuple[int, str, int | None]] = Statement(
    select(films.c.id, films.c.title, films.c.year)
    .join(film_credits, film_credits.c.film_id == films.c.id)
    .where(film_credits.c.person_id == bindparam("person_id"))
    .distinct()
    .order_by(films.c.year, films.c.id)
    .limit(bindparam("most"))
)

DELETE_TITLES: Statement[tuple[()]] = Statement(
    delete(film_titles).where(film_titles.c.film_id == bindparam("film_id"))
)
ADD_TITLES: Statement[tuple[()]] = Statement(
    insert(film_titles).values(
        {name: bindparam(name) for name in ("film_id", "position", "language", "kind", "title")}
    )
)
DELETE_COUNTRIES: Statement[tuple[()]] = Statement(
    delete(film_countries).where(film_countries.c.film_id == bindparam("film_id"))
)
ADD_COUNTRIES: Statement[tuple[()]] = Statement(
    insert(film_countries).values(
        {name: bindparam(name) for name in ("film_id", "country", "position")}
    )
)
DELETE_IDS: Statement[tuple[()]] = Statement(
    delete(film_ids).where(
        film_ids.c.film_id == bindparam("film_id"),
        or_(*(film_ids.c.kind == literal_column(f"'{kind}'") for kind in EDITED_KINDS)),
    )
)
ADD_IDS: Statement[tuple[()]] = Statement(
    insert(film_ids).values({name: bindparam(name) for name in ("kind", "value", "film_id")})
)
FILM_WITH_ID: Statement[tuple[int]] = Statement(
    select(film_ids.c.film_id).where(
        film_ids.c.kind == bindparam("kind"), film_ids.c.value == bindparam("value")
    )
)
