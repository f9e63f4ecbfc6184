"""Edit and add films by hand.

Public operations: films, get, namesakes, describe_people, edit, replace_poster, unlock, add.
`catalogue.labels` changes labels and hides films.

Operators with `films.edit` or `films.label` see every film here, also hidden ones and films with
labels that they may not view otherwise; else they could not undo their own changes. Edited fields
are locked: imports do not change them until an operator removes the lock. For the id of a merged
film, operations on one film raise FILM_MERGED with the id of the film that remains.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from secrets import token_hex
from typing import Any

import msgspec

from kinoteka.core.access.model import FILMS_EDIT, FILMS_LABEL, Actor
from kinoteka.core.access.service import Access
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.catalogue import counts
from kinoteka.core.catalogue import queries as catalogue
from kinoteka.core.catalogue.film_index import index_films
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import (
    FACTS,
    UNKNOWN,
    Director,
    Film,
    FilmAccess,
    FilmFields,
    FilmQuery,
)
from kinoteka.core.catalogue.order_revisions import revisions_of_fields
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.film_editing import queries
from kinoteka.core.film_editing.model import LOCKABLE, EditableFilm
from kinoteka.core.film_editing.parts import service as stored_parts
from kinoteka.core.film_editing.parts.model import PARTS, EditedParts, Namesake
from kinoteka.core.film_editing.parts.validation import validate_parts
from kinoteka.core.film_editing.records import store_records
from kinoteka.core.film_editing.validation import validate
from kinoteka.core.imports.genre_vocabulary import genre_key, translated_names
from kinoteka.core.imports.names import name_key, sort_key
from kinoteka.core.imports.queries import ADD_GENRE_NAME
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Conflict, Unit
from kinoteka.database.weighted_ratings import STORE_ONE as STORE_WEIGHTED_RATING
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import now

MAX_ID_DIGITS = 18
"""The number of digits of a number that every database accepts."""
LONG_FIELDS = ("description", "cast", "titles", "ids")


class FilmEditing:
    """Edit and add films one at a time."""

    def __init__(self, revisions: Revisions, access: Access, films: Catalogue) -> None:
        self._revisions = revisions
        self._access = access
        self._catalogue = films

    async def films(
        self, actor: Actor, unit: Unit, query: FilmQuery, address: str
    ) -> Listing[Film]:
        """Return the films of a query, whatever their labels. Digits as text also match an id.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN), and what `Catalogue.films` raises.
        """
        manager = _as_film_manager(actor)
        found = await self._catalogue.films(manager, unit, query, address)
        text = (query.text or "").strip()
        if not text.isascii() or not text.isdigit() or len(text) > MAX_ID_DIGITS:
            return found
        with_id = list((await self._catalogue.films_by_any_id(manager, unit, [int(text)])).values())
        if not with_id:
            return found
        first = with_id[0]
        rest = [film async for chunk in found.chunks() for film in chunk if film.id != first.id]
        by_id = {film.id: film for film in (first, *rest)}

        async def read(ids: Sequence[int]) -> list[Film]:
            return [by_id[film_id] for film_id in ids]

        return Listing(array("q", by_id), read)

    async def get(self, actor: Actor, unit: Unit, film_id: int) -> EditableFilm:
        """Return a film with everything that may be changed.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN, FILM_MERGED)
        """
        _as_film_manager(actor)
        return await _read(unit, film_id)

    async def namesakes(
        self, actor: Actor, unit: Unit, names: Iterable[str]
    ) -> dict[str, Sequence[Namesake]]:
        """Return the people with each of these names that several people have.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(FILMS_EDIT)
        return await stored_parts.namesakes(unit, names)

    async def describe_people(
        self, actor: Actor, unit: Unit, people: Iterable[Director]
    ) -> list[Namesake]:
        """Return people as a credit names them, with films that tell them apart.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(FILMS_EDIT)
        return await stored_parts.describe(unit, people)

    async def edit(
        self,
        actor: Actor,
        unit: Unit,
        film_id: int,
        values: Mapping[str, object],
        version: str | None = None,
    ) -> EditableFilm:
        """Change a film to the values that an operator entered for all fields.

        `version` is the version of the film that the operator edited.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN, FIELD_INVALID)
            DomainError(FILM_CHANGED): the film was changed since the operator opened it.
            DomainError(IMPORT_RUNNING): a new genre or person cannot be added during an import.
        """
        actor.require(FILMS_EDIT)
        fields = validate(values)
        before = await self._lock_film(unit, film_id)
        parts = validate_parts(values, before.parts)
        if version is not None and version != before.version:
            raise DomainError(Code.FILM_CHANGED)
        if fields == before.fields and parts == before.parts:
            return before
        ids = {
            each.field: await self._get_or_create_ids(unit, each, fields) for each in queries.NAMES
        }
        await _store_record(unit, before)
        await unit.run(queries.UPDATE, film_id=film_id, **film_row(fields, ids))
        await unit.run(STORE_WEIGHTED_RATING, film_id=film_id)
        for each in queries.NAMES:
            if getattr(fields, each.field) != getattr(before.fields, each.field):
                await counts.remove_film(unit, each.counted, before.access)
                await unit.run(each.unlink, film_id=film_id)
                await self._link(unit, each, before.access, ids[each.field])
        await stored_parts.store(unit, film_id, before.parts, parts, self._add_person)
        after = msgspec.structs.replace(before, fields=fields, parts=parts)
        changes = _changes(before, after)
        for revision in revisions_of_fields(changes):
            await self._revisions.increase(unit, revision)
        locked = await _lock_fields(unit, before, changes)
        after = msgspec.structs.replace(after, locked=locked)
        await index_films(unit, film_id)
        details = {"fields": changes} | _short_changes(before, after, changes)
        if locked != before.locked:
            details["locked"] = [name for name in locked if name not in before.locked]
        await record(actor, unit, Action.FILM_CHANGED, _subject(after), **details)
        return after

    async def replace_poster(self, actor: Actor, unit: Unit, film_id: int) -> None:
        """Remove and lock the address of a film's poster, because an uploaded one replaces it.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN)
        """
        actor.require(FILMS_EDIT)
        film = await self._lock_film(unit, film_id)
        await unit.run(queries.CLEAR_POSTER, film_id=film_id)
        await _lock_fields(unit, film, ("poster",))
        await record(actor, unit, Action.FILM_CHANGED, _subject(film), fields=["poster"])

    async def unlock(self, actor: Actor, unit: Unit, film_id: int, field: str) -> None:
        """Remove the lock of a field: the next import restores the value of its source.

        Does nothing if the field is not locked.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN)
        """
        actor.require(FILMS_EDIT)
        film = await self._lock_film(unit, film_id)
        if field not in film.locked:
            return
        await unit.run(queries.UNLOCK, film_id=film_id, field=field)
        await unit.run(queries.CLEAR_FINGERPRINT, film_id=film_id)
        await record(actor, unit, Action.FILM_UNLOCKED, _subject(film), fields=[field])

    async def add(self, actor: Actor, unit: Unit, values: Mapping[str, object]) -> int:
        """Add a film with the entered values, and return its id.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID)
            DomainError(IMPORT_RUNNING)
        """
        actor.require(FILMS_EDIT)
        fields, parts = validate(values), validate_parts(values, EditedParts())
        await unit.limit_lock_wait()
        await self._revisions.increase(unit, "catalogue")
        await _block_imports(unit)
        ids = {
            each.field: await self._get_or_create_ids(unit, each, fields) for each in queries.NAMES
        }
        inserted = await unit.first(queries.INSERT, added_at=now(), **film_row(fields, ids))
        film_id = inserted[0] if inserted else 0
        await unit.run(queries.INSERT_RECORD, film_id=film_id, external_id=token_hex(8))
        await unit.run(STORE_WEIGHTED_RATING, film_id=film_id)
        film = await _read(unit, film_id)
        for each in queries.NAMES:
            await self._link(unit, each, film.access, ids[each.field])
        await stored_parts.store(unit, film_id, EditedParts(), parts, self._add_person)
        film = msgspec.structs.replace(film, fields=fields, parts=parts)
        await index_films(unit, film_id)
        await record(actor, unit, Action.FILM_CREATED, _subject(film))
        return film_id

    async def get_or_create_names(
        self, unit: Unit, fields: FilmFields, directors: Mapping[str, int]
    ) -> dict[str, list[int]]:
        """Return the ids of a film's genres and directors, in order; create missing ones.

        `directors` are ids of people by the keys of their names, which are preferred.

        Raises:
            DomainError(IMPORT_RUNNING, BUSY)
        """
        genres = await self._get_or_create_ids(unit, queries.GENRES, fields)
        people = [
            directors.get(name_key(name))
            or await self._get_or_create_id(unit, queries.DIRECTORS, name)
            for name in fields.directors
        ]
        return {"genres": genres, "directors": list(dict.fromkeys(people)) or [UNKNOWN]}

    async def link_names(self, unit: Unit, film: FilmAccess, ids: dict[str, list[int]]) -> None:
        """Link a film without genres and directors to them, and count it."""
        for each in queries.NAMES:
            await self._link(unit, each, film, ids[each.field])

    async def _lock_film(self, unit: Unit, film_id: int) -> EditableFilm:
        """Return a film and lock it until the transaction ends."""
        await unit.limit_lock_wait()
        await self._revisions.lock(unit, "catalogue")
        return await _read(unit, film_id)

    async def _get_or_create_ids(
        self, unit: Unit, names: queries.NameStatements, fields: FilmFields
    ) -> list[int]:
        """Return the ids of a film's genres or directors, in order; create missing ones."""
        found = [
            await self._get_or_create_id(unit, names, name) for name in getattr(fields, names.field)
        ]
        return list(dict.fromkeys(found)) or [UNKNOWN]

    async def _get_or_create_id(self, unit: Unit, names: queries.NameStatements, name: str) -> int:
        key = name_key(name)
        known = await unit.first(names.known, name_key=key)
        if known is None and names is queries.GENRES:
            known = await unit.first(queries.GENRE_BY_ALIAS, alias_key=genre_key(name))
        if known is not None:
            return known[0]
        new_id = await self._add_name(unit, names, name)
        if names is queries.GENRES:
            alias = {"alias_key": genre_key(name), "genre_id": new_id}
            await unit.run(queries.ADD_GENRE_ALIAS, **alias)
            for language, translated in translated_names(name).items():
                row = {"genre_id": new_id, "language": language, "name": translated}
                await unit.run(ADD_GENRE_NAME, **row)
        return new_id

    async def _add_person(self, unit: Unit, name: str) -> int:
        return await self._add_name(unit, queries.DIRECTORS, name)

    async def _add_name(self, unit: Unit, names: queries.NameStatements, name: str) -> int:
        key = name_key(name)
        await _block_imports(unit)
        try:
            inserted = await unit.first(names.add, name=name, name_key=key, sort_key=sort_key(name))
        except Conflict:  # An import that has just finished has created it.
            raise DomainError(Code.BUSY, retry_after=1) from None
        return inserted[0] if inserted else 0

    async def _link(
        self, unit: Unit, names: queries.NameStatements, film: FilmAccess, ids: Sequence[int]
    ) -> None:
        rows = [
            {names.column: each, "film_id": film.film_id, "position": position}
            for position, each in enumerate(ids)
        ]
        await unit.run_many(names.link, rows)
        await counts.add_film(unit, names.counted, film)


