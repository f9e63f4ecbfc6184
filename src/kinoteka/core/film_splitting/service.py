"""Split a film that is two: some of its records become a film of their own.

Public operations: records, split.

The values of both films are chosen again from their records. The new film has the label of the
other, so that nothing hidden becomes visible. Imports do not join the records again
(`separations`).
"""

from collections.abc import Sequence

import msgspec

from kinoteka.core.access.model import FILMS_EDIT, Actor
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record as record_action
from kinoteka.core.catalogue import counts
from kinoteka.core.catalogue.film_index import index_films
from kinoteka.core.film_editing import queries as editing
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.film_editing.records import store_records
from kinoteka.core.film_editing.service import FilmEditing, film_row
from kinoteka.core.film_merging import queries as merging
from kinoteka.core.film_merging.model import MergeState
from kinoteka.core.film_merging.service import begin_changes, separate_films
from kinoteka.core.film_splitting import queries
from kinoteka.core.film_splitting.model import FilmRecord, RecordKey, Split
from kinoteka.core.film_splitting.values import Division, divide
from kinoteka.core.imports.names import name_key
from kinoteka.database.film_records import Record
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.database.weighted_ratings import STORE_ONE as STORE_WEIGHTED_RATING
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.clock import now

_decode_record = msgspec.json.Decoder(Record).decode
_decode_state = msgspec.json.Decoder(MergeState).decode


class FilmSplitting:
    """Splits of films."""

    def __init__(self, revisions: Revisions, editing: FilmEditing) -> None:
        self._revisions = revisions
        self._editing = editing

    async def records(self, actor: Actor, unit: Unit, film_id: int) -> list[FilmRecord]:
        """Return the records of a film, by the rank of their sources.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN)
        """
        actor.require(FILMS_EDIT)
        film = await self._editing.get(actor, unit, film_id)
        merged = await _merged_records(unit, film_id)
        return [
            _film_record(film, each, merged.get(_key(each)))
            for each in await unit.all(queries.RECORDS, film_id=film_id)
        ]

    async def split(self, actor: Actor, unit: Unit, split: Split) -> int:
        """Move records of a film to a new film, and return the id of the new film.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN)
            DomainError(SPLIT_IMPOSSIBLE): the film has one record.
            DomainError(FIELD_INVALID): no record leaves, or none stays.
            DomainError(FILM_CHANGED): the film does not have one of the records (any more).
            DomainError(SPLIT_OF_MERGE): a merge brought the records and can be undone instead.
            DomainError(IMPORT_RUNNING, BUSY)
        """
        actor.require(FILMS_EDIT)
        await begin_changes(unit, self._revisions)
        film_id = split.film_id
        await unit.all(merging.LOCK_FILMS, old_id=film_id, survivor_id=film_id)
        film = await self._editing.get(actor, unit, film_id)
        await store_records(unit, film)
        stored = await unit.all(queries.RECORDS, film_id=film_id)
        _check(split, [_key(each) for each in stored], await _merged_records(unit, film_id))
        division = divide(
            film,
            leaving=[_decode(each) for each in stored if _key(each) in split.leaving],
            staying=[_decode(each) for each in stored if _key(each) not in split.leaving],
        )
        new_id = await self._store(unit, film, division)
        await _move(unit, split, division, new_id)
        await index_films(unit, film_id, new_id)
        leaving = [each for each in stored if _key(each) in split.leaving]
        names = [f"{each.source} {each.external_id}" for each in leaving]
        subject = Subject("film", film_id, film.fields.title)
        await record_action(actor, unit, Action.FILM_SPLIT, subject, new_film=new_id, records=names)
        return new_id

    async def _store(self, unit: Unit, film: EditableFilm, division: Division) -> int:
        """Store the values of both films, and return the id of the new one."""
        people = await unit.all(editing.DIRECTORS.names_of_film, film_id=film.id)
        known = {name_key(name): person_id for person_id, name in people}
        ids = await self._editing.get_or_create_names(unit, division.staying, known)
        await unit.run(editing.UPDATE, film_id=film.id, **film_row(division.staying, ids))
        await unit.run(queries.SET_VOTES, film_id=film.id, votes=division.votes_staying)
        for each in editing.NAMES:
            await counts.remove_film(unit, each.counted, film.access)
            await unit.run(each.unlink, film_id=film.id)
        await self._editing.link_names(unit, film.access, ids)
        ids = await self._editing.get_or_create_names(unit, division.leaving, known)
        row = film_row(division.leaving, ids) | {"votes": division.votes_leaving}
        inserted = await unit.first(queries.INSERT, film_id=film.id, **row)
        new_id = inserted[0] if inserted else 0
        access = msgspec.structs.replace(film.access, film_id=new_id)
        await self._editing.link_names(unit, access, ids)
        for film_id in (film.id, new_id):
            await unit.run(STORE_WEIGHTED_RATING, film_id=film_id)
        return new_id


