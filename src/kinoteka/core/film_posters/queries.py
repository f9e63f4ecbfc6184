"""Statements on stored posters."""

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, update

from kinoteka.core.film_posters.model import StoredPoster
from kinoteka.database.schema import film_redirects, films, posters
from kinoteka.database.statement import Statement, in_list, insert_for

_COLUMNS = tuple(posters.c[name] for name in StoredPoster.__struct_fields__)
_OF_FILM = posters.c.film_id == bindparam("film_id")
_FETCHED = posters.c.address.is_not(None)

POSTER: Statement[StoredPoster] = Statement(select(*_COLUMNS).where(_OF_FILM), StoredPoster)


def _store(engine: str) -> Any:
    values: dict[str, Any] = {
        name: bindparam(name) for name in (*StoredPoster.__struct_fields__, "bytes")
    }
    written = insert_for(engine, posters).values(values)
    replaced = {name: written.excluded[name] for name in values if name != "film_id"}
    # Another worker may have stored the poster since `previous` was read.
    unchanged = posters.c.large_file.is_not_distinct_from(bindparam("previous"))
    return written.on_conflict_do_update(
        index_elements=["film_id"], set_=replaced, where=unchanged
    ).returning(posters.c.film_id)


STORE: Statement[tuple[int]] = Statement(_store)
DELETE_UPLOADED: Statement[StoredPoster] = Statement(
    delete(posters).where(_OF_FILM, ~_FETCHED).returning(*_COLUMNS), StoredPoster
)
MARK_USED: Statement[tuple[()]] = Statement(
    update(posters)
    .where(in_list(posters.c.film_id, bindparam("film_ids")))
    .values(used_at=bindparam("used_at"))
)
FETCHED_BYTES: Statement[tuple[int]] = Statement(
    select(func.coalesce(func.sum(posters.c.bytes), 0)).where(_FETCHED)
)


def _delete_some(condition: ColumnElement[bool]) -> Statement[StoredPoster]:
    chosen = (
        select(posters.c.film_id)
        .where(condition)
        .order_by(posters.c.used_at)
        .limit(bindparam("most"))
    )
    return Statement(
        delete(posters).where(posters.c.film_id.in_(chosen)).returning(*_COLUMNS), StoredPoster
    )


EVICT = _delete_some(and_(_FETCHED, posters.c.large_file.is_not(None)))
"""Delete fetched posters that nobody has viewed for the longest time."""
_film_exists = select(films.c.id).where(films.c.id == posters.c.film_id)
_may_return = select(film_redirects.c.old_id).where(
    film_redirects.c.old_id == posters.c.film_id, film_redirects.c.undo.is_not(None)
)
DELETE_UNUSED = _delete_some(
    or_(
        and_(~_film_exists.exists(), ~_may_return.exists()),
        and_(_FETCHED, ~_film_exists.where(films.c.poster == posters.c.address).exists()),
    )
)
"""Delete posters of films that were deleted or have got another address.

Uploaded posters of merged films remain until the merge is final.
"""
