"""Access labels and hidden films: the one service that changes the visibility of films.

Public operations: all, add, set_label, hide, show.

A film has at most one label and, independently, is hidden or not. Operators with `films.label` may
change both for every film, even one that they cannot see otherwise; else they could not undo their
own changes. A hidden film stays hidden when its label changes.
"""

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.access.model import FILMS_LABEL, Actor, Role, check_label
from kinoteka.core.access.service import Access
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.catalogue import counts, queries
from kinoteka.core.catalogue.model import FilmAccess
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.clock import now


class Label(msgspec.Struct, frozen=True):
    """A label, the number of films that have it, and the roles that may view them."""

    id: int
    name: str
    films: int
    roles: list[Role]


class Labels:
    """The access labels of films, and which films are hidden."""

    def __init__(self, revisions: Revisions, access: Access) -> None:
        self._revisions = revisions
        self._access = access

    async def all(self, actor: Actor, unit: Unit) -> list[Label]:
        """Return all labels, ordered by name. Their counts include hidden films.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        viewers = await self._access.roles_by_label(actor, unit)
        ids = await self._access.label_ids(unit)
        # The query counts all films that have a label.
        films = dict(await unit.all_in_thread(queries.COUNT_BY_LABEL))
        return [
            Label(ids[name], name, films.get(ids[name], 0), viewers[name])
            for name in sorted(viewers)
            if name in ids
        ]

    async def add(self, actor: Actor, unit: Unit, name: str) -> None:
        """Create a label. Do nothing if it exists.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
            DomainError(FIELD_INVALID): see `check_label`.
        """
        actor.require(FILMS_LABEL)
        check_label(name)
        if name not in await self._access.label_ids(unit):
            await self._access.store_label(unit, name)
            await record(actor, unit, Action.LABEL_CREATED, Subject("label", None, name))

    async def set_label(
        self, actor: Actor, unit: Unit, film_id: int, label: str | None
    ) -> FilmAccess:
        """Set or (None) remove a film's access label; return the film's access before.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN, LABEL_UNKNOWN)
        """
        actor.require(FILMS_LABEL)
        before = await self._lock(actor, unit, film_id)
        await self._set_label(actor, unit, before, label)
        return before

    async def hide(self, actor: Actor, unit: Unit, film_id: int) -> FilmAccess:
        """Hide a film from all but operators, if it is visible; return its access before.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN)
        """
        actor.require(FILMS_LABEL)
        before = await self._lock(actor, unit, film_id)
        if not before.hidden:
            await self._set_hidden(unit, before, hidden=True)
            await record(actor, unit, Action.FILM_HIDDEN, _subject(before), label=before.label)
        return before

    async def show(
        self, actor: Actor, unit: Unit, film_id: int, label: str | UnsetType | None = UNSET
    ) -> FilmAccess:
        """Stop hiding a film, if it is hidden; return its access before.

        `label` replaces the film's label. It is required if the film's label is lost.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN, LABEL_UNKNOWN)
            DomainError(FIELD_INVALID): the film's label is lost and `label` is missing.
        """
        actor.require(FILMS_LABEL)
        before = await self._lock(actor, unit, film_id)
        if not before.hidden:
            return before
        film = before
        if label is not UNSET:
            film = await self._set_label(actor, unit, before, label)
        if film.label_lost:
            raise field_invalid("label", "label_lost")
        await self._set_hidden(unit, film, hidden=False)
        await record(actor, unit, Action.FILM_SHOWN, _subject(film), label=film.label)
        return before

    async def _lock(self, actor: Actor, unit: Unit, film_id: int) -> FilmAccess:
        """Return a film's access and lock the film until the transaction ends."""
        if actor.account_id is not None:  # Commands wait until a running import ends.
            await unit.limit_lock_wait()
        await self._revisions.increase(unit, "catalogue")
        film = await unit.first(queries.FILM_ACCESS, film_id=film_id)
        if film is None:
            raise DomainError(Code.FILM_UNKNOWN)
        return film

    async def _set_label(
        self, actor: Actor, unit: Unit, before: FilmAccess, label: str | None
    ) -> FilmAccess:
        label_id = None if label is None else (await self._access.label_ids(unit)).get(label)
        if label is not None and label_id is None:
            raise DomainError(Code.LABEL_UNKNOWN)
        after = msgspec.structs.replace(before, label_id=label_id, label=label, label_lost=False)
        if after == before:
            return before
        await unit.run(queries.SET_LABEL, film_id=before.film_id, label_id=label_id)
        await counts.move_film(unit, before, after)
        details = {"before": before.label, "after": label}
        await record(actor, unit, Action.FILM_LABELLED, _subject(before), **details)
        return after

    async def _set_hidden(self, unit: Unit, before: FilmAccess, *, hidden: bool) -> None:
        hidden_at = now() if hidden else None
        await unit.run(queries.SET_HIDDEN, film_id=before.film_id, hidden_at=hidden_at)
        await counts.move_film(unit, before, msgspec.structs.replace(before, hidden=hidden))


def _subject(film: FilmAccess) -> Subject:
    return Subject("film", film.film_id, film.title)
