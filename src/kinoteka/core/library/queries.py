"""Statements on bookmarks and selections.

The parameter `language` is that of the titles of films (`database/translations.py`).
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from kinoteka.core.catalogue.queries import ids_as_json
from kinoteka.core.library.model import (
    Cover,
    DatedFilm,
    DatedSelection,
    Selection,
    SelectionChoice,
    SelectionFilm,
    SelectionPosition,
)
from kinoteka.database.schema import bookmarks, films, selection_films, selections
from kinoteka.database.statement import Statement, in_list, insert_for
from kinoteka.database.translations import title_in_language
from kinoteka.database.visibility import VISIBLE

# Bookmarks

BOOKMARKED: Statement[tuple[str]] = ids_as_json(
    select(films.c.id)
    .join(bookmarks, bookmarks.c.film_id == films.c.id)
    .where(
        bookmarks.c.account_id == bindparam("account_id"),
        VISIBLE,
    )
    .order_by(bookmarks.c.created_at.desc(), films.c.id.desc())
)
BOOKMARKED_IDS: Statement[tuple[int]] = Statement(
    select(bookmarks.c.film_id).where(
        bookmarks.c.account_id == bindparam("account_id"),
        in_list(bookmarks.c.film_id, bindparam("ids")),
    )
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

_selections = select(
    selections.c.id,
    selections.c.account_id,
    selections.c.title,
    selections.c.description,
    selections.c.featured,
    selections.c.public,
)
SELECTION: Statement[Selection] = Statement(
    _selections.where(selections.c.id == bindparam("selection_id")), Selection
)
SELECTIONS: Statement[Selection] = Statement(
    _selections.where(in_list(selections.c.id, bindparam("ids"))), Selection
)

TITLES: Statement[tuple[int, str, int | None]] = Statement(
    select(selections.c.id, selections.c.title, selections.c.account_id).where(
        in_list(selections.c.id, bindparam("ids"))
    )
)
TITLES_OF: Statement[tuple[int, str, int | None]] = Statement(
    select(selections.c.id, selections.c.title, selections.c.account_id)
    .where(selections.c.account_id == bindparam("account_id"))
    .order_by(selections.c.id.desc())
)


def _film_of(selection_id: int, film: SelectionFilm) -> tuple[int, SelectionFilm]:
    return selection_id, film


_SELECTION_FILM = [
    (title_in_language() if name == "title" else films.c[name]).label(f"film_{name}")
    for name in SelectionFilm.__struct_fields__
]
FILMS_OF: Statement[tuple[int, SelectionFilm]] = Statement(
    select(selection_films.c.selection_id, *_SELECTION_FILM)
    .join(films, films.c.id == selection_films.c.film_id)
    .where(in_list(selection_films.c.selection_id, bindparam("ids")), VISIBLE)
    .order_by(
        selection_films.c.selection_id, selection_films.c.position, selection_films.c.film_id
    ),
    _film_of,
)


def _cover_of(selection_id: int, total: int, cover: Cover) -> tuple[int, int, Cover]:
    return selection_id, total, cover


_numbered = (
    select(
        selection_films.c.selection_id,
        selection_films.c.film_id,
        func.row_number()
        .over(partition_by=selection_films.c.selection_id, order_by=selection_films.c.position)
        .label("number"),
        func.count().over(partition_by=selection_films.c.selection_id).label("total"),
    )
    .join(films, films.c.id == selection_films.c.film_id)
    .where(in_list(selection_films.c.selection_id, bindparam("ids")), VISIBLE)
    .subquery()
)


def _first_film_of(
    selection_id: int, total: int, film: SelectionFilm
) -> tuple[int, int, SelectionFilm]:
    return selection_id, total, film


# The number of visible films of each selection, with each of its first films.
FIRST_FILMS_OF: Statement[tuple[int, int, SelectionFilm]] = Statement(
    select(_numbered.c.selection_id, _numbered.c.total, *_SELECTION_FILM)
    .join(films, films.c.id == _numbered.c.film_id)
    .where(_numbered.c.number <= bindparam("most"))
    .order_by(_numbered.c.selection_id, _numbered.c.number),
    _first_film_of,
)
COVERS_OF: Statement[tuple[int, int, Cover]] = Statement(
    select(
        _numbered.c.selection_id,
        _numbered.c.total,
        films.c.id.label("cover_id"),
        title_in_language().label("cover_title"),
        films.c.poster.label("cover_poster"),
    )
    .join(films, films.c.id == _numbered.c.film_id)
    .where(_numbered.c.number <= bindparam("most"))
    .order_by(_numbered.c.selection_id, _numbered.c.number),
    _cover_of,
)


# The account's own selections that it may edit, with the number of visible films, and whether
# the selection contains a film.
CHOICES: Statement[SelectionChoice] = Statement(
    select(
        selections.c.id,
        selections.c.title,
        selections.c.public,
        func.count(films.c.id).label("films"),
        func.coalesce(func.max(case((films.c.id == bindparam("film_id"), 1), else_=0)), 0).label(
            "holds"
        ),
    )
    .outerjoin(selection_films, selection_films.c.selection_id == selections.c.id)
    .outerjoin(films, and_(films.c.id == selection_films.c.film_id, VISIBLE))
    .where(
        selections.c.account_id == bindparam("account_id"),
        or_(bindparam("operator") != false(), selections.c.featured == false()),
    )
    .group_by(selections.c.id)
    .order_by(selections.c.id.desc()),
    SelectionChoice,
)

_has_visible_film = (
    select(selection_films.c.film_id)
    .join(films, films.c.id == selection_films.c.film_id)
    .where(selection_films.c.selection_id == selections.c.id, VISIBLE)
    .exists()
)
_public = select(selections.c.id).where(selections.c.public, _has_visible_film)

PUBLIC_OF: Statement[tuple[str]] = ids_as_json(
    _public.where(selections.c.account_id == bindparam("account_id")).order_by(
        selections.c.id.desc()
    )
)


@cache
def public_order(featured: bool | None) -> Statement[tuple[str]]:
    """Return a query for public selections with a visible film: featured first, then newest."""
    ordered = _public.order_by(selections.c.featured.desc(), selections.c.id.desc())
    if featured is not None:
        ordered = ordered.where(selections.c.featured == featured)
    return ids_as_json(ordered)


@cache
def editable_order(*, operator: bool) -> Statement[tuple[str]]:
    """Return a query for an account's selections; operators also get featured and site ones."""
    editable = [selections.c.account_id == bindparam("account_id")]
    if operator:
        editable += [selections.c.account_id.is_(None), selections.c.featured]
    return ids_as_json(
        select(selections.c.id).where(or_(*editable)).order_by(selections.c.id.desc())
    )


