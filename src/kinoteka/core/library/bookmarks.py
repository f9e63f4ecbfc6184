"""Bookmarks: the films that an account keeps for later.

Public operations: films, among, add, remove.
"""

from collections.abc import Sequence

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import Film
from kinoteka.core.catalogue.positions import numbers
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.library import queries
from kinoteka.database.unit import Conflict, Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import now


class Bookmarks:
    """One's own bookmarks; those of films that one may no longer see wait unseen."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def films(self, actor: Actor, unit: Unit) -> Listing[Film]:
        """One's bookmarked films, the one bookmarked last first.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        given = {"account_id": actor.require_account(), **visible_to(actor.labels)}
        ids = await unit.read_in_thread(
            lambda reader: numbers(reader.fetch(queries.BOOKMARKED, **given)[0][0])
        )
        return Listing(ids, lambda some: self._catalogue.films_by_id(actor, unit, some))

    async def among(self, actor: Actor, unit: Unit, film_ids: Sequence[int]) -> frozenset[int]:
        """Which of these films one has bookmarked; none for who is not signed in."""
        if actor.account_id is None or not film_ids:
            return frozenset()
        found = await unit.all(
            queries.BOOKMARKED_AMONG, account_id=actor.account_id, ids=list(film_ids)
        )
        return frozenset(film_id for (film_id,) in found)

    async def add(self, actor: Actor, unit: Unit, film_id: int) -> Film:
        """Bookmark a film; again does no harm. The film.

        Raises:
            DomainError(UNAUTHORIZED, FILM_UNKNOWN)
        """
        account_id = actor.require_account()
        film = await self._catalogue.film(actor, unit, film_id)
        try:
            await unit.run(
                queries.ADD_BOOKMARK, account_id=account_id, film_id=film.id, created_at=now()
            )
        except Conflict:  # the film has been deleted since it was looked up
            raise DomainError(Code.FILM_UNKNOWN) from None
        return film

    async def remove(self, actor: Actor, unit: Unit, film_id: int) -> Film:
        """Remove a bookmark; again does no harm. The film.

        Raises:
            DomainError(UNAUTHORIZED, FILM_UNKNOWN)
        """
        account_id = actor.require_account()
        film = await self._catalogue.film(actor, unit, film_id)
        await unit.run(queries.REMOVE_BOOKMARK, account_id=account_id, film_id=film.id)
        return film
