"""Selections: lists of films that accounts make and operators feature.

Public operations: list_public, public_ids, list_editable, get, visible_ids, list_films,
get_editable, create, change, delete, place_film, remove_film, delete_all_of; may_edit, may_delete.

Accounts create and edit their own selections. With the permission `selections.feature` an operator
may feature public selections, and edit all that are public, featured or the site's. Nobody else
may edit a featured selection. Selections omit the films that are not visible to the actor.
"""

from array import array
from collections.abc import Collection, Sequence

import msgspec
from msgspec import UNSET

from kinoteka.core.access.model import SELECTIONS_FEATURE, Actor
from kinoteka.core.accounts.queries import LOCK
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import Film
from kinoteka.core.catalogue.positions import Ids, Positions, parse_ids
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.library import queries
from kinoteka.core.library.demo_texts import in_language
from kinoteka.core.library.model import (
    MAX_FILMS,
    MAX_LISTED_FILMS,
    MAX_SELECTIONS,
    NewSelection,
    Selection,
    SelectionChange,
    SelectionFilm,
    SelectionPage,
    SelectionPosition,
)
from kinoteka.core.library.sparse_positions import place, store_films
from kinoteka.core.text import clean_public_text
from kinoteka.database.revisions import FILM_SET, Revisions
from kinoteka.database.unit import Conflict, Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.clock import now

MAX_TITLE_LENGTH = 200
MAX_DESCRIPTION_LENGTH = 2000


