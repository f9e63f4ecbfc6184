"""Bookmark state of the films on a page."""

from collections.abc import Iterable
from typing import Protocol

from kinoteka.http.policy.request import Request


class HasId(Protocol):
    """Anything with the id of a film."""

    @property
    def id(self) -> int:
        """The id of the film."""


async def bookmarked_ids(request: Request, films: Iterable[HasId]) -> frozenset[int] | None:
    """Return the ids of the films that the reader has bookmarked, or None for anonymous readers."""
    if request.actor.account_id is None:
        return None
    film_ids = [film.id for film in films]
    return await request.core.bookmarks.bookmarked_ids(request.actor, request.unit, film_ids)
