"""Films as operators change them, whatever label they are under.

Public operations: films, get, edit, add. Labels and hiding are in `catalogue.labels`.

Whoever holds `films.edit` or `films.label` gets at every film here, hidden ones and those under
labels that they could not see elsewhere: otherwise nobody could undo what they have done. What is
edited stays until an import brings a film whose row in the data set has changed.
"""

from array import array
from collections.abc import Sequence
from secrets import token_hex
from typing import Any

import msgspec

from kinoteka.core.access.model import FILMS_EDIT, FILMS_LABEL, Actor
from kinoteka.core.access.service import Access
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.recording import record
from kinoteka.core.catalogue import counts
from kinoteka.core.catalogue import queries as catalogue
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import UNKNOWN, Film, FilmAccess, FilmQuery
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.editing import queries
from kinoteka.core.editing.checking import checked
from kinoteka.core.editing.model import BY_HAND, EditableFilm, FilmFields
from kinoteka.core.imports.names import name_key
from kinoteka.database.film_search import Entry
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
        fields: FilmFields,
        version: str | None = None,
    ) -> EditableFilm:
        """Change a film; `version` is that of the fields which somebody has had before them.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN, FIELD_INVALID)
            DomainError(FILM_CHANGED): somebody else has changed it meanwhile.
            DomainError(IMPORT_RUNNING): it needs a new genre or director, which an import keeps.
        """
        actor.require(FILMS_EDIT)
        wanted = checked(fields)
        before = await self._held(unit, film_id)
        if version is not None and version != before.version:
            raise DomainError(Code.FILM_CHANGED)
        if wanted == before.fields:
            return before
        ids = {each.field: await self._ids_of(unit, each, wanted) for each in queries.NAMES}
        await unit.run(queries.UPDATE, film_id=film_id, **_row(wanted, ids))
        for each in queries.NAMES:
            if getattr(wanted, each.field) != getattr(before.fields, each.field):
                await counts.take_out(unit, each.counted, before.access)
                await unit.run(each.leave, film_id=film_id)
                await self._join(unit, each, before.access, ids[each.field])
        after = msgspec.structs.replace(before, fields=wanted)
        await _index(unit, after)
        await record(actor, unit, Action.FILM_CHANGED, _subject(after), **_changes(before, after))
        return after

    async def add(self, actor: Actor, unit: Unit, fields: FilmFields) -> int:
        """Add a film that no import has brought; its id.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID)
            DomainError(IMPORT_RUNNING)
        """
        actor.require(FILMS_EDIT)
        wanted = checked(fields)
        await unit.wait_briefly()
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
        await unit.wait_briefly()
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
        await counts.put_in(unit, names.counted, film)


def _seeing_all(actor: Actor) -> Actor:
    """Who manages films sees every one of them here.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN)
    """
    if not actor.may(FILMS_EDIT):
        actor.require(FILMS_LABEL)
    return msgspec.structs.replace(actor, labels=None)


async def _read(unit: Unit, film_id: int) -> EditableFilm:
    row = await unit.first(queries.FILM, film_id=film_id)
    access = await unit.first(catalogue.FILM_ACCESS, film_id=film_id)
    if row is None or access is None:
        raise DomainError(Code.FILM_UNKNOWN)
    values = tuple(row)
    plain = dict(zip(queries.PLAIN, values, strict=False))
    members: dict[str, Any] = {}
    for each in queries.NAMES:
        named = await unit.all(each.of_film, film_id=film_id)
        members[each.field] = tuple(name for member, name in named if member != UNKNOWN)
    source, external_id, votes = values[len(plain) :]
    fields = FilmFields(**plain, **members)
    return EditableFilm(film_id, fields, source, external_id, votes, access)


async def _keep_imports_out(unit: Unit) -> None:
    # An import gives ids to films, genres and directors by itself.
    if not await unit.keep_imports_out():
        raise DomainError(Code.IMPORT_RUNNING)


async def _index(unit: Unit, film: EditableFilm) -> None:
    fields = film.fields
    await unit.index([Entry(film.id, fields.title, fields.original_title, film.votes)])


def _row(fields: FilmFields, ids: dict[str, list[int]]) -> dict[str, object]:
    plain = {name: getattr(fields, name) for name in queries.PLAIN}
    return plain | {each.column: ids[each.field][0] for each in queries.NAMES}


def _subject(film: EditableFilm) -> Subject:
    return Subject("film", film.id, film.fields.title)


def _changes(before: EditableFilm, after: EditableFilm) -> dict[str, object]:
    """Which fields were changed; of short ones, from what to what."""
    old, new = (msgspec.structs.asdict(film.fields) for film in (before, after))
    changed = [name for name in old if old[name] != new[name]]
    return {"fields": changed} | {
        name: [old[name], new[name]] for name in changed if name not in LONG_FIELDS
    }