class Selections:
    """The selections of all accounts and of the site."""

    def __init__(self, revisions: Revisions, catalogue: Catalogue) -> None:
        self._revisions = revisions
        self._catalogue = catalogue
        self._positions = Positions(revisions, ("library", FILM_SET))

    async def list_public(
        self, actor: Actor, unit: Unit, offset: int, limit: int, *, featured: bool | None = None
    ) -> SelectionPage:
        """Return the public selections with a visible film: featured first, then newest first.

        `featured` returns only featured selections (True) or only others (False).
        """
        ids = await self.public_ids(actor, unit, featured)
        page = await self._page(actor, unit, ids, offset, limit)
        # Another process may have made a selection private since the ids were read.
        public = [selection for selection in page.selections if selection.public]
        return SelectionPage(public, page.total)

    async def public_ids(self, actor: Actor, unit: Unit, featured: bool | None) -> Ids:
        """Return the ids of the public selections with a visible film, in order."""
        statement = queries.public_order(featured)
        return await self._positions.get(
            unit,
            (featured, actor.labels),
            lambda reader: parse_ids(reader.fetch(statement, **visible_to(actor.labels))[0][0]),
        )

    async def list_editable(
        self, actor: Actor, unit: Unit, offset: int, limit: int
    ) -> SelectionPage:
        """Return the selections that the actor may edit or delete, newest first.

        Operators also get the featured selections and the site's.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        account_id = actor.require_account()
        statement = queries.editable_order(operator=actor.may(SELECTIONS_FEATURE))
        rows = await unit.all_in_thread(statement, account_id=account_id)
        return await self._page(actor, unit, parse_ids(rows[0][0]), offset, limit)

    async def get(self, actor: Actor, unit: Unit, selection_id: int) -> Selection:
        """Return a selection.

        Raises:
            DomainError(SELECTION_UNKNOWN): it does not exist, or is private to another account.
        """
        selection = await self._with_films(actor, unit, await _open(actor, unit, selection_id))
        return in_language(selection, actor.language)

    async def list_films(self, actor: Actor, unit: Unit, selection_id: int) -> Listing[Film]:
        """Return the visible films of a selection, in its order.

        Raises:
            DomainError(SELECTION_UNKNOWN)
        """
        selection = await self.get(actor, unit, selection_id)
        ids = array("q", (film.id for film in selection.films))
        return Listing(ids, lambda chunk: self._catalogue.films_by_id(actor, unit, chunk))

    async def visible_ids(
        self, actor: Actor, unit: Unit, selection_ids: Collection[int]
    ) -> frozenset[int]:
        """Return the ids of those selections that the actor may open."""
        found = await unit.all(queries.SELECTIONS, ids=[*selection_ids])
        return frozenset(each.id for each in found if _may_open(actor, each))

    async def get_editable(self, actor: Actor, unit: Unit, selection_id: int) -> Selection:
        """Return a selection that the actor may edit.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN)
        """
        return await self._with_films(actor, unit, await _open_to_edit(actor, unit, selection_id))

    async def create(self, actor: Actor, unit: Unit, new: NewSelection) -> Selection:
        """Create a selection of the actor, or a featured one of the site.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(FORBIDDEN): the actor may not feature selections.
            DomainError(FIELD_INVALID, FILM_UNKNOWN, SELECTION_FULL, SELECTIONS_TOO_MANY)
        """
        account_id = actor.require_account()
        if new.featured:
            actor.require(SELECTIONS_FEATURE)
        texts = {name: _text(name, getattr(new, name)) for name in ("title", "description")}
        wanted = list(dict.fromkeys(new.film_ids))
        _require_room(len(wanted))
        films = await self._catalogue.films_by_any_id(actor, unit, wanted)
        if len(films) < len(wanted):
            raise DomainError(Code.FILM_UNKNOWN)
        film_ids = list(dict.fromkeys(films[film_id].id for film_id in wanted))
        owner = None if new.featured else account_id
        new_id = await self._insert(
            unit, account_id=owner, featured=new.featured, public=new.public, **texts
        )
        await store_films(unit, new_id, film_ids)
        if new.featured:
            subject = Subject("selection", new_id, texts["title"])
            await record(actor, unit, Action.SELECTION_FEATURED, subject)
        await self._invalidate(unit, public=new.public)
        return await self.get(actor, unit, new_id)

    async def change(
        self, actor: Actor, unit: Unit, selection_id: int, change: SelectionChange
    ) -> Selection:
        """Change the title, description, visibility or featuring of a selection.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN, FIELD_INVALID)
        """
        fields = msgspec.structs.asdict(change).items()
        values = {name: value for name, value in fields if value is not UNSET}
        for name in ("title", "description"):
            if name in values:
                values[name] = _text(name, values[name])
        before = await self._lock_to_edit(actor, unit, selection_id)
        if values.get("featured", before.featured) != before.featured:
            actor.require(SELECTIONS_FEATURE)
        for name, value in values.items():
            await unit.run(queries.CHANGE[name], selection_id=selection_id, value=value)
        after = msgspec.structs.replace(before, **values)
        await _record_change(actor, unit, before, after)
        await self._invalidate(unit, public=before.public or after.public)
        return await self._with_films(actor, unit, after)

    async def delete(self, actor: Actor, unit: Unit, selection_id: int) -> None:
        """Delete a selection. Its owner may delete it even when it is featured.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN)
        """
        actor.require_account()
        await unit.run(queries.TOUCH, selection_id=selection_id, at=now())
        selection = await _open(actor, unit, selection_id)
        if not may_delete(actor, selection):
            actor.require(SELECTIONS_FEATURE)
        await unit.run(queries.DELETE, selection_id=selection_id)
        if not _is_own(actor, selection):
            await record(actor, unit, Action.SELECTION_DELETED, _subject(selection))
        await self._invalidate(unit, public=selection.public)

    async def place_film(
        self, actor: Actor, unit: Unit, selection_id: int, film_id: int, position: int | None = None
    ) -> Selection:
        """Add a film to a selection or move it; `position` counts from 0, None is the end.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN, FILM_UNKNOWN, SELECTION_FULL)
        """
        selection = await self._lock_to_edit(actor, unit, selection_id)
        film = await self._catalogue.film(actor, unit, film_id)
        stored = await unit.all(
            queries.POSITIONS, selection_id=selection_id, **visible_to(actor.labels)
        )
        rest = [each for each in stored if each.film_id != film.id]
        if len(rest) == len(stored):
            _require_room(len(stored) + 1)
        await place(unit, selection_id, film.id, rest, _index_of(rest, position))
        await self._invalidate(unit, public=selection.public)
        return await self.get(actor, unit, selection_id)

    async def remove_film(
        self, actor: Actor, unit: Unit, selection_id: int, film_id: int
    ) -> Selection:
        """Remove a film from a selection, if it contains the film.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN, FILM_UNKNOWN)
        """
        selection = await self._lock_to_edit(actor, unit, selection_id)
        film = await self._catalogue.film(actor, unit, film_id)
        await unit.run(queries.DELETE_FILM, selection_id=selection_id, film_id=film.id)
        await self._invalidate(unit, public=selection.public)
        return await self.get(actor, unit, selection_id)

    async def delete_all_of(self, unit: Unit, account_id: int) -> None:
        """Delete the selections of an account that is being deleted."""
        await unit.run(queries.DELETE_ALL, account_id=account_id)
        await self._invalidate(unit, public=True)

    async def _page(
        self, actor: Actor, unit: Unit, ids: Ids, offset: int, limit: int
    ) -> SelectionPage:
        page_ids = list(ids[offset : offset + limit])
        found = {each.id: each for each in await unit.all(queries.SELECTIONS, ids=page_ids)}
        existing = [found[selection_id] for selection_id in page_ids if selection_id in found]
        return SelectionPage(await self._with_first_films(actor, unit, existing), len(ids))

    async def _with_films(self, actor: Actor, unit: Unit, selection: Selection) -> Selection:
        # Reading a thousand films takes milliseconds, so use a thread.
        read = unit.all if unit.in_transaction else unit.all_in_thread
        values = {**visible_to(actor.labels), "language": actor.language}
        rows = await read(queries.FILMS_OF, ids=[selection.id], **values)
        films = tuple(film for _, film in rows)
        return msgspec.structs.replace(selection, films=films, total=len(films))

    async def _with_first_films(
        self, actor: Actor, unit: Unit, selections: Sequence[Selection]
    ) -> list[Selection]:
        ids = [selection.id for selection in selections]
        films: dict[int, list[SelectionFilm]] = {selection_id: [] for selection_id in ids}
        totals = dict.fromkeys(ids, 0)
        values = {**visible_to(actor.labels), "language": actor.language, "most": MAX_LISTED_FILMS}
        rows = await unit.all_in_thread(queries.FIRST_FILMS_OF, ids=ids, **values)
        for selection_id, total, film in rows:
            films[selection_id].append(film)
            totals[selection_id] = total
        return [
            in_language(
                msgspec.structs.replace(each, films=tuple(films[each.id]), total=totals[each.id]),
                actor.language,
            )
            for each in selections
        ]

    async def _lock_to_edit(self, actor: Actor, unit: Unit, selection_id: int) -> Selection:
        """Return a selection that the actor may edit; the transaction locks it for others."""
        actor.require_account()
        await unit.run(queries.TOUCH, selection_id=selection_id, at=now())
        return await _open_to_edit(actor, unit, selection_id)

    async def _insert(self, unit: Unit, account_id: int | None, **row: object) -> int:
        if account_id is not None:
            # Concurrent requests must not exceed the limit together.
            await unit.queue(LOCK, account_id=account_id)
            count = await unit.first(queries.COUNT, account_id=account_id)
            if count is not None and count[0] >= MAX_SELECTIONS:
                raise DomainError(Code.SELECTIONS_TOO_MANY, limit=MAX_SELECTIONS)
        try:
            inserted = await unit.first(queries.INSERT, account_id=account_id, at=now(), **row)
        except Conflict:  # The account was deleted during this request.
            raise DomainError(Code.UNAUTHORIZED) from None
        return inserted[0] if inserted else 0

    async def _invalidate(self, unit: Unit, *, public: bool) -> None:
        # Only public selections are cached.
        if public:
            await self._revisions.increase(unit, "library")


def may_edit(actor: Actor, selection: Selection) -> bool:
    """Return whether the actor may edit a selection that it may open."""
    return actor.may(SELECTIONS_FEATURE) or (_is_own(actor, selection) and not selection.featured)


def may_delete(actor: Actor, selection: Selection) -> bool:
    """Return whether the actor may delete a selection that it may open.

    The owner may delete a selection even when it is featured.
    """
    return actor.may(SELECTIONS_FEATURE) or _is_own(actor, selection)


def _may_open(actor: Actor, selection: Selection) -> bool:
    if selection.public or _is_own(actor, selection):
        return True
    is_operators = selection.featured or selection.account_id is None
    return is_operators and actor.may(SELECTIONS_FEATURE)


def _is_own(actor: Actor, selection: Selection) -> bool:
    return selection.account_id is not None and selection.account_id == actor.account_id


def _subject(selection: Selection) -> Subject:
    return Subject("selection", selection.id, selection.title)


async def _record_change(actor: Actor, unit: Unit, before: Selection, after: Selection) -> None:
    """Record featuring, and an operator's changes of another account's selection."""
    if after.featured != before.featured:
        featured = Action.SELECTION_FEATURED if after.featured else Action.SELECTION_UNFEATURED
        await record(actor, unit, featured, _subject(after))
    texts = {
        name: getattr(after, name)
        for name in ("title", "description", "public")
        if getattr(after, name) != getattr(before, name)
    }
    if texts and not _is_own(actor, before):
        await record(actor, unit, Action.SELECTION_CHANGED, _subject(before), **texts)


def _require_room(films: int) -> None:
    if films > MAX_FILMS:
        raise DomainError(Code.SELECTION_FULL, limit=MAX_FILMS)


async def _open(actor: Actor, unit: Unit, selection_id: int) -> Selection:
    """Return a selection that the actor may open, without its films."""
    selection = await unit.first(queries.SELECTION, selection_id=selection_id)
    if selection is None or not _may_open(actor, selection):
        raise DomainError(Code.SELECTION_UNKNOWN)
    return selection


async def _open_to_edit(actor: Actor, unit: Unit, selection_id: int) -> Selection:
    """Return a selection that the actor may edit, without its films."""
    actor.require_account()
    selection = await _open(actor, unit, selection_id)
    if not may_edit(actor, selection):
        actor.require(SELECTIONS_FEATURE)
    return selection


def _index_of(films: Sequence[SelectionPosition], position: int | None) -> int:
    """Return the index of the film before which another one goes, or the number of films.

    `position` counts the films that the actor sees; the selection may contain others.
    """
    visible = [index for index, each in enumerate(films) if each.visible]
    if position is None or position >= len(visible):
        return len(films)
    return visible[position]


def _text(name: str, value: str) -> str:
    if name == "description":
        return clean_public_text(value, name, MAX_DESCRIPTION_LENGTH, multiline=True)
    text = clean_public_text(value, name, MAX_TITLE_LENGTH)
    if not text:
        raise field_invalid(name, "empty")
    return text
