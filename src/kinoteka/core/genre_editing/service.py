"""Merge genres that mean the same, and edit their names in other languages and their aliases.

Public operations: genres, get, find, compare, merge, set_names, add_alias, remove_alias.

The references to the deleted genre move to the survivor (`film_merging.references`), and its id and
its names lead there.
"""

from collections.abc import Mapping

from kinoteka.core.access.model import FILMS_EDIT, Actor
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.catalogue.model import Genre
from kinoteka.core.film_editing import queries as editing
from kinoteka.core.film_editing.service import MAX_ID_DIGITS
from kinoteka.core.film_merging.service import begin_changes
from kinoteka.core.genre_editing import queries
from kinoteka.core.genre_editing.model import (
    GENRES_PAGE,
    GenreComparison,
    GenresPage,
    ManagedGenre,
)
from kinoteka.core.imports.genre_vocabulary import genre_key, translated_names
from kinoteka.core.imports.names import name_key
from kinoteka.core.imports.queries import ADD_GENRE_NAME
from kinoteka.core.text import clean_name, clean_text
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError, field_invalid

MAX_NAME_LENGTH = 200


class GenreEditing:
    """The genres of the catalogue, for operators."""

    def __init__(self, revisions: Revisions) -> None:
        self._revisions = revisions

    async def genres(self, actor: Actor, unit: Unit, text: str = "", page: int = 1) -> GenresPage:
        """Return a page of the genres whose names contain a text.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID)
        """
        actor.require(FILMS_EDIT)
        part = name_key(clean_text(text, "q", MAX_NAME_LENGTH))
        skipped = (page - 1) * GENRES_PAGE
        found = await unit.all(queries.PAGE, part=part, most=GENRES_PAGE, skipped=skipped)
        ((total,),) = await unit.all(queries.COUNT, part=part)
        return GenresPage(found, total, -(-total // GENRES_PAGE))

    async def get(self, actor: Actor, unit: Unit, genre_id: int) -> ManagedGenre:
        """Return a genre.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, GENRE_UNKNOWN)
            DomainError(GENRE_MERGED): it was merged into another genre.
        """
        actor.require(FILMS_EDIT)
        name = await _name(unit, genre_id)
        ((films,),) = await unit.all_in_thread(queries.COUNT_FILMS, genre_id=genre_id)
        ((favourites,),) = await unit.all_in_thread(queries.COUNT_FAVOURITES, genre_id=genre_id)
        names = dict(await unit.all(queries.NAMES, genre_id=genre_id))
        aliases = [key for (key,) in await unit.all(queries.ALIASES, genre_id=genre_id)]
        return ManagedGenre(genre_id, name, films, favourites, names, aliases)

    async def find(self, actor: Actor, unit: Unit, text: str) -> int:
        """Return the id of the genre with a name, an alias or an id.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID, GENRE_UNKNOWN)
        """
        actor.require(FILMS_EDIT)
        name = clean_text(text, "other", MAX_NAME_LENGTH)
        known = await _find(unit, name)
        if known is not None:
            return known
        if not name.isascii() or not name.isdigit() or len(name) > MAX_ID_DIGITS:
            raise DomainError(Code.GENRE_UNKNOWN)
        await _name(unit, int(name))
        return int(name)

    async def compare(
        self, actor: Actor, unit: Unit, survivor_id: int, merged_id: int
    ) -> GenreComparison:
        """Return two genres with what a merge would change.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, GENRE_UNKNOWN, GENRE_MERGED)
            DomainError(FIELD_INVALID): both ids are those of one genre.
        """
        actor.require(FILMS_EDIT)
        _require_different(survivor_id, merged_id)
        survivor = await self.get(actor, unit, survivor_id)
        merged = await self.get(actor, unit, merged_id)
        ids = {"survivor_id": survivor_id, "old_id": merged_id}
        ((shared,),) = await unit.all_in_thread(queries.COUNT_SHARED, **ids)
        return GenreComparison(survivor, merged, shared)

    async def merge(self, actor: Actor, unit: Unit, survivor_id: int, merged_id: int) -> Genre:
        """Merge a genre into the survivor, and return the survivor. It cannot be undone.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, GENRE_UNKNOWN)
            DomainError(FIELD_INVALID): both ids are those of one genre.
            DomainError(GENRE_MERGED): one of the genres has already been merged into another.
            DomainError(IMPORT_RUNNING, BUSY)
        """
        actor.require(FILMS_EDIT)
        _require_different(survivor_id, merged_id)
        await begin_changes(unit, self._revisions)
        ids = {"survivor_id": survivor_id, "old_id": merged_id}
        await unit.all(queries.LOCK, **ids)
        survivor = Genre(survivor_id, await _name(unit, survivor_id))
        merged = Genre(merged_id, await _name(unit, merged_id))
        if await unit.run(queries.MOVE_FAVOURITES, **ids):
            await self._revisions.increase(unit, "accounts")
        await unit.run(queries.KEEP_EARLIER_POSITION, **ids)
        for statement in queries.MOVES:
            await unit.run(statement, **ids)
        for statement in queries.DELETE_LEFT:
            await unit.run(statement, old_id=merged_id)
        for statement in queries.RECOUNT:
            await unit.run(statement, genre_id=survivor_id)
        await unit.run(queries.DELETE_GENRE, old_id=merged_id)
        await unit.run(queries.ADD_REDIRECT, **ids)
        # Imports that call it by its old name find the survivor.
        await unit.run(
            editing.ADD_GENRE_ALIAS, alias_key=genre_key(merged.name), genre_id=survivor_id
        )
        details = {"merged": merged_id, "title": merged.name}
        await record(actor, unit, Action.GENRE_MERGED, _subject(survivor), **details)
        return survivor

    async def set_names(
        self, actor: Actor, unit: Unit, genre_id: int, names: Mapping[str, str]
    ) -> None:
        """Set the names of a genre by language.

        An empty name restores that of a common genre, or deletes that of another one.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, GENRE_UNKNOWN, GENRE_MERGED, FIELD_INVALID, BUSY)
        """
        actor.require(FILMS_EDIT)
        given = {each: clean_name(name, each, MAX_NAME_LENGTH) for each, name in names.items()}
        genre = await self._lock(unit, genre_id)
        common = translated_names(genre.name)
        given = {each: name or common.get(each, "") for each, name in given.items()}
        stored = dict(await unit.all(queries.NAMES, genre_id=genre_id))
        changed = {each: name for each, name in given.items() if name != stored.get(each, "")}
        for language, name in changed.items():
            row = {"genre_id": genre_id, "language": language}
            await unit.run(queries.DELETE_NAME, **row)
            if name:
                await unit.run(ADD_GENRE_NAME, name=name, **row)
        if changed:
            await self._revisions.increase(unit, "film_genres")
            before = {each: stored.get(each) for each in changed}
            details = {
                "before": before,
                "after": {key: name or None for key, name in changed.items()},
            }
            await record(actor, unit, Action.GENRE_CHANGED, _subject(genre), **details)

    async def add_alias(self, actor: Actor, unit: Unit, genre_id: int, alias: str) -> None:
        """Add a name by which imports and operators may call a genre.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, GENRE_UNKNOWN, GENRE_MERGED, BUSY)
            DomainError(FIELD_INVALID): it is empty, or another genre has this name or alias.
            DomainError(IMPORT_RUNNING)
        """
        actor.require(FILMS_EDIT)
        name = clean_name(alias, "alias", MAX_NAME_LENGTH)
        if not name:
            raise field_invalid("alias", "empty")
        genre = await self._lock(unit, genre_id)
        if not await unit.exclude_imports():
            raise DomainError(Code.IMPORT_RUNNING)
        key = {"alias_key": genre_key(name)}
        named = await unit.first(queries.BY_NAME, name_key=name_key(name))
        aliased = await unit.first(editing.GENRE_BY_ALIAS, **key)
        if not {genre_id} >= {each[0] for each in (named, aliased) if each is not None}:
            raise field_invalid("alias", "genre_taken")
        if aliased is None:
            await unit.run(editing.ADD_GENRE_ALIAS, genre_id=genre_id, **key)
            details = {"added": key["alias_key"]}
            await record(actor, unit, Action.GENRE_CHANGED, _subject(genre), **details)

    async def remove_alias(self, actor: Actor, unit: Unit, genre_id: int, alias_key: str) -> None:
        """Remove an alias. Do nothing if the genre does not have it.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, GENRE_UNKNOWN, GENRE_MERGED, BUSY)
        """
        actor.require(FILMS_EDIT)
        genre = await self._lock(unit, genre_id)
        if await unit.run(queries.DELETE_ALIAS, genre_id=genre_id, alias_key=alias_key):
            details = {"removed": alias_key}
            await record(actor, unit, Action.GENRE_CHANGED, _subject(genre), **details)

    async def _lock(self, unit: Unit, genre_id: int) -> Genre:
        """Return a genre after other changes of the catalogue, which wait for the transaction."""
        await unit.limit_lock_wait()
        await self._revisions.lock(unit, "catalogue")
        return Genre(genre_id, await _name(unit, genre_id))


def _require_different(survivor_id: int, merged_id: int) -> None:
    if survivor_id == merged_id:
        raise field_invalid("other", "same_genre")


async def _find(unit: Unit, name: str) -> int | None:
    """Return the id of the genre with a name, else of the one with this alias."""
    found = await unit.first(queries.BY_NAME, name_key=name_key(name))
    if found is None:
        found = await unit.first(editing.GENRE_BY_ALIAS, alias_key=genre_key(name))
    return None if found is None else found[0]


async def _name(unit: Unit, genre_id: int) -> str:
    found = await unit.first(queries.GENRE, genre_id=genre_id)
    if found is not None:
        return found[0]
    survivor = await unit.first(queries.SURVIVOR, genre_id=genre_id)
    if survivor is None:
        raise DomainError(Code.GENRE_UNKNOWN)
    raise DomainError(Code.GENRE_MERGED, genre=survivor[0], old=genre_id)


def _subject(genre: Genre) -> Subject:
    return Subject("genre", genre.id, genre.name)
