"""Films as operators change them, whatever label they are under.

Public operations: films, get, edit, unlock, add. Labels and hiding are in `catalogue.labels`.

Whoever holds `films.edit` or `films.label` gets at every film here, hidden ones and those under
labels that they could not see elsewhere: otherwise nobody could undo what they have done. An edited
field is locked: imports leave it as it is until an operator removes the lock.
"""

from array import array
from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

import msgspec

from kinoteka.core.access.model import FILMS_EDIT, FILMS_LABEL, Actor
from kinoteka.core.access.service import Access
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.catalogue import counts
from kinoteka.core.catalogue import queries as catalogue
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import (
    FACTS,
    FIELDS,
    UNKNOWN,
    Film,
    FilmAccess,
    FilmFields,
    FilmQuery,
)
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.editing import queries
from kinoteka.core.editing.checking import checked
from kinoteka.core.editing.model import BY_HAND, EditableFilm
from kinoteka.core.imports.names import name_key
from kinoteka.database.film_search import IndexEntry
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Conflict, Unit
from kinoteka.errors import Code, DomainError

ID_LONGEST = 18
"""Digits that every database takes for a number."""
LONG_FIELDS = ("description",)


class Editing:
    """Lets operators change films one at a time."""

    def __init__(self, revisions: Revisions, access: Access, films: Catalogue) -> None:
        self._revisions = revisions
        self._access = access
        self._catalogue = films

    async def films(
        self, actor: Actor, unit: Unit, query: FilmQuery, address: str
    ) -> Listing[Film]:
        """Every film that a query chooses; a text of digits is also looked for among the ids.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN), and what `Catalogue.films` raises.
        """
        everybody = _seeing_all(actor)
        found = await self._catalogue.films(everybody, unit, query, address)
        text = (query.text or "").strip()
        if not text.isascii() or not text.isdigit() or len(text) > ID_LONGEST:
            return found
        named = await self._catalogue.films_by_id(everybody, unit, [int(text)])
        if not named:
            return found
        first = named[0]
        rest = [film async for chunk in found.chunks() for film in chunk if film.id != first.id]
        by_id = {film.id: film for film in (first, *rest)}

        async def read(some: Sequence[int]) -> list[Film]:
            return [by_id[film_id] for film_id in some]

        return Listing(array("q", by_id), read)

    async def get(self, actor: Actor, unit: Unit, film_id: int) -> EditableFilm:
        """One film with all that may be changed.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN)
        """
        _seeing_all(actor)
        return await _read(unit, film_id)

    async def edit(
        self,
        actor: Actor,
        unit: Unit,
        film_id: int,
        typed: Mapping[str, object],
        version: str | None = None,
    ) -> EditableFilm:
        """Change a film. `typed` has every field as an operator typed it.

        `version` is the version of the fields that the operator saw.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN, FIELD_INVALID)
            DomainError(FILM_CHANGED): somebody else has changed it meanwhile.
            DomainError(IMPORT_RUNNING): it needs a new genre or director, which an import keeps.
        """
        actor.require(FILMS_EDIT)
        wanted = checked(typed)
        before = await self._held(unit, film_id)
        if version is not None and version != before.version:
            raise DomainError(Code.FILM_CHANGED)
        if wanted == before.fields:
            return before
        ids = {each.field: await self._ids_of(unit, each, wanted) for each in queries.NAMES}
        await unit.run(queries.UPDATE, film_id=film_id, **_row(wanted, ids))
        for each in queries.NAMES:
            if getattr(wanted, each.field) != getattr(before.fields, each.field):
                await counts.remove_film(unit, each.counted, before.access)
                await unit.run(each.leave, film_id=film_id)
                await self._join(unit, each, before.access, ids[each.field])
        changes = _changes(before.fields, wanted)
        locked = await _lock(unit, before, changes)
        after = msgspec.structs.replace(before, fields=wanted, locked=locked)
        await _index(unit, after)
        details = {"fields": changes} | _short(before.fields, wanted, changes)
        if locked != before.locked:
            details["locked"] = [name for name in locked if name not in before.locked]
        await record(actor, unit, Action.FILM_CHANGED, _subject(after), **details)
        return after

    async def unlock(self, actor: Actor, unit: Unit, film_id: int, field: str) -> None:
        """Let imports change a field again: the next one restores what its data set says.

        Does nothing if the field is not locked.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN)
        """
        actor.require(FILMS_EDIT)
        film = await self._held(unit, film_id)
        if field not in film.locked:
            return
        await unit.run(queries.UNLOCK, film_id=film_id, field=field)
        await unit.run(queries.FORGET_FINGERPRINT, film_id=film_id)
        await record(actor, unit, Action.FILM_UNLOCKED, _subject(film), fields=[field])

    async def add(self, actor: Actor, unit: Unit, typed: Mapping[str, object]) -> int:
        """Add a film that comes from no import. Return its id.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID)
            DomainError(IMPORT_RUNNING)
        """
        actor.require(FILMS_EDIT)
        wanted = checked(typed)
        await unit.limit_lock_wait()
        await self._revisions.increase(unit, "catalogue")
        await _keep_imports_out(unit)
        ids = {each.field: await self._ids_of(unit, each, wanted) for each in queries.NAMES}
        named = {"source": BY_HAND, "external_id": token_hex(8)}
        made = await unit.first(queries.INSERT, **_row(wanted, ids), **named)
        film_id = made[0] if made else 0
        film = await _read(unit, film_id)
        for each in queries.NAMES:
            await self._join(unit, each, film.access, ids[each.field])
        film = msgspec.structs.replace(film, fields=wanted)
        await _index(unit, film)
        await record(actor, unit, Action.FILM_CREATED, _subject(film))
        return film_id

    async def _held(self, unit: Unit, film_id: int) -> EditableFilm:
        """The film, which nobody else changes before the transaction has ended."""
        await unit.limit_lock_wait()
        await self._revisions.increase(unit, "catalogue")
        return await _read(unit, film_id)

    async def _ids_of(self, unit: Unit, names: queries.Names, fields: FilmFields) -> list[int]:
        """The ids of a film's genres, or directors, in order; what is new is made."""
        found = [await self._id_of(unit, names, name) for name in getattr(fields, names.field)]
        return found or [UNKNOWN]

    async def _id_of(self, unit: Unit, names: queries.Names, name: str) -> int:
        key = name_key(name)
        known = await unit.first(names.known, name_key=key)
        if known is not None:
            return known[0]
        await _keep_imports_out(unit)
        try:
            made = await unit.first(names.add, name=name, name_key=key)
        except Conflict:  # an import that has just ended has made it
            raise DomainError(Code.BUSY, retry_after=1) from None
        return made[0] if made else 0

    async def _join(
        self, unit: Unit, names: queries.Names, film: FilmAccess, ids: Sequence[int]
    ) -> None:
        rows = [
            {names.column: each, "film_id": film.film_id, "position": position}
            for position, each in enumerate(ids)
        ]
        await unit.run_many(names.join, rows)
        await counts.add_film(unit, names.counted, film)


