"""Viewers of films with different permissions, and the films that each may see."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from tests.support.films import ADULT, PREMIUM

OPEN = "Night Alpha"
FILMS = {
    OPEN: (None, False),
    "Night Bravo": (PREMIUM, False),
    "Night Charlie": (ADULT, False),
    "Night Delta": (None, True),
    "Night Echo": (PREMIUM, True),
}
"""The label of each film, and whether it is hidden."""
VISIBLE = {
    "anonymous": {OPEN},
    "member": {OPEN},
    "holder of premium": {OPEN, "Night Bravo"},
    "operator": set(FILMS),
}
ADDRESS = "192.0.2.1"
UNKNOWN = (Code.FILM_UNKNOWN, Code.GENRE_UNKNOWN, Code.DIRECTOR_UNKNOWN)
GENRE, DIRECTOR = "Drama", "Ada Common"


@dataclass(frozen=True)
class Viewer:
    """An actor who reads films, through the services and over HTTP."""

    services: Services
    unit: Unit
    actor: Actor
    client: httpx.AsyncClient
    ids: dict[str, int]
    genres: dict[str, int]
    directors: dict[str, int]

    async def list_titles(self, **query: Any) -> set[str]:
        film_query = FilmQuery(**query)
        listing = await self.services.catalogue.films(self.actor, self.unit, film_query, ADDRESS)
        titles = titles_of((await listing.page(1)).items)
        assert listing.total == len(titles)
        return titles

    async def titles_found(self, read: Callable[[str], Awaitable[object]]) -> set[str]:
        """Return the films for which `read` returns something."""
        found = set()
        for title in FILMS:
            try:
                if await read(title):
                    found.add(title)
            except DomainError as error:
                assert error.code in UNKNOWN  # noqa: PT017 - only hidden films fail
        return found

    async def titles_served(self, path: str) -> set[str]:
        """Return the films whose path responds with 200."""

        async def get(title: str) -> bool:
            response = await self.client.get(path.format(self.ids[title]))
            assert response.status_code in (200, 404)
            return response.status_code == 200

        return await self.titles_found(get)


def titles_of(films: Any) -> set[str]:
    """Return the titles of films."""
    return {film.title for film in films}
