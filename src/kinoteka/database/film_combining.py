"""Combine the records that several sources have of a film, before an import stores it.

The staged row of the film gets the chosen values, so that the later steps need no knowledge of
other sources. The statements are the same for both engines.

Public operations: combine, finish, read_stored.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from kinoteka.database.film_columns import STORED, assigned
from kinoteka.database.import_members import KEYED_COLUMNS
from kinoteka.database.import_session import ImportSession
from kinoteka.database.member_tables import KINDS, MEMBER_TABLES

Record = dict[str, Any]
"""What a source says about a film: the fields with a value, `genres`, `directors` and `ids`."""
Choose = Callable[[Sequence[Record]], Record]
"""Returns the values to show, from records in the order of their sources' ranks."""
NameKeys = Callable[[str, str], tuple[str, ...]]
"""Returns the keys that are stored beside a name; its kind is genre or director."""
Key = tuple[int, str]
"""The source's id, and the film's id in the source."""

TABLES = (
    "needed (film_id BIGINT PRIMARY KEY)",
    "record_texts (source_id BIGINT NOT NULL, external_id TEXT NOT NULL, record TEXT NOT NULL)",
    "befores (external_id TEXT NOT NULL, before TEXT NOT NULL)",
)
# needed: the films whose records are read, because they change or have several records.
# Otherwise all planned films are new and have one record each.
MAY_COMBINE = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM {s}plan WHERE film_id <= {last_id})
    OR EXISTS (SELECT 1 FROM {s}followers)
"""
CARRY = """
UPDATE {s}plan SET carries = {false}
WHERE position NOT IN (SELECT min(position) FROM {s}plan GROUP BY film_id)
"""
NEEDED = """
INSERT INTO {s}needed (film_id)
SELECT film_id FROM {s}plan WHERE film_id <= {last_id} AND adopts = {false}
UNION
SELECT film_id FROM {s}plan GROUP BY film_id HAVING count(*) > 1
"""
_FACTS = ", ".join(f"{{0}}.{name}" for name in STORED)
_STAGED_NAMES = """
(SELECT {{names}} FROM (
    SELECT named.name FROM {{s}}{0}_lists AS entry
    JOIN {{s}}{0}s AS named ON named.number = entry.number
    WHERE entry.list = staged.{0}_list ORDER BY entry.place
) AS ordered)
"""


def _stored_names(kind: str) -> str:
    tables = MEMBER_TABLES[kind]
    return f"""
(SELECT {{names}} FROM (
    SELECT named.name FROM {tables.links} AS entry
    JOIN {tables.names} AS named ON named.id = entry.{tables.column}
    WHERE entry.film_id = film.id AND {tables.condition} ORDER BY entry.position
) AS ordered)
"""


STAGED = f"""
SELECT plan.film_id, plan.position, plan.carries, staged.external_id, {_FACTS.format("staged")},
    {_STAGED_NAMES.format("genre")}, {_STAGED_NAMES.format("director")},
    (SELECT {{ids}} FROM {{s}}ids AS own WHERE own.position = plan.position)
FROM {{s}}needed AS needed JOIN {{s}}plan AS plan ON plan.film_id = needed.film_id
JOIN {{s}}films AS staged ON staged.position = plan.position
ORDER BY plan.film_id, plan.position
"""
STORED_RECORDS = f"""
SELECT needed.film_id, known.source_id, known.external_id, sources.rank, known.record,
    known.fingerprint, known.fingerprint_version, known.batch_id,
    EXISTS (SELECT 1 FROM film_locks WHERE film_locks.film_id = needed.film_id),
    {_FACTS.format("film")},
    {_stored_names("genre")}, {_stored_names("director")},
    (SELECT {{ids}} FROM film_ids AS own WHERE own.film_id = film.id)
FROM {{s}}needed AS needed JOIN film_values AS known ON known.film_id = needed.film_id
JOIN sources ON sources.id = known.source_id
JOIN films AS film ON film.id = needed.film_id
ORDER BY needed.film_id
"""
OWN_RANK = "SELECT rank FROM sources WHERE id = {source_id}"
LAST_NUMBERS = (
    "SELECT coalesce(max(number), 0) FROM {{s}}{0}s",
    "SELECT coalesce(max(list), 0) FROM {{s}}{0}_lists",
)
USE_COMBINED = f"""
UPDATE {{s}}films SET {assigned((*STORED, "genre_list", "director_list"), "combined")}
FROM {{s}}combined AS combined WHERE combined.position = {{films}}.position
"""
FINISH = (
    """
