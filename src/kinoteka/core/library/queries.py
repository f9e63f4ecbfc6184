"""Statements on bookmarks and selections."""

from sqlalchemy import bindparam, delete, select

from kinoteka.core.catalogue.queries import as_array, seen
from kinoteka.storage.schema import bookmarks, films
from kinoteka.storage.statement import Statement, insert_for

# Bookmarks

BOOKMARKED: Statement[tuple[str]] = as_array(
    select(films.c.id)
    .join(bookmarks, bookmarks.c.film_id == films.c.id)
    .where(
        bookmarks.c.account_id == bindparam("account_id"),
        seen(films.c.label_id, films.c.label_id.is_(None)),
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