def _as_film_manager(actor: Actor) -> Actor:
    """Return the actor with every label visible, if it may manage films.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN)
    """
    if not actor.may(FILMS_EDIT):
        actor.require(FILMS_LABEL)
    return msgspec.structs.replace(actor, labels=None)


async def _read(unit: Unit, film_id: int) -> EditableFilm:
    stored = await unit.first(queries.FILM, film_id=film_id)
    access = await unit.first(catalogue.FILM_ACCESS, film_id=film_id)
    if stored is None or access is None:
        survivor = await unit.first(queries.SURVIVOR_ID, old_id=film_id)
        if survivor is not None:
            raise DomainError(Code.FILM_MERGED, film=survivor[0], old=film_id)
        raise DomainError(Code.FILM_UNKNOWN)
    facts = {name: getattr(stored, name) for name in FACTS}
    names: dict[str, Any] = {}
    for each in queries.NAMES:
        rows = await unit.all(each.names_of_film, film_id=film_id)
        names[each.field] = tuple(name for name_id, name in rows if name_id != UNKNOWN)
    fields = FilmFields(**facts, **names)
    locks = {field for (field,) in await unit.all(queries.LOCKED, film_id=film_id)}
    locked = tuple(name for name in LOCKABLE if name in locks)
    records = tuple(await unit.all(queries.RECORDS, film_id=film_id))
    parts = await stored_parts.read(unit, film_id)
    return EditableFilm(film_id, fields, records, stored.votes, access, locked, parts)


