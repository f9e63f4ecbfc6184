"""Statements that read films, as they were imported or in a language.

Public operations: film_statements.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from kinoteka.core.catalogue.model import FACTS, Film
from kinoteka.database.schema import film_redirects, films, genres, people
from kinoteka.database.statement import Statement, in_list, named_for
from kinoteka.database.translations import (
    genre_name,
    original_title_in_language,
    person_name,
    title_in_language,
)
from kinoteka.database.visibility import VISIBLE


@dataclass(frozen=True, slots=True)
class FilmStatements:
    """The statements that read films: one, the survivor of a merged one, and many.

    The survivor is read only if there is no film with the id, so that other reads do not need a
    second table.
    """

    one: Statement[Film]
    survivor: Statement[Film]
    many: Statement[Film]


def _film_statements(
    titles: Mapping[str, ColumnElement[Any]],
    genre: ColumnElement[str],
    director: ColumnElement[str],
) -> FilmStatements:
    query = (
        select(
            *(titles[name].label(name) if name in titles else films.c[name] for name in FACTS),
            films.c.id,
            films.c.votes,
            films.c.label_id,
            films.c.hidden_at,
            *named_for("genre", genres.c.id),
            genre.label("genre_name"),
            *named_for("director", people.c.id),
            director.label("director_name"),
        )
        .join(genres, genres.c.id == films.c.genre_id)
        .join(people, people.c.id == films.c.director_id)
    )
    merged = query.join(film_redirects, film_redirects.c.film_id == films.c.id)
    return FilmStatements(
        one=Statement(query.where(films.c.id == bindparam("film_id"), VISIBLE), Film),
        survivor=Statement(
            merged.where(film_redirects.c.old_id == bindparam("old_id"), VISIBLE), Film
        ),
        many=Statement(query.where(in_list(films.c.id, bindparam("ids")), VISIBLE), Film),
    )


AS_IMPORTED = _film_statements({}, genres.c.name, people.c.name)
TRANSLATED = _film_statements(
    {"title": title_in_language(), "original_title": original_title_in_language()},
    genre_name(),
    person_name(),
)
"""The films with titles and names in the parameter `language`. Without it, reading films as they
were imported is faster."""


def film_statements(language: str) -> FilmStatements:
    """Return the statements that read films in a language; "" is as they were imported."""
    return TRANSLATED if language else AS_IMPORTED
