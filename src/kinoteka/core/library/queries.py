"""Statements on bookmarks and selections."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from kinoteka.core.catalogue.queries import as_array, seen
from kinoteka.core.library.model import Selection, SelectionFilm
from kinoteka.storage.schema import bookmarks, films, selection_films, selections
from kinoteka.storage.statement import Statement, among, insert_for

_film_seen = seen(films.c.label_id, films.c.label_id.is_(None))

# Bookmarks

BOOKMARKED: Statement[tuple[str]] = as_array(
    select(films.c.id)
    .join(bookmarks, bookmarks.c.film_id == films.c.id)
    .where(
        bookmarks.c.account_id == bindparam("account_id"),
        _film_seen,
    )
    .order_by(bookmarks.c.created_at.desc(), films.c.id.desc())
)
ADD_BOOKMARK: Statement[tuple[()]] = Statement(
    lambda engine: (
        insert_for(engine, bookmarks)
        .values(
            account_id=bindparam("account_id"),
            film_id=bindparam("film_id"),
            created_at=bindparam("created_at"),
        )
        .on_conflict_do_nothing()
    )
)
REMOVE_BOOKMARK: Statement[tuple[()]] = Statement(
    delete(bookmarks).where(
        bookmarks.c.account_id == bindparam("account_id"),
        bookmarks.c.film_id == bindparam("film_id"),
    )
)

# Selections


def _selection(*row: Any) -> Selection:
    values: tuple[Any, ...] = (*row[:4], bool(row[4]), bool(row[5]))
    return Selection(*values)


_selections = select(
    selections.c.id,
    selections.c.account_id,
    selections.c.title,
    selections.c.description,
    selections.c.featured,
    selections.c.public,
)
SELECTION: Statement[Selection] = Statement(
    _selections.where(selections.c.id == bindparam("selection_id")), _selection
)
SELECTIONS: Statement[Selection] = Statement(
    _selections.where(among(selections.c.id, bindparam("ids"))), _selection
)


def _film_of(*row: Any) -> tuple[int, SelectionFilm]:
    return row[0], SelectionFilm(*row[1:])


FILMS_OF: Statement[tuple[int, SelectionFilm]] = Statement(
    select(
        selection_films.c.selection_id,
        films.c.id,
        films.c.title,
        films.c.description,
        films.c.poster,
    )
    .join(films, films.c.id == selection_films.c.film_id)
    .where(among(selection_films.c.selection_id, bindparam("ids")), _film_seen)
    .order_by(selection_films.c.selection_id, selection_films.c.position),
    _film_of,
)


@cache
def public_order(featured: bool | None) -> Statement[tuple[str]]:
    """The public selections in which the viewer sees a film: featured first, then newest first."""
    shown = (
        select(selection_films.c.film_id)
        .join(films, films.c.id == selection_films.c.film_id)
        .where(selection_films.c.selection_id == selections.c.id, _film_seen)
    )
    ordered = (
        select(selections.c.id)
        .where(selections.c.public, shown.exists())
        .order_by(selections.c.featured.desc(), selections.c.id.desc())
    )
    if featured is not None:
        ordered = ordered.where(selections.c.featured == featured)
    return as_array(ordered)


@cache
def editable_order(*, operator: bool) -> Statement[tuple[str]]:
    """An account's own selections and, for operators, the featured ones and the site's."""
    editable = [selections.c.account_id == bindparam("account_id")]
    if operator:
        editable += [selections.c.account_id.is_(None), selections.c.featured]
    return as_array(select(selections.c.id).where(or_(*editable)).order_by(selections.c.id.desc()))


NEW = ("account_id", "title", "description", "featured", "public")
INSERT: Statement[tuple[int]] = Statement(
    insert(selections)
    .values(
        {name: bindparam(name) for name in NEW}
        | {name: bindparam("at") for name in ("created_at", "updated_at")}
    )
    .returning(selections.c.id)
)
COUNT: Statement[tuple[int]] = Statement(
    select(func.count()).where(selections.c.account_id == bindparam("account_id"))
)
TOUCH: Statement[tuple[()]] = Statement(
    update(selections)
    .where(selections.c.id == bindparam("selection_id"))
    .values(updated_at=bindparam("at"))
)
CHANGE: dict[str, Statement[tuple[()]]] = {
    name: Statement(
        update(selections)
        .where(selections.c.id == bindparam("selection_id"))
        .values({name: bindparam("value")})
    )
    for name in NEW[1:]
}
DELETE: Statement[tuple[()]] = Statement(
    delete(selections).where(selections.c.id == bindparam("selection_id"))
)
DELETE_ALL: Statement[tuple[()]] = Statement(
    delete(selections).where(selections.c.account_id == bindparam("account_id"))
)
FILM_IDS: Statement[tuple[int]] = Statement(
    select(selection_films.c.film_id)
    .where(selection_films.c.selection_id == bindparam("selection_id"))
    .order_by(selection_films.c.position)
)
EMPTY: Statement[tuple[()]] = Statement(
    delete(selection_films).where(selection_films.c.selection_id == bindparam("selection_id"))
)
PUT_FILM: Statement[tuple[()]] = Statement(
    insert(selection_films).values(
        {name: bindparam(name) for name in ("selection_id", "film_id", "position")}
    )
)