def _seeing_all(actor: Actor) -> Actor:
    """Who manages films sees every one of them here.

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
        raise DomainError(Code.FILM_UNKNOWN)
    facts = {name: getattr(stored, name) for name in FACTS}
    members: dict[str, Any] = {}
    for each in queries.NAMES:
        named = await unit.all(each.of_film, film_id=film_id)
        members[each.field] = tuple(name for member, name in named if member != UNKNOWN)
    fields = FilmFields(**facts, **members)
    locks = {field for (field,) in await unit.all(queries.LOCKED, film_id=film_id)}
    locked = tuple(name for name in FIELDS if name in locks)
    return EditableFilm(
        film_id, fields, stored.source, stored.external_id, stored.votes, access, locked
    )


async def _keep_imports_out(unit: Unit) -> None:
    # An import gives ids to films, genres and directors by itself.
    if not await unit.exclude_imports():
        raise DomainError(Code.IMPORT_RUNNING)


async def _index(unit: Unit, film: EditableFilm) -> None:
    fields = film.fields
    await unit.index([IndexEntry(film.id, fields.title, fields.original_title, film.votes)])


def _row(fields: FilmFields, ids: dict[str, list[int]]) -> dict[str, object]:
    facts = {name: getattr(fields, name) for name in FACTS}
    return facts | {each.column: ids[each.field][0] for each in queries.NAMES}


def _subject(film: EditableFilm) -> Subject:
    return Subject("film", film.id, film.fields.title)


async def _lock(unit: Unit, film: EditableFilm, changed: Sequence[str]) -> tuple[str, ...]:
    """Lock the fields that an operator changes. Return all that are locked then."""
    if film.source == BY_HAND:  # no import ever brings it
        return ()
    await unit.run_many(queries.LOCK, [{"film_id": film.id, "field": name} for name in changed])
    return tuple(name for name in FIELDS if name in changed or name in film.locked)


def _changes(before: FilmFields, after: FilmFields) -> list[str]:
    return [name for name in FIELDS if getattr(before, name) != getattr(after, name)]


def _short(before: FilmFields, after: FilmFields, changed: Sequence[str]) -> dict[str, object]:
    """Return the old and the new value of each changed field that is short."""
    short = (name for name in changed if name not in LONG_FIELDS)
    return {name: [getattr(before, name), getattr(after, name)] for name in short}
