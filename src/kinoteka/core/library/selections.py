"""Selections: films that somebody has put together under a title.

Public operations: public, public_order, editable, get, visible, get_to_edit, create, change,
delete, put_film, remove_film, leave; may_edit, may_delete.

People make and edit selections of their own. Who holds `selections.feature` features any public
one and edits every one that is public, featured or the site's own; a featured one is edited by
nobody else. A film that the viewer does not see is in no selection.
"""

from collections.abc import Collection, Sequence

import msgspec
from msgspec import UNSET

from kinoteka.core.access.model import SELECTIONS_FEATURE, Actor
from kinoteka.core.accounts.queries import LOCK
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.catalogue.positions import Ids, Positions, numbers
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.library import queries
from kinoteka.core.library.model import (
    FILMS_MOST,
    SELECTIONS_MOST,
    NewSelection,
    Selection,
    SelectionChange,
    SelectionFilm,
    Shelf,
)
from kinoteka.core.text import clean_public_text
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Conflict, Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.clock import now

TITLE_LONGEST = 200
DESCRIPTION_LONGEST = 2000


class Selections:
    """The selections of people and of the site."""

    def __init__(self, revisions: Revisions, catalogue: Catalogue) -> None:
        self._revisions = revisions
        self._catalogue = catalogue
        self._positions = Positions(revisions, ("library", "catalogue"))

    async def public(
        self, actor: Actor, unit: Unit, offset: int, limit: int, *, featured: bool | None = None
    ) -> Shelf:
        """Public selections in which the actor sees a film: featured first, then newest first.

        `featured` chooses those that are, or those that are not.
        """
        ids = await self.public_order(actor, unit, featured)
        shelf = await self._shelf(actor, unit, ids, offset, limit)
        # Another process may just have withdrawn one.
        shown = [selection for selection in shelf.selections if selection.public]
        return Shelf(shown, shelf.total)

    async def public_order(self, actor: Actor, unit: Unit, featured: bool | None) -> Ids:
        """The ids of the public selections in which the actor sees a film."""
        statement = queries.public_order(featured)
        return await self._positions.get(
            unit,
            (featured, actor.labels),
            lambda reader: numbers(reader.fetch(statement, **visible_to(actor.labels))[0][0]),
        )

    async def editable(self, actor: Actor, unit: Unit, offset: int, limit: int) -> Shelf:
        """One's own selections, and for operators the featured ones and the site's; newest first.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        account_id = actor.require_account()
        statement = queries.editable_order(operator=actor.may(SELECTIONS_FEATURE))
        rows = await unit.all_in_thread(statement, account_id=account_id)
        return await self._shelf(actor, unit, numbers(rows[0][0]), offset, limit)

    async def get(self, actor: Actor, unit: Unit, selection_id: int) -> Selection:
        """One selection.

        Raises:
            DomainError(SELECTION_UNKNOWN): there is none, or it is another's and not public.
        """
        selection = await unit.first(queries.SELECTION, selection_id=selection_id)
        if selection is None or not _sees(actor, selection):
            raise DomainError(Code.SELECTION_UNKNOWN)
        return (await self._with_films(actor, unit, [selection]))[0]

    async def visible(
        self, actor: Actor, unit: Unit, selection_ids: Collection[int]
    ) -> frozenset[int]:
        """Return those of the ids whose selection the actor may open."""
        found = await unit.all(queries.SELECTIONS, ids=[*selection_ids])
        return frozenset(each.id for each in found if _sees(actor, each))

    async def get_to_edit(self, actor: Actor, unit: Unit, selection_id: int) -> Selection:
        """One selection, for who may change it.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN)
        """
        actor.require_account()
        selection = await self.get(actor, unit, selection_id)
        if not may_edit(actor, selection):
            actor.require(SELECTIONS_FEATURE)
        return selection

    async def create(self, actor: Actor, unit: Unit, new: NewSelection) -> Selection:
        """Make a selection of one's own; a featured one belongs to the site.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(FORBIDDEN): featuring needs the permission.
            DomainError(FIELD_INVALID, FILM_UNKNOWN, SELECTION_FULL, SELECTIONS_TOO_MANY)
        """
        account_id = actor.require_account()
        if new.featured:
            actor.require(SELECTIONS_FEATURE)
        texts = {name: _text(name, getattr(new, name)) for name in ("title", "description")}
        film_ids = list(dict.fromkeys(new.film_ids))
        _check_room(film_ids)
        if len(await self._catalogue.films_by_id(actor, unit, film_ids)) < len(film_ids):
            raise DomainError(Code.FILM_UNKNOWN)
        owner = None if new.featured else account_id
        made = await self._insert(
            unit, account_id=owner, featured=new.featured, public=new.public, **texts
        )
        await self._arrange(unit, made, film_ids)
        if new.featured:
            subject = Subject("selection", made, texts["title"])
            await record(actor, unit, Action.SELECTION_FEATURED, subject)
        await self._note(unit, public=new.public)
        return await self.get(actor, unit, made)

    async def change(
        self, actor: Actor, unit: Unit, selection_id: int, change: SelectionChange
    ) -> Selection:
        """Rename, describe, publish or feature a selection.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN, FIELD_INVALID)
        """
        given = msgspec.structs.asdict(change).items()
        values = {name: value for name, value in given if value is not UNSET}
        for name in ("title", "description"):
            if name in values:
                values[name] = _text(name, values[name])
        before = await self._open(actor, unit, selection_id)
        if values.get("featured", before.featured) != before.featured:
            actor.require(SELECTIONS_FEATURE)
        for name, value in values.items():
            await unit.run(queries.CHANGE[name], selection_id=selection_id, value=value)
        after = msgspec.structs.replace(before, **values)
        await _record_change(actor, unit, before, after)
        await self._note(unit, public=before.public or after.public)
        return after

    async def delete(self, actor: Actor, unit: Unit, selection_id: int) -> None:
        """Delete a selection; one's own even when it is featured.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN)
        """
        actor.require_account()
        await unit.run(queries.TOUCH, selection_id=selection_id, at=now())
        selection = await self.get(actor, unit, selection_id)
        if not may_delete(actor, selection):
            actor.require(SELECTIONS_FEATURE)
        await unit.run(queries.DELETE, selection_id=selection_id)
        if not _is_own(actor, selection):
            await record(actor, unit, Action.SELECTION_DELETED, _subject(selection))
        await self._note(unit, public=selection.public)

    async def put_film(
        self, actor: Actor, unit: Unit, selection_id: int, film_id: int, position: int | None = None
    ) -> Selection:
        """Add a film, or move one that is there; `position` is from 0, None is the end.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN, FILM_UNKNOWN, SELECTION_FULL)
        """
        selection = await self._open(actor, unit, selection_id)
        film = await self._catalogue.film(actor, unit, film_id)
        shown = [each.id for each in selection.films if each.id != film.id]
        rest = await self._film_ids(unit, selection_id, without=film.id)
        # What stands at the position for who looks, who need not see all that there is.
        place = len(rest)
        if position is not None and position < len(shown):
            place = rest.index(shown[position])
        await self._arrange(unit, selection_id, [*rest[:place], film.id, *rest[place:]])
        await self._note(unit, public=selection.public)
        return await self.get(actor, unit, selection_id)

    async def remove_film(
        self, actor: Actor, unit: Unit, selection_id: int, film_id: int
    ) -> Selection:
        """Take a film out; again does no harm.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, SELECTION_UNKNOWN, FILM_UNKNOWN)
        """
        selection = await self._open(actor, unit, selection_id)
        film = await self._catalogue.film(actor, unit, film_id)
        rest = await self._film_ids(unit, selection_id, without=film.id)
        await self._arrange(unit, selection_id, rest)
        await self._note(unit, public=selection.public)
        return await self.get(actor, unit, selection_id)

    async def leave(self, unit: Unit, account_id: int) -> None:
        """Let an account's selections go with it."""
        await unit.run(queries.DELETE_ALL, account_id=account_id)
        await self._note(unit, public=True)

    async def _shelf(self, actor: Actor, unit: Unit, ids: Ids, offset: int, limit: int) -> Shelf:
        chosen = list(ids[offset : offset + limit])
        found = {each.id: each for each in await unit.all(queries.SELECTIONS, ids=chosen)}
        there = [found[selection_id] for selection_id in chosen if selection_id in found]
        return Shelf(await self._with_films(actor, unit, there), len(ids))

    async def _with_films(
        self, actor: Actor, unit: Unit, selections: Sequence[Selection]
    ) -> list[Selection]:
        ids = [selection.id for selection in selections]
        # A hundred selections of a hundred films take milliseconds; one does not.
        read = unit.all if unit.is_writing or len(ids) < 2 else unit.all_in_thread
        films: dict[int, list[SelectionFilm]] = {selection_id: [] for selection_id in ids}
        for selection_id, film in await read(queries.FILMS_OF, ids=ids, **visible_to(actor.labels)):
            films[selection_id].append(film)
        return [
            msgspec.structs.replace(selection, films=tuple(films[selection.id]))
            for selection in selections
        ]

    async def _open(self, actor: Actor, unit: Unit, selection_id: int) -> Selection:
        """The selection for its editor, in a transaction in which nobody else changes it."""
        actor.require_account()
        await unit.run(queries.TOUCH, selection_id=selection_id, at=now())
        return await self.get_to_edit(actor, unit, selection_id)

    async def _insert(self, unit: Unit, account_id: int | None, **row: object) -> int:
        if account_id is not None:  # one at a time, for they are counted
            await unit.queue(LOCK, account_id=account_id)
            counted = await unit.first(queries.COUNT, account_id=account_id)
            if counted is not None and counted[0] >= SELECTIONS_MOST:
                raise DomainError(Code.SELECTIONS_TOO_MANY, limit=SELECTIONS_MOST)
        try:
            made = await unit.first(queries.INSERT, account_id=account_id, at=now(), **row)
        except Conflict:  # the account has been deleted meanwhile
            raise DomainError(Code.UNAUTHORIZED) from None
        return made[0] if made else 0

    async def _film_ids(self, unit: Unit, selection_id: int, *, without: int) -> list[int]:
        rows = await unit.all(queries.FILM_IDS, selection_id=selection_id)
        return [film_id for (film_id,) in rows if film_id != without]

    async def _arrange(self, unit: Unit, selection_id: int, film_ids: Sequence[int]) -> None:
        _check_room(film_ids)
        rows = [
            {"selection_id": selection_id, "film_id": film_id, "position": position}
            for position, film_id in enumerate(film_ids)
        ]
        try:
            await unit.run(queries.EMPTY, selection_id=selection_id)
            await unit.run_many(queries.PUT_FILM, rows)
        except Conflict:  # a film has been deleted since it was looked up
            raise DomainError(Code.FILM_UNKNOWN) from None

    async def _note(self, unit: Unit, *, public: bool) -> None:
        # Nothing is kept of what is not public.
        if public:
            await self._revisions.increase(unit, "library")