async def _move(unit: Unit, split: Split, division: Division, new_id: int) -> None:
    """Move what belongs to the records, and what the operator chose."""
    film_id = split.film_id
    await unit.run(editing.CLEAR_FINGERPRINT, film_id=film_id)
    records = [{**msgspec.structs.asdict(each), "new_id": new_id} for each in split.leaving]
    await unit.run_many(queries.MOVE_RECORD, records)
    ids = [
        {"kind": kind, "value": value, "film_id": film_id, "new_id": new_id}
        for kind, value in division.ids_leaving
    ]
    await unit.run_many(queries.MOVE_ID, ids)
    for each in (film_id, new_id):
        await unit.run(queries.UNSTORE_ONLY_RECORD, film_id=each)
    await separate_films(unit, film_id, new_id)
    if split.moves_parts:
        for statement in queries.MOVE_PARTS:
            await unit.run(statement, film_id=film_id, new_id=new_id)
    if split.moves_references:
        for reference in merging.REFERENCES:
            if reference.is_of_members and reference.move is not None:
                await unit.all(reference.move, old_id=film_id, survivor_id=new_id)


def _check(split: Split, stored: Sequence[RecordKey], merged: dict[RecordKey, str]) -> None:
    if len(stored) < 2:
        raise DomainError(Code.SPLIT_IMPOSSIBLE)
    if not split.leaving <= set(stored):
        raise DomainError(Code.FILM_CHANGED)
    if not split.leaving or split.leaving == set(stored):
        raise field_invalid("leaving", "last_record")
    # Undoing a merge returns its records, and each film must have one.
    own = set(stored) - merged.keys()
    if split.leaving & merged.keys() or own <= split.leaving:
        raise DomainError(Code.SPLIT_OF_MERGE)


async def _merged_records(unit: Unit, film_id: int) -> dict[RecordKey, str]:
    """Return the records that merges brought which can be undone, with the films' titles."""
    found: dict[RecordKey, str] = {}
    for title, undo in await unit.all(queries.UNDOABLE, film_id=film_id, now=now()):
        state = _decode_state(undo)
        rows = state.moved.get("film_values.film_id")
        if rows is not None and state.survivor_id == film_id:
            columns = [rows.columns.index(name) for name in RecordKey.__struct_fields__]
            for row in rows.rows:
                found[RecordKey(*(row[column] for column in columns))] = title
    return found


def _film_record(
    film: EditableFilm, stored: queries.StoredRecord, merged: str | None
) -> FilmRecord:
    values: Record = {} if stored.record is None else _decode(stored)
    fields = film.fields
    return FilmRecord(
        key=_key(stored),
        source=stored.source,
        title=values.get("title", fields.title),
        year=values.get("year") if values else fields.year,
        directors=tuple(values.get("directors", ())) if values else fields.directors,
        ids=tuple((kind, value) for kind, value in values.get("ids", ())),
        merged=merged,
    )


def _key(stored: queries.StoredRecord) -> RecordKey:
    return RecordKey(stored.source_id, stored.external_id)


def _decode(stored: queries.StoredRecord) -> Record:
    return _decode_record(stored.record or "{}")
