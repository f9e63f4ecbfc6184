"""Combine the records that several sources have of a film, before an import stores it.

The staged row of the film gets the chosen values, so that the later steps need no knowledge of
other sources. The statements are the same for both engines.

Public operations: combine, finish.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from kinoteka.database.film_columns import STORED, assigned
from kinoteka.database.film_records import (
    LISTS,
    UNKNOWN_NAME,
    Key,
    Record,
    StagedRecord,
    StoredRecord,
    read_staged,
    read_stored,
    replaced_values,
)
from kinoteka.database.import_members import EXTRA_COLUMNS, EXTRAS, NAME_COLUMNS, TABLES
from kinoteka.database.import_session import ImportSession
from kinoteka.database.member_tables import KINDS
from kinoteka.database.schema import Department

Choose = Callable[[Sequence[Record]], Record]
"""Returns the values to show, from records in the order of their sources' ranks."""
NameKeys = Callable[[str, str], tuple[str, ...]]
"""Returns the keys that are stored beside a name; its kind is genre or director."""

COMBINING_TABLES = (
    "needed (film_id BIGINT PRIMARY KEY)",
    "record_texts (source_id BIGINT NOT NULL, external_id TEXT NOT NULL, record TEXT NOT NULL)",
    "befores (external_id TEXT NOT NULL, before TEXT NOT NULL)",
    *(f"combined_{extra} ({TABLES[extra].format(text='TEXT')})" for extra in EXTRAS),
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
OWN_RANK = "SELECT rank FROM sources WHERE id = {source_id}"
LAST_NUMBERS = (
    "SELECT coalesce(max(number), 0) FROM {{s}}{0}s",
    "SELECT coalesce(max(list), 0) FROM {{s}}{0}_lists",
)
USE_COMBINED = f"""
UPDATE {{s}}films SET {assigned((*STORED, "genre_list", "director_list"), "combined")}
FROM {{s}}combined AS combined WHERE combined.position = {{films}}.position
"""
_OF_COMBINED = """
SELECT plan.position FROM {s}plan AS plan
JOIN {s}plan AS carrier ON carrier.film_id = plan.film_id
JOIN {s}combined AS combined ON combined.position = carrier.position
"""
USE_LISTS = tuple(
    statement
    for extra in EXTRAS
    for columns in [", ".join(EXTRA_COLUMNS[extra])]
    for statement in (
        f"DELETE FROM {{s}}{extra} WHERE position IN ({_OF_COMBINED})",
        f"INSERT INTO {{s}}{extra} ({columns}) SELECT {columns} FROM {{s}}combined_{extra}",
    )
)
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


def combine(
    session: ImportSession,
    source_id: int,
    last_id: int,
    choose: Choose,
    name_keys: NameKeys,
    *,
    is_undo: bool = False,
) -> None:
    """Give the staged films the values to show, and note what the import changes.

    A record without a value for one of LISTS keeps the value that its source had, because the
    files of credits, titles and countries may be imported less often than the others. An undo
    restores that there was none.
    """
    for table in COMBINING_TABLES:
        session.create(table)
    session.create_combined()
    if not session.rows(MAY_COMBINE, last_id=last_id):
        return
    session.run(CARRY)
    if not session.run(NEEDED, last_id=last_id):
        return
    _Combining(session, source_id, choose, name_keys, is_undo=is_undo).run()
    for statement in (USE_COMBINED, *USE_LISTS):
        session.run(statement)


def finish(session: ImportSession, source_id: int, batch_id: int | None) -> None:
    """Store the records and possible duplicates that were noted, and the changes of a batch."""
    for statement in FINISH:
        session.run(statement, source_id=source_id)
    if batch_id is not None:
        session.run(REMEMBER, source_id=source_id, batch_id=batch_id)


class _Combining:
    def __init__(
        self,
        session: ImportSession,
        source_id: int,
        choose: Choose,
        name_keys: NameKeys,
        *,
        is_undo: bool,
    ) -> None:
        self._session = session
        self._source_id = source_id
        self._choose = choose
        self._is_undo = is_undo
        self._names = {kind: _Names(session, kind, name_keys) for kind in KINDS}
        self._lists = {kind: _Lists(session, kind, self._names[kind]) for kind in KINDS}
        ((self._rank,),) = session.rows(OWN_RANK, source_id=source_id)
        self._rows: dict[str, list[tuple[Any, ...]]] = {
            table: []
            for table in (
                *("record_texts", "befores", "ids", "combined"),
                *(f"combined_{extra}" for extra in EXTRAS),
            )
        }

    def run(self) -> None:
        stored = read_stored(self._session)
        film, known = next(stored, END)
        for count, (film_id, staged) in enumerate(read_staged(self._session), 1):
            while film is not None and film < film_id:
                film, known = next(stored, END)
            self._add(staged, known if film == film_id else [])
            if count % FLUSHED == 0:
                self._flush()
        self._flush()

    def _add(self, staged: list[StagedRecord], stored: list[StoredRecord]) -> None:
        ranked = {each.key: (each.rank, *each.key) for each in stored}
        records = {each.key: each.record for each in stored}
        before = {each.key: each for each in stored}
        for each in staged:
            key = (self._source_id, each.external_id)
            old, record = before.get(key), each.record
            if old is not None:
                if not self._is_undo:
                    record = {
                        name: old.record[name] for name in LISTS if name in old.record
                    } | record
                self._rows["befores"].append((each.external_id, replaced_values(old, record)))
            records[key] = record
            ranked[key] = (self._rank, *key)
        is_only = len(records) == 1 and not any(each.is_locked or each.is_stored for each in stored)
        if not is_only:
            self._store(records, before)
        if self._is_undo or not is_only:
            order = sorted(records, key=ranked.__getitem__)
            self._use(staged, self._choose([records[key] for key in order]))

    def _store(self, records: dict[Key, Record], before: dict[Key, StoredRecord]) -> None:
        for key, record in records.items():
            old = before.get(key)
            if old is None or not old.is_stored or old.record != record:
                self._rows["record_texts"].append((*key, msgspec.json.encode(record).decode()))

    def _use(self, staged: list[StagedRecord], chosen: Record) -> None:
        position = next(each.position for each in staged if each.carries)
        present = {tuple(pair) for each in staged for pair in each.record.get("ids", ())}
        missing = (tuple(pair) for pair in chosen.get("ids", ()))
        self._rows["ids"] += [(position, *pair) for pair in missing if pair not in present]
        genres = tuple((name,) for name in chosen.get("genres", ()))
        lists = (
            self._lists["genre"].number(genres),
            self._lists["director"].number(_directors(chosen)),
        )
        facts = [chosen.get(name, EMPTY.get(name)) for name in STORED]
        self._rows["combined"].append((position, *facts, *lists))
        self._use_lists(position, chosen)

    def _use_lists(self, position: int, chosen: Record) -> None:
        number = self._names["director"].number
        others = (each for each in chosen.get("credits", ()) if each[0] != Department.DIRECTING)
        self._rows["combined_credits"] += [
            (position, department, place, number(_person(name, *own)), role or None)
            for place, (department, name, role, *own) in enumerate(others)
        ]
        self._rows["combined_other_titles"] += [
            (position, place, *title) for place, title in enumerate(chosen.get("titles", ()))
        ]
        self._rows["combined_countries"] += [
            (position, place, country) for place, country in enumerate(chosen.get("countries", ()))
        ]

    def _flush(self) -> None:
        for names in self._names.values():
            names.flush()
        for lists in self._lists.values():
            lists.flush()
        for table, rows in self._rows.items():
            self._session.insert(table, rows)
            rows.clear()


END: tuple[int | None, list[StoredRecord]] = (None, [])
FLUSHED = 2_000
CACHED = 20_000
"""How many names, and lists of names, have their numbers in memory."""
EMPTY = {"description": "", "votes": 0}
"""The values of fields that a film without a value has; others are NULL."""

Member = tuple[str | None, ...]
"""A genre's name, or a person's name and the kind and value of an id of theirs, or None."""
UNKNOWN_MEMBER: dict[str, Member] = {
    "genre": (UNKNOWN_NAME,),
    "director": (UNKNOWN_NAME, None, None),
}


def _person(name: str, kind: str, value: str) -> Member:
    return name, kind or None, value or None


def _directors(chosen: Record) -> tuple[Member, ...]:
    """Return the directors, with the ids that the directing credits have."""
    known = {
        name: _person(name, *own)
        for department, name, _, *own in chosen.get("credits", ())
        if department == Department.DIRECTING
    }
    return tuple(known.get(name, (name, None, None)) for name in chosen.get("directors", ()))


class _Names:
    """Adds genres or people to the staged ones. Storing merges those that are staged twice."""

    def __init__(self, session: ImportSession, kind: str, name_keys: NameKeys) -> None:
        self._session = session
        self._kind = kind
        self._name_keys = name_keys
        ((self._last,),) = session.rows(LAST_NUMBERS[0].format(kind))
        self._numbers: dict[Member, int] = {}
        self._rows: list[tuple[Any, ...]] = []

    def number(self, member: Member) -> int:
        """Return the number of a genre or person."""
        if member not in self._numbers:
            self._last += 1
            self._numbers[member] = self._last
            name, *own = member
            keys = self._name_keys(self._kind, str(name))
            self._rows.append((self._last, name, *keys, *own))
        return self._numbers[member]

    def flush(self) -> None:
        """Write the new names."""
        columns = ", ".join(("number", *NAME_COLUMNS[self._kind]))
        self._session.insert(f"{self._kind}s ({columns})", self._rows)
        self._rows.clear()
        if len(self._numbers) > CACHED:
            self._numbers.clear()


class _Lists:
    """Adds lists of genres or directors to the staged ones."""

    def __init__(self, session: ImportSession, kind: str, names: _Names) -> None:
        self._session = session
        self._kind = kind
        self._names = names
        ((self._last,),) = session.rows(LAST_NUMBERS[1].format(kind))
        self._numbers: dict[tuple[Member, ...], int] = {}
        self._entries: list[tuple[int, int, int]] = []

    def number(self, members: tuple[Member, ...]) -> int:
        """Return the number of a list."""
        key = members or (UNKNOWN_MEMBER[self._kind],)
        if key not in self._numbers:
            self._last += 1
            self._numbers[key] = self._last
            for position, member in enumerate(key):
                self._entries.append((self._last, position, self._names.number(member)))
        return self._numbers[key]

    def flush(self) -> None:
        """Write the new lists."""
        self._session.insert(f"{self._kind}_lists", self._entries)
        self._entries.clear()
        if len(self._numbers) > CACHED:
            self._numbers.clear()