async def _block_imports(unit: Unit) -> None:
    # An import assigns the ids of films, genres and directors itself.
    if not await unit.exclude_imports():
        raise DomainError(Code.IMPORT_RUNNING)


def film_row(fields: FilmFields, ids: dict[str, list[int]]) -> dict[str, object]:
    """Return the columns of a film's row with these values."""
    facts = {name: getattr(fields, name) for name in FACTS}
    return facts | {each.column: ids[each.field][0] for each in queries.NAMES}


def _subject(film: EditableFilm) -> Subject:
    return Subject("film", film.id, film.fields.title)


async def _store_record(unit: Unit, film: EditableFilm) -> None:
    """Store what the source of a film says, before the first edit of an imported film."""
    if film.is_by_hand or film.locked:
        return
    await store_records(unit, film)


async def _lock_fields(unit: Unit, film: EditableFilm, changed: Sequence[str]) -> tuple[str, ...]:
    """Lock the changed fields, and return all locked fields."""
    if film.is_by_hand:
        return ()
    await unit.run_many(queries.LOCK, [{"film_id": film.id, "field": name} for name in changed])
    return tuple(name for name in LOCKABLE if name in changed or name in film.locked)


def _changes(before: EditableFilm, after: EditableFilm) -> list[str]:
    return [name for name in LOCKABLE if _value(before, name) != _value(after, name)]


def _value(film: EditableFilm, name: str) -> Any:
    return getattr(film.parts if name in PARTS else film.fields, name)


def _short_changes(
    before: EditableFilm, after: EditableFilm, changed: Sequence[str]
) -> dict[str, object]:
    """Return the old and new values of the changed fields, except for long ones."""
    short = (name for name in changed if name not in LONG_FIELDS)
    return {name: [_value(before, name), _value(after, name)] for name in short}
