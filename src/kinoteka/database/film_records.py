"""Read the records that sources have of films: those that are staged, and those that are stored.

The statements are the same for both engines.

Public operations: read_staged, read_stored, replaced_values.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from kinoteka.database.film_columns import STORED
from kinoteka.database.import_session import ImportSession
from kinoteka.database.member_tables import MEMBER_TABLES
from kinoteka.database.schema import Department

Record = dict[str, Any]
"""What a source says about a film: the fields with a value, `genres`, `directors`, `ids` and LISTS.

`credits` has the department, name, role, and the kind and value of an id of each person; of
directors, only those with an id, who are also in `directors`. `titles` has
language, kind and title.
"""
Key = tuple[int, str]
"""The source's id, and the film's id in the source."""

LISTS = ("credits", "titles", "countries")
"""The fields that a source keeps when its new record has no value for them."""
UNKNOWN_NAME = "Unknown"
READ = 2_000
"""How many records are in memory at a time. A record may have many credits."""

_FACTS = ", ".join(f"{{0}}.{name}" for name in STORED)


def _lines(rows: str) -> str:
    """Return the column `name` of rows as one text with a line for each."""
    return f"(SELECT {{names}} FROM ({rows}) AS ordered)"


_STAGED_PERSON = (
    "named.name || {tab} || coalesce(named.kind, '') || {tab} || coalesce(named.value, '')"
)
_ID_OF_PERSON = """coalesce((
    SELECT min(own.kind || {tab} || own.value) FROM person_ids AS own WHERE own.person_id = named.id
), {tab})"""
_CREDIT = (
    "entry.department || {tab} || named.name || {tab} || coalesce(entry.role, '') || {tab} || "
)
_TITLE = "entry.language || {tab} || entry.kind || {tab} || entry.title AS name"
_STAGED_LISTS = (
    """
SELECT named.name FROM {s}genre_lists AS entry
JOIN {s}genres AS named ON named.number = entry.number
WHERE entry.list = staged.genre_list ORDER BY entry.place
""",
    f"""
SELECT {_STAGED_PERSON} AS name FROM {{s}}director_lists AS entry
JOIN {{s}}directors AS named ON named.number = entry.number
WHERE entry.list = staged.director_list ORDER BY entry.place
""",
    "SELECT kind || {tab} || value AS name FROM {s}ids AS own WHERE own.position = plan.position",
    f"""
SELECT {_CREDIT} coalesce(named.kind, '') || {{tab}} || coalesce(named.value, '') AS name
FROM {{s}}credits AS entry JOIN {{s}}directors AS named ON named.number = entry.number
WHERE entry.position = plan.position ORDER BY entry.place, entry.department
""",
    f"""
SELECT {_TITLE} FROM {{s}}other_titles AS entry
WHERE entry.position = plan.position ORDER BY entry.place
""",
    """
SELECT entry.country AS name FROM {s}countries AS entry
WHERE entry.position = plan.position ORDER BY entry.place
""",
)
STAGED = f"""
SELECT plan.film_id, plan.position, plan.carries, staged.external_id, {_FACTS.format("staged")},
    {", ".join(map(_lines, _STAGED_LISTS))}
FROM {{s}}needed AS needed JOIN {{s}}plan AS plan ON plan.film_id = needed.film_id
JOIN {{s}}films AS staged ON staged.position = plan.position
ORDER BY plan.film_id, plan.position
"""


def _members(kind: str, name: str) -> str:
    tables = MEMBER_TABLES[kind]
    return f"""
SELECT {name} AS name FROM {tables.links} AS entry
JOIN {tables.names} AS named ON named.id = entry.{tables.column}
WHERE entry.film_id = film.id AND {tables.condition} ORDER BY entry.position
"""


_STORED_LISTS = (
    _members("genre", "named.name"),
    _members("director", f"named.name || {{tab}} || {_ID_OF_PERSON}"),
    "SELECT kind || {tab} || value AS name FROM film_ids AS own WHERE own.film_id = film.id",
    f"""
SELECT {_CREDIT} {_ID_OF_PERSON} AS name
FROM credits AS entry JOIN people AS named ON named.id = entry.person_id
WHERE entry.film_id = film.id AND entry.department <> {Department.DIRECTING.value}
ORDER BY entry.position, entry.department
""",
    f"SELECT {_TITLE} FROM film_titles AS entry WHERE entry.film_id = film.id ORDER BY position",
    """
