"""Merge two films into one, and undo it.

Public operations: merge, undo, merged_into, compare, duplicates, alike, dismiss, prune.

The references to the deleted film move to the survivor (`references`), and its id leads there. The
survivor keeps its own values.
"""

import msgspec

from kinoteka.core.access.model import FILMS_EDIT, FILMS_LABEL, Actor
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.catalogue import counts
from kinoteka.core.catalogue import queries as catalogue
from kinoteka.core.catalogue.film_index import index_films
from kinoteka.core.catalogue.model import FilmAccess
from kinoteka.core.catalogue.parts.service import read_parts
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.film_editing.records import store_records
from kinoteka.core.film_editing.service import FilmEditing
from kinoteka.core.film_merging import moving, queries
from kinoteka.core.film_merging.model import (
    BEFORE_ALL,
    DAYS_TO_UNDO,
    DUPLICATES_PAGE,
    AlikeFilm,
    ComparedFilm,
    DuplicatePosition,
    DuplicatesPage,
    Merge,
    MergedFilm,
    MergeState,
    StoredAccess,
    StoredRows,
)
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.database.weighted_ratings import STORE_ONE as STORE_WEIGHTED_RATING
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.clock import DAY, now

_decode_state = msgspec.json.Decoder(MergeState).decode


class FilmMerging:
    """Merges of films."""

    def __init__(self, revisions: Revisions, editing: FilmEditing) -> None:
        self._revisions = revisions
        self._editing = editing

    async def merge(self, actor: Actor, unit: Unit, merge: Merge) -> EditableFilm:
        """Merge a film into the survivor, and return the survivor.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN)
            DomainError(FIELD_INVALID): both ids are those of one film.
            DomainError(FILM_MERGED): one of the films has already been merged into another.
            DomainError(FILM_ACCESS_DIFFERS): the films have different labels, or only one is
                hidden, and `visibility_of` is neither film's id.
            DomainError(IMPORT_RUNNING, BUSY)
        """
        actor.require(FILMS_EDIT)
        if merge.survivor_id == merge.merged_id:
            raise field_invalid("other", "same_film")
        await begin_changes(unit, self._revisions)
        ids = {"old_id": merge.merged_id, "survivor_id": merge.survivor_id}
        await unit.all(queries.LOCK_FILMS, **ids)
        survivor = await self._editing.get(actor, unit, merge.survivor_id)
        merged = await self._editing.get(actor, unit, merge.merged_id)
        access = await _merged_access(actor, unit, merge, survivor.access, merged.access)
        for film in (survivor, merged):
            await store_records(unit, film)
            await _uncount(unit, film.access)
        (row,) = await unit.all(queries.FILM_ROW, old_id=merged.id)
        await unit.run(queries.ADD_PAIRS, **ids)
        separated = [list(each) for each in await unit.all(queries.REMOVE_SEPARATIONS, **ids)]
        moved, deleted = await moving.move_rows(unit, merged.id, survivor.id)
        await unit.run(queries.DELETE_FILM, old_id=merged.id)
        await unit.remove_from_index([merged.id])
        await index_films(unit, survivor.id)
        before, after = access
        if after != before:
            await unit.run(queries.SET_ACCESS, film_id=survivor.id, **msgspec.structs.asdict(after))
        await _count(unit, survivor.id)
        state = MergeState(
            survivor_id=survivor.id,
            film=StoredRows(queries.FILM_COLUMNS, [list(row)]),
            moved=moved,
            deleted=deleted,
            access_before=before if after != before else None,
            access_after=after if after != before else None,
            separations=StoredRows(queries.SEPARATION_COLUMNS, separated),
        )
        await unit.run(
            queries.ADD_REDIRECT,
            title=merged.fields.title,
            undo=msgspec.json.encode(state).decode(),
            until=now() + DAYS_TO_UNDO * DAY,
            **ids,
        )
        await record(actor, unit, Action.FILM_MERGED, _subject(survivor), merged=merged.id)
        return await self._editing.get(actor, unit, survivor.id)

    async def undo(self, actor: Actor, unit: Unit, old_id: int) -> int:
        """Undo the merge of a film, and return the id of the film that it was merged into.

        The references that moved return, if they still exist. Later ones stay with the survivor.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
            DomainError(MERGE_UNKNOWN): the merge does not exist, or it can no longer be undone.
            DomainError(MERGE_FOLLOWED): the survivor was merged itself; that must be undone first.
            DomainError(IMPORT_RUNNING, BUSY)
        """
        actor.require(FILMS_EDIT)
        await begin_changes(unit, self._revisions)
        found = await unit.first(queries.REDIRECT, old_id=old_id)
        if found is None or found[1] is None or found[2] <= now():
            raise DomainError(Code.MERGE_UNKNOWN, days=DAYS_TO_UNDO)
        survivor_id, state = found[0], _decode_state(found[1])
        if state.survivor_id != survivor_id:
            raise DomainError(Code.MERGE_FOLLOWED, film=state.survivor_id)
        survivor = await self._editing.get(actor, unit, survivor_id)
        genres: dict[int, int] = dict(await unit.all(catalogue.GENRE_REDIRECTS))
        await _uncount(unit, survivor.access)
        await moving.restore_film(unit, state, genres)
        await unit.run(queries.DELETE_REDIRECT, old_id=old_id)
        await moving.restore_rows(unit, state, old_id, genres)
        await unit.run(STORE_WEIGHTED_RATING, film_id=old_id)
        await _restore_access(unit, survivor_id, state)
        for film_id in (survivor_id, old_id):
            await _count(unit, film_id)
        film = await self._editing.get(actor, unit, old_id)
        await index_films(unit, survivor_id, old_id)
        await record(actor, unit, Action.FILM_MERGE_UNDONE, _subject(film), merged_into=survivor_id)
        return survivor_id

    async def merged_into(self, actor: Actor, unit: Unit, film_id: int) -> list[MergedFilm]:
        """Return the films that were merged into a film, if the merges can still be undone.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(FILMS_EDIT)
        return await unit.all(queries.MERGED_INTO, film_id=film_id, now=now())

    async def compare(
        self, actor: Actor, unit: Unit, film_id: int, other_id: int
    ) -> tuple[ComparedFilm, ComparedFilm]:
        """Return two films with everything that decides whether they are the same.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN, FILM_MERGED)
            DomainError(FIELD_INVALID): both ids are those of one film.
        """
        actor.require(FILMS_EDIT)
        film, other = await self._get_both(actor, unit, film_id, other_id)
        return await _compared(unit, film), await _compared(unit, other)

    async def duplicates(
        self, actor: Actor, unit: Unit, after: DuplicatePosition | None = None
    ) -> DuplicatesPage:
        """Return pairs of films that may be the same, whatever their labels.

        Those with the best evidence come first, then those with the most votes. `after` is the
        position of the last pair of the previous page.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(FILMS_EDIT)
        position = msgspec.structs.asdict(after or BEFORE_ALL)
        found = await unit.all_in_thread(queries.DUPLICATES, **position)
        pairs = found[:DUPLICATES_PAGE]
        return DuplicatesPage(pairs, pairs[-1].position if len(found) > len(pairs) else None)

    async def alike(self, actor: Actor, unit: Unit, film_id: int) -> list[AlikeFilm]:
        """Return films that may be the same as a film.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(FILMS_EDIT)
        return await unit.all(queries.ALIKE, film_id=film_id)

    async def dismiss(self, actor: Actor, unit: Unit, film_id: int, other_id: int) -> None:
        """Record that two films are not the same. Imports neither list nor join them again.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN, FILM_MERGED)
            DomainError(FIELD_INVALID): both ids are those of one film.
        """
        actor.require(FILMS_EDIT)
        await unit.limit_lock_wait()
        await self._revisions.lock(unit, "catalogue")
        film, other = await self._get_both(actor, unit, film_id, other_id)
        if await separate_films(unit, film.id, other.id):
            await record(actor, unit, Action.FILMS_DIFFER, _subject(film), other=other.id)

    async def _get_both(
        self, actor: Actor, unit: Unit, film_id: int, other_id: int
    ) -> tuple[EditableFilm, EditableFilm]:
        if film_id == other_id:
            raise field_invalid("other", "same_film")
        film = await self._editing.get(actor, unit, film_id)
        return film, await self._editing.get(actor, unit, other_id)

    async def prune(self, unit: Unit) -> int:
        """Delete what undoes merges that are too old, and return their number."""
        return await unit.run(queries.PRUNE, now=now())


async def begin_changes(unit: Unit, revisions: Revisions) -> None:
    """Begin a transaction that changes which films there are. Others wait until it ends.

    Raises:
        DomainError(IMPORT_RUNNING, BUSY)
    """
    await unit.limit_lock_wait()
    for name in ("catalogue", "library"):
        await revisions.increase(unit, name)
    if not await unit.exclude_imports():
        raise DomainError(Code.IMPORT_RUNNING)


async def separate_films(unit: Unit, film_id: int, other_id: int) -> bool:
    """Store that two films are not the same. Return whether that is new."""
    pair = {"film_id": min(film_id, other_id), "other_id": max(film_id, other_id), "now": now()}
    is_new = await unit.run(queries.DISMISS, **pair) or await unit.run(
        queries.ADD_DISMISSED, **pair
    )
    for one, other in ((film_id, other_id), (other_id, film_id)):
        await unit.run(queries.SEPARATE, film_id=one, other_id=other)
    return bool(is_new)


async def _merged_access(
    actor: Actor, unit: Unit, merge: Merge, survivor: FilmAccess, merged: FilmAccess
) -> tuple[StoredAccess, StoredAccess]:
    """Return the survivor's access before and after the merge."""
    before, other = [
        await _stored_access(unit, film_id) for film_id in (survivor.film_id, merged.film_id)
    ]
    if _visibility(survivor) == _visibility(merged) or merge.visibility_of == survivor.film_id:
        return before, before
    if merge.visibility_of != merged.film_id:
        raise DomainError(Code.FILM_ACCESS_DIFFERS)
    actor.require(FILMS_LABEL)
    return before, other


