"""Which films of a page are bookmarked, for the buttons beside them."""

from collections.abc import Iterable
from typing import Protocol

from kinoteka.http.policy.request import Request


class HasId(Protocol):
    """A film, as far as this needs one."""

    @property
    def id(self) -> int:
        """Its id."""


async def bookmarked_among(request: Request, films: Iterable[HasId]) -> frozenset[int] | None:
    """The ids of those that the reader has bookmarked; None where nobody is signed in."""
    if request.actor.account_id is None:
        return None
    film_ids = [film.id for film in films]
    return await request.core.bookmarks.bookmarked_ids(request.actor, request.unit, film_ids)
