"""Undo a batch: remove the records that it added, and read those to store again.

The statements are the same for both engines, and run in an import's transaction.

Public operations: read_batch, remove_added, read_changed, force, restore_states, mark_undone.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from kinoteka.database import film_search
from kinoteka.database.film_records import Key, Record, read_stored
from kinoteka.database.import_session import ImportSession
from kinoteka.database.interface import Reader
from kinoteka.database.schema import films, metadata

LINK = re.compile(r"/films/([0-9]{1,15})")
BATCH = """
SELECT batches.source_id, sources.name, batches.created_at, batches.undone_at
FROM batches JOIN sources ON sources.id = batches.source_id WHERE batches.id = {batch_id}
"""
TABLES = (
    "undone (external_id TEXT PRIMARY KEY, film_id BIGINT NOT NULL)",
    "candidates (film_id BIGINT PRIMARY KEY)",
    "linked (film_id BIGINT NOT NULL)",
    "removed (film_id BIGINT PRIMARY KEY)",
    "forced (source_id BIGINT NOT NULL, external_id TEXT NOT NULL)",
)
# undone: the records that the batch added. candidates: the films that have no other record.
# linked: the films that messages link to. removed: the candidates that nothing refers to. The
# table `needed` is that of `film_combining`.
FIND_ADDED = (
    """
INSERT INTO {s}undone (external_id, film_id)
SELECT external_id, film_id FROM film_values AS known
WHERE known.source_id = {source_id} AND known.batch_id = {batch_id} AND NOT EXISTS (
    SELECT 1 FROM batch_changes AS change
    WHERE change.batch_id = {batch_id} AND change.source_id = {source_id}
        AND change.external_id = known.external_id
)
""",
    """
INSERT INTO {s}candidates (film_id)
SELECT DISTINCT undone.film_id FROM {s}undone AS undone WHERE NOT EXISTS (
    SELECT 1 FROM film_values AS known
    WHERE known.film_id = undone.film_id AND NOT (
        known.source_id = {source_id}
        AND known.external_id IN (SELECT external_id FROM {s}undone)
    )
)
""",
)
LINKED_BY_OLD_IDS = """
INSERT INTO {s}linked (film_id)
SELECT film_id FROM film_redirects WHERE old_id IN (SELECT film_id FROM {s}linked)
"""
LINKING = "SELECT text FROM messages WHERE text LIKE '%/films/%'"
FIND_REMOVED = (
    """
INSERT INTO {s}removed (film_id)
SELECT film_id FROM {s}candidates
WHERE film_id NOT IN (SELECT film_id FROM bookmarks)
    AND film_id NOT IN (SELECT film_id FROM selection_films)
    AND film_id NOT IN (SELECT film_id FROM film_locks)
    AND film_id NOT IN (SELECT film_id FROM {s}linked)
""",
    # A film that is kept keeps its record.
    """
DELETE FROM {s}undone WHERE film_id IN (SELECT film_id FROM {s}candidates)
    AND film_id NOT IN (SELECT film_id FROM {s}removed)
""",
    """
DELETE FROM film_values WHERE source_id = {source_id}
    AND external_id IN (SELECT external_id FROM {s}undone)
""",
)
COUNTS = """
SELECT (SELECT count(*) FROM {s}removed),
    (SELECT count(*) FROM {s}candidates) - (SELECT count(*) FROM {s}removed),
    (SELECT count(*) FROM batch_changes AS change JOIN film_values AS known
        ON known.source_id = change.source_id AND known.external_id = change.external_id
    WHERE change.batch_id = {batch_id}
        AND (known.batch_id IS NULL OR known.batch_id <> {batch_id}))
"""
REMOVED = "SELECT film_id FROM {s}removed ORDER BY film_id"
NEEDED = """
INSERT INTO {s}needed (film_id)
SELECT film_id FROM {s}undone WHERE film_id NOT IN (SELECT film_id FROM {s}removed)
UNION
SELECT known.film_id FROM batch_changes AS change JOIN film_values AS known
    ON known.source_id = change.source_id AND known.external_id = change.external_id
WHERE change.batch_id = {batch_id} AND known.batch_id = {batch_id}
"""
CHANGES = """
SELECT change.source_id, change.external_id, change.before
FROM batch_changes AS change JOIN film_values AS known
    ON known.source_id = change.source_id AND known.external_id = change.external_id
