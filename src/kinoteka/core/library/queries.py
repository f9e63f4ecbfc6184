"""Statements on bookmarks and selections."""

from functools import cache

from sqlalchemy import and_, bindparam, case, delete, false, func, insert, or_, select, update

from kinoteka.core.catalogue.queries import as_array
from kinoteka.core.library.model import Cover, Selection, SelectionChoice, SelectionFilm
from kinoteka.database.schema import bookmarks, films, selection_films, selections
from kinoteka.database.statement import Statement, among, insert_for, named_for
from kinoteka.database.visibility import VISIBLE

# Bookmarks

BOOKMARKED: Statement[tuple[str]] = as_array(
    select(films.c.id)
    .join(bookmarks, bookmarks.c.film_id == films.c.id)
    .where(
        bookmarks.c.account_id == bindparam("account_id"),
        VISIBLE,
    )
    .order_by(bookmarks.c.created_at.desc(), films.c.id.desc())
)
BOOKMARKED_AMONG: Statement[tuple[int]] = Statement(
    select(bookmarks.c.film_id).where(
        bookmarks.c.account_id == bindparam("account_id"),
        among(bookmarks.c.film_id, bindparam("ids")),
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
    _selections.where(among(selections.c.id, bindparam("ids"))), Selection
)


def _film_of(selection_id: int, film: SelectionFilm) -> tuple[int, SelectionFilm]:
    return selection_id, film


FILMS_OF: Statement[tuple[int, SelectionFilm]] = Statement(
    select(
        selection_films.c.selection_id,
        *named_for(
            "film",
            films.c.id,
            films.c.title,
            films.c.description,
            films.c.poster,
            films.c.year,
            films.c.rating,
        ),
    )
    .join(films, films.c.id == selection_films.c.film_id)
    .where(among(selection_films.c.selection_id, bindparam("ids")), VISIBLE)
    .order_by(selection_films.c.selection_id, selection_films.c.position),
    _film_of,
)


def _cover_of(selection_id: int, total: int, cover: Cover) -> tuple[int, int, Cover]:
    return selection_id, total, cover


_in_order = (
    select(
        selection_films.c.selection_id,
        selection_films.c.film_id,
        func.row_number()
        .over(partition_by=selection_films.c.selection_id, order_by=selection_films.c.position)
        .label("place"),
        func.count().over(partition_by=selection_films.c.selection_id).label("total"),
    )
    .join(films, films.c.id == selection_films.c.film_id)
    .where(among(selection_films.c.selection_id, bindparam("ids")), VISIBLE)
    .subquery()
)
# How many films of a selection the viewer sees, with each of the first of them.
COVERS_OF: Statement[tuple[int, int, Cover]] = Statement(
    select(
        _in_order.c.selection_id,
        _in_order.c.total,
        *named_for("cover", films.c.id, films.c.title, films.c.poster),
    )
    .join(films, films.c.id == _in_order.c.film_id)
    .where(_in_order.c.place <= bindparam("most"))
    .order_by(_in_order.c.selection_id, _in_order.c.place),
    _cover_of,
)


# An account's own selections that it may edit: how many films of each it sees, and whether a film
# is in it.
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

_shown = (
    select(selection_films.c.film_id)
    .join(films, films.c.id == selection_films.c.film_id)
    .where(selection_films.c.selection_id == selections.c.id, VISIBLE)
    .exists()
)
_public = select(selections.c.id).where(selections.c.public, _shown)

PUBLIC_OF: Statement[tuple[str]] = as_array(
    _public.where(selections.c.account_id == bindparam("account_id")).order_by(
        selections.c.id.desc()
    )
)


@cache
def public_order(featured: bool | None) -> Statement[tuple[str]]:
    """The public selections in which the viewer sees a film: featured first, then newest first."""
    ordered = _public.order_by(selections.c.featured.desc(), selections.c.id.desc())
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