UPDATE film_values SET record = texts.record FROM {s}record_texts AS texts
WHERE film_values.source_id = texts.source_id AND film_values.external_id = texts.external_id
""",
    """
INSERT INTO possible_duplicates (film_id, other_id, reason)
SELECT CASE WHEN plan.film_id < doubt.film_id THEN plan.film_id ELSE doubt.film_id END AS one,
    CASE WHEN plan.film_id < doubt.film_id THEN doubt.film_id ELSE plan.film_id END AS other,
    min(doubt.reason)
FROM {s}doubts AS doubt JOIN {s}plan AS plan ON plan.position = doubt.position
JOIN films ON films.id = doubt.film_id
WHERE plan.film_id <> doubt.film_id
GROUP BY one, other
ON CONFLICT DO NOTHING
""",
)

REMEMBER = """
INSERT INTO batch_changes (batch_id, source_id, external_id, before)
SELECT {batch_id}, {source_id}, external_id, before FROM {s}befores
"""

_decode: Callable[[str], Record] = msgspec.json.Decoder(Record).decode


class _StagedRecord(msgspec.Struct, frozen=True):
    position: int
    carries: bool
    external_id: str
    record: Record


class StoredRecord(msgspec.Struct, frozen=True):
    """The record that a source has of a film, and its state. `is_stored`: not only in the film."""

    key: Key
    rank: int
    is_stored: bool
    state: tuple[int, int, int | None]
    is_locked: bool
    record: Record


def combine(
    session: ImportSession, source_id: int, last_id: int, choose: Choose, name_keys: NameKeys
) -> None:
    """Give the staged films the values to show, and note what the import changes."""
    for table in TABLES:
        session.create(table)
    session.create_combined()
    if not session.rows(MAY_COMBINE, last_id=last_id):
        return
    session.run(CARRY)
    if not session.run(NEEDED, last_id=last_id):
        return
    _Combining(session, source_id, choose, name_keys).run()
    session.run(USE_COMBINED)


def finish(session: ImportSession, source_id: int, batch_id: int | None) -> None:
    """Store the records and possible duplicates that were noted, and the changes of a batch."""
    for statement in FINISH:
        session.run(statement, source_id=source_id)
    if batch_id is not None:
        session.run(REMEMBER, source_id=source_id, batch_id=batch_id)


def read_stored(session: ImportSession) -> Iterator[list[StoredRecord]]:
    """Yield the stored records of each film in the table `needed`."""
    for _, rows in _grouped(session, STORED_RECORDS):
        yield [_stored_record(row) for row in rows]


class _Combining:
    def __init__(
        self, session: ImportSession, source_id: int, choose: Choose, name_keys: NameKeys
    ) -> None:
        self._session = session
        self._source_id = source_id
        self._choose = choose
        self._lists = {kind: _Lists(session, kind, name_keys) for kind in KINDS}
        ((self._rank,),) = session.rows(OWN_RANK, source_id=source_id)
        self._texts: list[tuple[int, str, str]] = []
        self._befores: list[tuple[str, str]] = []
        self._ids: list[tuple[int, str, str]] = []
        self._combined: list[tuple[Any, ...]] = []

    def run(self) -> None:
        stored = _grouped(self._session, STORED_RECORDS)
        film, known = next(stored, END)
        for count, (film_id, staged) in enumerate(_grouped(self._session, STAGED), 1):
            while film is not None and film < film_id:
                film, known = next(stored, END)
            self._add(
                [_staged_record(row) for row in staged],
                [_stored_record(row) for row in known] if film == film_id else [],
            )
            if count % FLUSHED == 0:
                self._flush()
        self._flush()

    def _add(self, staged: list[_StagedRecord], stored: list[StoredRecord]) -> None:
        ranked = {each.key: (each.rank, *each.key) for each in stored}
        records = {each.key: each.record for each in stored}
        before = {each.key: each for each in stored}
        for each in staged:
            key = (self._source_id, each.external_id)
            if key in before:
                self._befores.append((each.external_id, _before(before[key], each.record)))
            records[key] = each.record
            ranked[key] = (self._rank, *key)
        if len(records) == 1 and not any(each.is_locked or each.is_stored for each in stored):
            return
        for key, record in records.items():
            old = before.get(key)
            if old is None or not old.is_stored or old.record != record:
                self._texts.append((*key, msgspec.json.encode(record).decode()))
        chosen = self._choose([records[key] for key in sorted(records, key=ranked.__getitem__)])
        self._use(staged, chosen)

    def _use(self, staged: list[_StagedRecord], chosen: Record) -> None:
        carrier = next(each for each in staged if each.carries)
        present = {tuple(pair) for each in staged for pair in each.record.get("ids", ())}
        missing = (tuple(pair) for pair in chosen.get("ids", ()))
        self._ids += [(carrier.position, *pair) for pair in missing if pair not in present]
        lists = [self._lists[kind].number(chosen.get(f"{kind}s", ())) for kind in KINDS]
        facts = [chosen.get(name, EMPTY.get(name)) for name in STORED]
        self._combined.append((carrier.position, *facts, *lists))

    def _flush(self) -> None:
        for each in self._lists.values():
            each.flush()
        for table, rows in (
            ("record_texts", self._texts),
            ("befores", self._befores),
            ("ids", self._ids),
            ("combined", self._combined),
        ):
            self._session.insert(table, rows)
            rows.clear()


END: tuple[int | None, list[tuple[Any, ...]]] = (None, [])
FLUSHED = 5_000
EMPTY = {"description": "", "votes": 0}
"""The values of fields that a film without a value has; others are NULL."""
UNKNOWN_NAME = "Unknown"


class _Lists:
    """Adds lists of names to the staged ones."""

    def __init__(self, session: ImportSession, kind: str, name_keys: NameKeys) -> None:
        self._session = session
        self._kind = kind
        self._name_keys = name_keys
        names, lists = (session.rows(sql.format(kind)) for sql in LAST_NUMBERS)
        ((self._last_name,),), ((self._last_list,),) = names, lists
        self._numbers: dict[tuple[str, ...], int] = {}
        self._names: list[tuple[Any, ...]] = []
        self._entries: list[tuple[int, int, int]] = []

    def number(self, names: Sequence[str]) -> int:
        """Return the number of a list."""
        key = tuple(names) or (UNKNOWN_NAME,)
        if key not in self._numbers:
            self._last_list += 1
            self._numbers[key] = self._last_list
            for position, name in enumerate(key):
                self._last_name += 1
                self._names.append((self._last_name, name, *self._name_keys(self._kind, name)))
                self._entries.append((self._last_list, position, self._last_name))
        return self._numbers[key]

    def flush(self) -> None:
        """Write the new names and lists."""
        columns = ", ".join(("number", *KEYED_COLUMNS[self._kind]))
        self._session.insert(f"{self._kind}s ({columns})", self._names)
        self._session.insert(f"{self._kind}_lists", self._entries)
        self._names.clear()
        self._entries.clear()
        if len(self._numbers) > FLUSHED * 10:
            self._numbers.clear()


def _grouped(session: ImportSession, sql: str) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    rows = (row for chunk in session.chunks(sql) for row in chunk)
    for film_id, group in groupby(rows, key=itemgetter(0)):
        yield film_id, list(group)


def _staged_record(row: tuple[Any, ...]) -> _StagedRecord:
    _, position, carries, external_id, *values = row
    return _StagedRecord(position, bool(carries), external_id, _record(values))


def _stored_record(row: tuple[Any, ...]) -> StoredRecord:
    _, source_id, external_id, rank, text, *state, is_locked = row[:9]
    record = _record(row[9:]) if text is None else _decode(text)
    key, was = (source_id, external_id), (state[0], state[1], state[2])
    return StoredRecord(key, rank, text is not None, was, bool(is_locked), record)


def _record(values: Sequence[Any]) -> Record:
    """Return a record of the columns `STORED` and the lists of genres, directors and ids."""
    *facts, genres, directors, ids = values
    record = dict(zip(STORED, facts, strict=True))
    for name, text in (("genres", genres), ("directors", directors)):
        record[name] = [each for each in (text or "").split("\n") if each and each != UNKNOWN_NAME]
    record["ids"] = sorted(each.split("\t") for each in (ids or "").split("\n") if each)
    return {name: value for name, value in record.items() if value not in (None, "", 0, [])}


def _before(old: StoredRecord, record: Record) -> str:
    """Return the values that a record replaces, and the state of the record, as JSON."""
    names = old.record.keys() | record.keys()
    changed = (name for name in sorted(names) if old.record.get(name) != record.get(name))
    replaced = {name: old.record.get(name) for name in changed}
    fingerprint, version, batch_id = old.state
    before = {"record": replaced, "fingerprint": fingerprint, "version": version, "batch": batch_id}
    return msgspec.json.encode(before).decode()
