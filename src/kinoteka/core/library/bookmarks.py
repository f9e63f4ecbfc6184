"""Bookmarks: the films that an account has saved.

Public operations: list_films, bookmarked_ids, add, remove.
"""

from collections.abc import Sequence

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import Film
from kinoteka.core.catalogue.positions import parse_ids
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.library import queries
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import Code
from kinoteka.infrastructure.clock import now


class Bookmarks:
    """The bookmarks of all accounts. A bookmark of a film that becomes invisible is retained."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def list_films(self, actor: Actor, unit: Unit) -> Listing[Film]:
        """Return the visible films that the actor has bookmarked, latest bookmark first.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        values = {"account_id": actor.require_account(), **visible_to(actor.labels)}
        ids = await unit.read_in_thread(
            lambda reader: parse_ids(reader.fetch(queries.BOOKMARKED, **values)[0][0])
        )
        return Listing(ids, lambda chunk: self._catalogue.films_by_id(actor, unit, chunk))

    async def bookmarked_ids(
        self, actor: Actor, unit: Unit, film_ids: Sequence[int]
    ) -> frozenset[int]:
        """Return the ids of those films that the actor has bookmarked; none if anonymous."""
        if actor.account_id is None or not film_ids:
            return frozenset()
        found = await unit.all(
            queries.BOOKMARKED_IDS, account_id=actor.account_id, ids=list(film_ids)
        )
        return frozenset(film_id for (film_id,) in found)

    async def add(self, actor: Actor, unit: Unit, film_id: int) -> Film:
        """Bookmark a film if it is not bookmarked yet, and return it.

        Raises:
            DomainError(UNAUTHORIZED, FILM_UNKNOWN)
        """
        account_id = actor.require_account()
        film = await self._catalogue.film(actor, unit, film_id)
        await unit.queue(
            queries.ADD_BOOKMARK,
            Code.FILM_UNKNOWN,  # the film was deleted after it was looked up
            account_id=account_id,
            film_id=film.id,
            created_at=now(),
        )
        return film

    async def remove(self, actor: Actor, unit: Unit, film_id: int) -> Film:
        """Remove the bookmark of a film, if there is one, and return the film.

        Raises:
            DomainError(UNAUTHORIZED, FILM_UNKNOWN)
        """
        account_id = actor.require_account()
        film = await self._catalogue.film(actor, unit, film_id)
        await unit.queue(queries.REMOVE_BOOKMARK, account_id=account_id, film_id=film.id)
        return film
