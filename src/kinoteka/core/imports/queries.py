"""Statements that store selections and names of people. Engines have their own for films."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    bindparam,
    delete,
    insert,
    null,
    select,
    true,
    update,
)

from kinoteka.database.schema import (
    film_values,
    films,
    genre_names,
    genres,
    people,
    person_names,
    selection_films,
    selections,
    sources,
)
from kinoteka.database.statement import Statement

_TEXTS: dict[str, Any] = {
    "title": bindparam("title"),
    "description": bindparam("description"),
    "updated_at": bindparam("now"),
}
UPDATE_SELECTION: Statement[tuple[int]] = Statement(
    update(selections)
    .where(selections.c.source_id == bindparam("source_id"))
    .values(_TEXTS)
    .returning(selections.c.id)
)
INSERT_SELECTION: Statement[tuple[int]] = Statement(
    insert(selections)
    .values(
        **_TEXTS,
        account_id=null(),
        source_id=bindparam("source_id"),
        featured=true(),
        public=true(),
        created_at=bindparam("now"),
    )
    .returning(selections.c.id)
)
EMPTY_SELECTION: Statement[tuple[()]] = Statement(
    delete(selection_films).where(selection_films.c.selection_id == bindparam("selection_id"))
)
ADD_TO_SELECTION: Statement[tuple[()]] = Statement(
    insert(selection_films).from_select(
        ["selection_id", "film_id", "position"],
        select(
            bindparam("selection_id", type_=BigInteger()),
            films.c.id,
            bindparam("position", type_=Integer()),
        )
        .join(film_values, film_values.c.film_id == films.c.id)
        .join(sources, sources.c.id == film_values.c.source_id)
        .where(
            sources.c.name == bindparam("source"),
            film_values.c.external_id == bindparam("external_id"),
        ),
    )
)

_named = people.c.name_key == bindparam("name_key")
_language = bindparam("language", type_=Text())
DELETE_PERSON_NAMES: Statement[tuple[()]] = Statement(
    delete(person_names).where(
        person_names.c.language == _language,
        person_names.c.person_id.in_(select(people.c.id).where(_named)),
    )
)
ADD_PERSON_NAMES: Statement[tuple[()]] = Statement(
    insert(person_names).from_select(
        ["person_id", "language", "name"],
        select(people.c.id, _language, bindparam("name", type_=Text())).where(_named),
    )
)
UNNAMED_GENRES: Statement[tuple[int, str]] = Statement(
    select(genres.c.id, genres.c.name).where(
        ~select(genre_names.c.genre_id).where(genre_names.c.genre_id == genres.c.id).exists()
    )
)
ADD_GENRE_NAME: Statement[tuple[()]] = Statement(
    insert(genre_names).values(
        genre_id=bindparam("genre_id"), language=bindparam("language"), name=bindparam("name")
    )
)
