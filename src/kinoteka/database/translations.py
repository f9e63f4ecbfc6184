"""Expressions for titles and names in a language, for statements with the parameter `language`.

They are those of the catalogue if there is no translation, or if the language is an empty text.

Public operations: title_in_language, original_title_in_language, person_name, genre_name.
"""

from sqlalchemy import BindParameter, Column, ColumnElement, bindparam, case, func, select

from kinoteka.database.schema import film_titles, films, genre_names, genres, people, person_names
from kinoteka.database.schema_columns import Text

LANGUAGE: BindParameter[str] = bindparam("language", type_=Text)

_title = (
    select(film_titles.c.title)
    .where(
        LANGUAGE != "",  # the language of titles in an unknown language is empty, too
        film_titles.c.film_id == films.c.id,
        film_titles.c.language == LANGUAGE,
    )
    .order_by(film_titles.c.position)
    .limit(1)
    .correlate(films)
    .scalar_subquery()
)


def title_in_language() -> ColumnElement[str]:
    """Return the first title of a film in the language."""
    return func.coalesce(_title, films.c.title)


def original_title_in_language() -> ColumnElement[str | None]:
    """Return the original title. If only the title in the language differs, it is the other one."""
    original = func.coalesce(films.c.original_title, films.c.title)
    return case((_title != films.c.title, original), else_=films.c.original_title)


def person_name() -> ColumnElement[str]:
    """Return the name of a person in the language."""
    return _name(person_names.c.name, person_names.c.person_id == people.c.id, people.c.name)


def genre_name() -> ColumnElement[str]:
    """Return the name of a genre in the language."""
    return _name(genre_names.c.name, genre_names.c.genre_id == genres.c.id, genres.c.name)


def _name(
    translated: Column[str], own: ColumnElement[bool], name: Column[str]
) -> ColumnElement[str]:
    names = translated.table
    found = select(translated).where(own, names.c.language == LANGUAGE).scalar_subquery()
    return func.coalesce(found, name)