WHERE change.batch_id = {batch_id} AND known.batch_id = {batch_id}
"""
SOURCES = "SELECT id, name FROM sources"
FORCE = """
UPDATE film_values SET fingerprint_version = 0 WHERE EXISTS (
    SELECT 1 FROM {s}forced AS forced WHERE forced.source_id = film_values.source_id
        AND forced.external_id = film_values.external_id
)
"""
STATES = (
    "states (source_id BIGINT NOT NULL, external_id TEXT NOT NULL, fingerprint BIGINT NOT NULL,"
    " version INTEGER NOT NULL, batch_id BIGINT)"
)
RESTORE_STATES = """
UPDATE film_values
SET fingerprint = states.fingerprint, fingerprint_version = states.version,
    batch_id = states.batch_id
FROM {s}states AS states
WHERE states.source_id = film_values.source_id AND states.external_id = film_values.external_id
"""
MARK_UNDONE = "UPDATE batches SET undone_at = {now} WHERE id = {batch_id}"

State = tuple[int, int, int | None]
"""The fingerprint of a record, its version, and the latest batch that changed the record."""


class StoredBatch(msgspec.Struct, frozen=True):
    """A batch: its source, and when it was stored and undone."""

    source_id: int
    source: str
    created_at: int
    undone_at: int | None


class Removal(msgspec.Struct, frozen=True):
    """How many films were removed, were kept because of references, and were changed later."""

    removed: int
    kept: int
    later: int


class RestoredRecord(msgspec.Struct, frozen=True):
    """A record to store again, and the state that it had."""

    source: str
    key: Key
    record: Record
    state: State


class _Before(msgspec.Struct, frozen=True):
    record: Record
    fingerprint: int
    version: int
    batch: int | None


_decode = msgspec.json.Decoder(_Before).decode


def read_batch(session: ImportSession, batch_id: int) -> StoredBatch | None:
    """Return a batch, or None if it does not exist."""
    rows = session.rows(BATCH, batch_id=batch_id)
    return StoredBatch(*rows[0]) if rows else None


def remove_added(
    session: ImportSession, reader: Reader, batch_id: int, batch: StoredBatch
) -> Removal:
    """Remove the records that the batch added, and films that only they provide.

    Films to which a bookmark, a selection, a message or an edited field refers are kept.
    """
    numbers = {"batch_id": batch_id, "source_id": batch.source_id}
    for table in TABLES:
        session.create(table)
    for statement in FIND_ADDED:
        session.run(statement, **numbers)
    for chunk in session.chunks(LINKING):
        session.insert("linked", [(number,) for (text,) in chunk for number in LINK.findall(text)])
    session.run(LINKED_BY_OLD_IDS)
    for statement in FIND_REMOVED:
        session.run(statement, **numbers)
    for chunk in session.chunks(REMOVED):
        film_search.remove(reader, [film_id for (film_id,) in chunk])
    for table, column in _references():
        session.run(f"DELETE FROM {table} WHERE {column} IN (SELECT film_id FROM {{s}}removed)")
    session.run("DELETE FROM films WHERE id IN (SELECT film_id FROM {s}removed)")
    ((removed, kept, later),) = session.rows(COUNTS, batch_id=batch_id)
    return Removal(removed, kept, later)


def read_changed(session: ImportSession, batch_id: int) -> Iterator[RestoredRecord]:
    """Yield the records that the batch changed as they were, and one of each other film."""
    session.run(NEEDED, batch_id=batch_id)
    names = dict(session.rows(SOURCES))
    rows = session.rows(CHANGES, batch_id=batch_id)
    changes = {(source_id, key): before for source_id, key, before in rows}
    for _, stored in read_stored(session):
        chosen = [each for each in stored if each.key in changes] or stored[:1]
        for each in chosen:
            state, record = each.state, each.record
            if each.key in changes:
                before = _decode(changes[each.key])
                merged = record | before.record
                record = {name: value for name, value in merged.items() if value is not None}
                state = (before.fingerprint, before.version, before.batch)
            yield RestoredRecord(names[each.key[0]], each.key, record, state)


def force(session: ImportSession, keys: Iterable[Key]) -> None:
    """Let the next import store these records even if they have not changed."""
    session.insert("forced", list(keys))
    session.run(FORCE)


def restore_states(session: ImportSession, restored: Iterable[RestoredRecord]) -> None:
    """Restore the fingerprints and batches of records."""
    session.create(STATES)
    session.insert("states", [(*each.key, *each.state) for each in restored])
    session.run(RESTORE_STATES)


def mark_undone(session: ImportSession, batch_id: int, now: int) -> None:
    """Store that a batch was undone."""
    session.run(MARK_UNDONE, batch_id=batch_id, now=now)


def _references() -> list[tuple[Any, Any]]:
    """Return the tables and columns that refer to films."""
    return [
        (table.name, key.parent.name)
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is films
    ]