async def _restore_access(unit: Unit, survivor_id: int, state: MergeState) -> None:
    """Restore the survivor's visibility, unless it was changed after the merge."""
    if state.access_before is None or state.access_after != await _stored_access(unit, survivor_id):
        return
    values = msgspec.structs.asdict(state.access_before)
    await unit.run(queries.SET_ACCESS, film_id=survivor_id, **values)


async def _stored_access(unit: Unit, film_id: int) -> StoredAccess:
    access = await unit.first(queries.ACCESS, film_id=film_id)
    if access is None:
        raise DomainError(Code.FILM_UNKNOWN)
    return access


async def _compared(unit: Unit, film: EditableFilm) -> ComparedFilm:
    parts = await read_parts(unit, film.id)
    bookmarks, selections = (await unit.all(queries.COUNT_REFERENCES, film_id=film.id))[0]
    return ComparedFilm(film, parts, bookmarks, selections)


def _visibility(film: FilmAccess) -> tuple[int | None, bool, bool]:
    return film.label_id, film.hidden, film.label_lost


async def _uncount(unit: Unit, film: FilmAccess) -> None:
    for names in catalogue.NAME_STATEMENTS:
        await counts.remove_film(unit, names, film)


async def _count(unit: Unit, film_id: int) -> None:
    access = await unit.first(catalogue.FILM_ACCESS, film_id=film_id)
    if access is not None:
        for names in catalogue.NAME_STATEMENTS:
            await counts.add_film(unit, names, access)


def _subject(film: EditableFilm) -> Subject:
    return Subject("film", film.id, film.fields.title)