SELECT entry.country AS name FROM film_countries AS entry
WHERE entry.film_id = film.id ORDER BY entry.position
""",
)
# The row of a film with a stored record is not read.
STORED_RECORDS = f"""
SELECT needed.film_id, known.source_id, known.external_id, sources.rank, known.record,
    known.fingerprint, known.fingerprint_version, known.batch_id,
    EXISTS (SELECT 1 FROM film_locks WHERE film_locks.film_id = needed.film_id),
    {_FACTS.format("film")},
    {", ".join(f"CASE WHEN known.record IS NULL THEN {_lines(each)} END" for each in _STORED_LISTS)}
FROM {{s}}needed AS needed JOIN film_values AS known ON known.film_id = needed.film_id
JOIN sources ON sources.id = known.source_id
JOIN films AS film ON film.id = needed.film_id
ORDER BY needed.film_id
"""

_decode: Callable[[str], Record] = msgspec.json.Decoder(Record).decode


class StagedRecord(msgspec.Struct, frozen=True):
    """A staged record. `carries`: its row gets the values to show."""

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


def read_staged(session: ImportSession) -> Iterator[tuple[int, list[StagedRecord]]]:
    """Yield the staged records of each film in the table `needed`, in the order of the films."""
    for film_id, rows in _grouped(session, STAGED):
        yield film_id, [_staged_record(row) for row in rows]


def read_stored(session: ImportSession) -> Iterator[tuple[int, list[StoredRecord]]]:
    """Yield the stored records of each film in the table `needed`, in the order of the films."""
    for film_id, rows in _grouped(session, STORED_RECORDS):
        yield film_id, [_stored_record(row) for row in rows]


def replaced_values(old: StoredRecord, record: Record) -> str:
    """Return the values that a record replaces, and the state of the record, as JSON."""
    names = old.record.keys() | record.keys()
    changed = (name for name in sorted(names) if old.record.get(name) != record.get(name))
    replaced = {name: old.record.get(name) for name in changed}
    fingerprint, version, batch_id = old.state
    before = {"record": replaced, "fingerprint": fingerprint, "version": version, "batch": batch_id}
    return msgspec.json.encode(before).decode()


def _grouped(session: ImportSession, sql: str) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    rows = (row for chunk in session.chunks(sql, size=READ) for row in chunk)
    for film_id, group in groupby(rows, key=itemgetter(0)):
        yield film_id, list(group)


def _staged_record(row: tuple[Any, ...]) -> StagedRecord:
    _, position, carries, external_id, *values = row
    return StagedRecord(position, bool(carries), external_id, _record(values))


def _stored_record(row: tuple[Any, ...]) -> StoredRecord:
    _, source_id, external_id, rank, text, *state, is_locked = row[:9]
    record = _record(row[9:]) if text is None else _decode(text)
    key, was = (source_id, external_id), (state[0], state[1], state[2])
    return StoredRecord(key, rank, text is not None, was, bool(is_locked), record)


def _record(values: Sequence[Any]) -> Record:
    """Return a record of the columns `STORED` and the lists."""
    facts, lists = values[: len(STORED)], values[len(STORED) :]
    genres, directors, ids, credited, titles, countries = map(_split, lists)
    record: Record = dict(zip(STORED, facts, strict=True))
    people = [line.split("\t") for line in directors]
    record["genres"] = [name for name in genres if name != UNKNOWN_NAME]
    record["directors"] = [name for name, *_ in people if name != UNKNOWN_NAME]
    record["ids"] = sorted(line.split("\t") for line in ids)
    record["credits"] = [
        *(
            [Department.DIRECTING.value, name, "", kind, value]
            for name, kind, value in people
            if kind
        ),
        *(_credit(*line.split("\t")) for line in credited),
    ]
    record["titles"] = [line.split("\t") for line in titles]
    record["countries"] = countries
    return {name: value for name, value in record.items() if value not in (None, "", 0, [])}


def _split(text: str | None) -> list[str]:
    return [line for line in (text or "").split("\n") if line]


def _credit(department: str, *texts: str) -> list[Any]:
    return [int(department), *texts]
