"""Statements that read the records of a film, and move some of them to a new film."""

from typing import Any

import msgspec
from sqlalchemy import BindParameter, Table, bindparam, exists, insert, null, select, update

from kinoteka.core.catalogue.model import FACTS
from kinoteka.database.film_columns import UNKNOWN_VERSION
from kinoteka.database.import_members import EXTRAS, LOCKS, STORED
from kinoteka.database.schema import (
    Department,
    film_credits,
    film_ids,
    film_locks,
    film_redirects,
    film_values,
    films,
    metadata,
    sources,
)
from kinoteka.database.statement import Statement


class StoredRecord(msgspec.Struct, frozen=True):
    """The record of a source. `record` is JSON, or None if the film's row has its values."""

    source_id: int
    external_id: str
    source: str
    record: str | None


_FILM_ID: BindParameter[int] = bindparam("film_id")
RECORDS: Statement[StoredRecord] = Statement(
    select(
        film_values.c.source_id,
        film_values.c.external_id,
        sources.c.name.label("source"),
        film_values.c.record,
    )
    .join(sources, sources.c.id == film_values.c.source_id)
    .where(film_values.c.film_id == _FILM_ID)
    .order_by(sources.c.rank, sources.c.id, film_values.c.external_id),
    StoredRecord,
)
UNDOABLE: Statement[tuple[str, str]] = Statement(
    select(film_redirects.c.title, film_redirects.c.undo).where(
        film_redirects.c.film_id == _FILM_ID,
        film_redirects.c.undo.is_not(None),
        film_redirects.c.until > bindparam("now"),
    )
)

# The new film is as visible as the one that it was a part of, and not newer.
_copied = ("label_id", "hidden_at", "label_lost", "added_at")
_given = (*FACTS, "votes", "genre_id", "director_id")
INSERT: Statement[tuple[int]] = Statement(
    insert(films)
    .from_select(
        [*_given, *_copied],
        select(
            *(bindparam(name, type_=films.c[name].type) for name in _given),
            *(films.c[name] for name in _copied),
        ).where(films.c.id == _FILM_ID),
    )
    .returning(films.c.id)
)
SET_VOTES: Statement[tuple[()]] = Statement(
    update(films).where(films.c.id == _FILM_ID).values(votes=bindparam("votes"))
)

# Without fingerprints, the next imports store the rest of what they know of both films.
MOVE_RECORD: Statement[tuple[()]] = Statement(
    update(film_values)
    .where(
        film_values.c.source_id == bindparam("source_id"),
        film_values.c.external_id == bindparam("external_id"),
    )
    .values(film_id=bindparam("new_id"), fingerprint_version=UNKNOWN_VERSION)
)
MOVE_ID: Statement[tuple[()]] = Statement(
    update(film_ids)
    .where(
        film_ids.c.kind == bindparam("kind"),
        film_ids.c.value == bindparam("value"),
        film_ids.c.film_id == _FILM_ID,
    )
    .values(film_id=bindparam("new_id"))
)
_other = film_values.alias("other")
_is_only = ~exists(
    select(_other.c.film_id).where(
        _other.c.film_id == film_values.c.film_id,
        (_other.c.source_id != film_values.c.source_id)
        | (_other.c.external_id != film_values.c.external_id),
    )
)
_is_locked = exists(select(film_locks.c.film_id).where(film_locks.c.film_id == _FILM_ID))
# The film's row has all values of an only record.
UNSTORE_ONLY_RECORD: Statement[tuple[Any, ...]] = Statement(
    update(film_values)
    .where(film_values.c.film_id == _FILM_ID, _is_only, ~_is_locked)
    .values(record=null())
)


def _move_part(table: Table, field: str) -> Statement[tuple[()]]:
    """Return the statement that moves the rows of a table, unless the field is locked."""
    locked = select(film_locks.c.film_id).where(
        film_locks.c.film_id == _FILM_ID, film_locks.c.field == field
    )
    moved = update(table).where(table.c.film_id == _FILM_ID, ~locked.exists())
    if table is film_credits:
        moved = moved.where(film_credits.c.department != Department.DIRECTING.value)
    return Statement(moved.values(film_id=bindparam("new_id")))


MOVE_PARTS = tuple(_move_part(metadata.tables[STORED[part]], LOCKS[part]) for part in EXTRAS)
"""Move the cast and other credits, further titles and countries. Directors follow the records."""