# Feeds


def _dated_films(at: ColumnElement[int | None]) -> Select[Any]:
    """Select visible films with their time in a feed."""
    columns = [films.c.description, films.c.year, at.label("at")]
    return select(films.c.id, title_in_language().label("title"), *columns).where(VISIBLE)


NEWEST_FILMS: Statement[DatedFilm] = Statement(
    _dated_films(films.c.added_at).order_by(films.c.id.desc()).limit(bindparam("most")), DatedFilm
)
LAST_FILMS_OF: Statement[DatedFilm] = Statement(
    _dated_films(selection_films.c.added_at)
    .join(selection_films, selection_films.c.film_id == films.c.id)
    .where(selection_films.c.selection_id == bindparam("selection_id"))
    .order_by(
        selection_films.c.added_at.desc().nulls_last(),
        selection_films.c.position.desc(),
        films.c.id.desc(),
    )
    .limit(bindparam("most")),
    DatedFilm,
)
_dated_selections = select(*(selections.c[name] for name in DatedSelection.__struct_fields__))
DATED_SELECTION: Statement[DatedSelection] = Statement(
    _dated_selections.where(selections.c.id == bindparam("selection_id")), DatedSelection
)
CHANGED_SELECTIONS: Statement[DatedSelection] = Statement(
    _dated_selections.where(selections.c.public, _has_visible_film)
    .order_by(selections.c.updated_at.desc(), selections.c.id.desc())
    .limit(bindparam("most")),
    DatedSelection,
)


COLUMNS = ("account_id", "title", "description", "featured", "public")
INSERT: Statement[tuple[int]] = Statement(
    insert(selections)
    .values(
        {name: bindparam(name) for name in COLUMNS}
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
    for name in COLUMNS[1:]
}
DELETE: Statement[tuple[()]] = Statement(
    delete(selections).where(selections.c.id == bindparam("selection_id"))
)
DELETE_ALL: Statement[tuple[()]] = Statement(
    delete(selections).where(selections.c.account_id == bindparam("account_id"))
)
# All films of a selection, also those that the actor does not see.
POSITIONS: Statement[SelectionPosition] = Statement(
    select(
        selection_films.c.film_id,
        selection_films.c.position,
        case((VISIBLE, 1), else_=0).label("visible"),
    )
    .join(films, films.c.id == selection_films.c.film_id)
    .where(selection_films.c.selection_id == bindparam("selection_id"))
    .order_by(selection_films.c.position, selection_films.c.film_id),
    SelectionPosition,
)
_of_selection = selection_films.c.selection_id == bindparam("selection_id")
_film_of_selection = and_(_of_selection, selection_films.c.film_id == bindparam("film_id"))
DELETE_FILM: Statement[tuple[()]] = Statement(delete(selection_films).where(_film_of_selection))
STORE_FILM: Statement[tuple[()]] = Statement(
    lambda engine: (
        insert_for(engine, selection_films)
        .values(
            {name: bindparam(name) for name in ("selection_id", "film_id", "position", "added_at")}
        )
        .on_conflict_do_update(
            index_elements=["selection_id", "film_id"], set_={"position": bindparam("position")}
        )
    )
)
"""Add a film to a selection, or move it. A film that moves keeps the time of its addition."""