def may_edit(actor: Actor, selection: Selection) -> bool:
    """Whether the actor may change a selection that it sees."""
    return actor.may(SELECTIONS_FEATURE) or (_is_own(actor, selection) and not selection.featured)


def may_delete(actor: Actor, selection: Selection) -> bool:
    """Whether the actor may delete a selection that it sees; one's own even when it is featured."""
    return actor.may(SELECTIONS_FEATURE) or _is_own(actor, selection)


def _sees(actor: Actor, selection: Selection) -> bool:
    if selection.public or _is_own(actor, selection):
        return True
    is_operators = selection.featured or selection.account_id is None
    return is_operators and actor.may(SELECTIONS_FEATURE)


def _is_own(actor: Actor, selection: Selection) -> bool:
    return selection.account_id is not None and selection.account_id == actor.account_id


def _subject(selection: Selection) -> Subject:
    return Subject("selection", selection.id, selection.title)


async def _record_change(actor: Actor, unit: Unit, before: Selection, after: Selection) -> None:
    """Write down what an operator changes: what is featured, and what is not one's own."""
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


def _check_room(film_ids: Sequence[int]) -> None:
    if len(film_ids) > FILMS_MOST:
        raise DomainError(Code.SELECTION_FULL, limit=FILMS_MOST)


def _text(name: str, value: str) -> str:
    if name == "description":
        return clean_public_text(value, name, DESCRIPTION_LONGEST, multiline=True)
    text = clean_public_text(value, name, TITLE_LONGEST)
    if not text:
        raise field_invalid(name, "empty")
    return text
