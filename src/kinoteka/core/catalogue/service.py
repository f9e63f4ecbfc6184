"""The catalogue as each actor sees it.

Public operations: films, suggested, film, details, related, films_by_id, genres, genre, directors,
director.

A film with a label exists only for who may see that label: it is in no list and no total, it is
not found, and a genre or director that has nothing else is not there either. A hidden film exists
only for who sees every film.
"""

from array import array
from collections.abc import Sequence
from typing import Any, Protocol

from kinoteka.core.access.model import Actor
from kinoteka.core.access.service import Access
from kinoteka.core.catalogue import queries
from kinoteka.core.catalogue.facets.queries import BY_DIRECTORS, LIKE_IT
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import (
    UNKNOWN,
    Director,
    Film,
    FilmDetails,
    FilmNumbers,
    FilmQuery,
    Genre,
)
from kinoteka.core.catalogue.positions import Ids, Positions, in_order_of, numbers
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.text import clean_text
from kinoteka.database.interface import Reader
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings

SEARCH_LONGEST = 200
MOST_FOUND = 1000
"""Films that a search gives at most: the best of them or, in another order, the first of it."""
MOST_CHOSEN_FROM = 4000
"""Films found by the words, the best first, among which filters choose."""
MOST_SUGGESTED = 8
"""Films that are suggested while somebody types."""
MOST_RELATED = 12
SMALL_CACHE_BYTES = 8 * 1024 * 1024
"""Memory for what is found of one film or one word."""


class Search(Protocol):
    """An index of films' titles."""

    def find(
        self,
        reader: Reader,
        query: str,
        labels: Sequence[int] | None,
        limit: int,
    ) -> list[int]:
        """The ids of the films that the words find, best first."""


class Catalogue:
    """Films, genres and directors."""

    def __init__(
        self,
        settings: Settings,
        revisions: Revisions,
        throttle: Throttle,
        access: Access,
        search: Search,
    ) -> None:
        self._search_limit = settings.search_limit
        self._revisions = revisions
        self._throttle = throttle
        self._access = access
        self._search = search
        self._positions = Positions(revisions)
        self._small = Positions(revisions, cache_bytes=SMALL_CACHE_BYTES)

    async def films(
        self, actor: Actor, unit: Unit, query: FilmQuery, address: str
    ) -> Listing[Film]:
        """The films that a query chooses; `address` is whoever asks, for searches are limited.

        Raises:
            DomainError(FIELD_INVALID): a text to search for that is too long or has characters
                that no title has.
            DomainError(THROTTLED)
        """
        if query.text is None:
            ids = await self._ordered(actor, unit, query)
        else:
            ids = await self._found(actor, unit, query, query.text, address)
        return Listing(ids, lambda some: self.films_by_id(actor, unit, some))

    async def suggested(self, actor: Actor, unit: Unit, text: str, address: str) -> list[Film]:
        """The best few films of a search, for who is still typing; it counts as one.

        Raises:
            DomainError(FIELD_INVALID, THROTTLED): as `films`.
        """
        words = clean_text(text, "q", SEARCH_LONGEST)
        if not words:
            return []
        await self._throttle.hit("search", self._search_limit, address)
        ids = await self._small.get(
            unit,
            ("suggested", actor.labels, words),
            lambda reader: array(
                "q", self._search.find(reader, words, actor.labels, MOST_SUGGESTED)
            ),
        )
        return await self.films_by_id(actor, unit, ids)

    async def film(self, actor: Actor, unit: Unit, film_id: int) -> Film:
        """One film.

        Raises:
            DomainError(FILM_UNKNOWN)
        """
        film = await unit.first(queries.FILM, film_id=film_id, **visible_to(actor.labels))
        if film is None:
            raise DomainError(Code.FILM_UNKNOWN)
        return film

    async def details(self, actor: Actor, unit: Unit, film_id: int) -> FilmDetails:
        """One film with everything that its own page shows.

        Raises:
            DomainError(FILM_UNKNOWN)
        """
        film = await self.film(actor, unit, film_id)
        named = await unit.all(queries.NAMED, film_id=film_id)
        found = await unit.first(queries.NUMBERS, film_id=film_id, **visible_to(actor.labels))
        of_film = found or FilmNumbers(votes=0, imdb_id=None, tmdb_id=None)
        return FilmDetails(
            film=film,
            genres=tuple(each for each in named if isinstance(each, Genre)),
            directors=tuple(each for each in named if isinstance(each, Director)),
            votes=of_film.votes,
            imdb_id=of_film.imdb_id,
            tmdb_id=of_film.tmdb_id,
        )

    async def related(self, actor: Actor, unit: Unit, film: Film) -> list[Film]:
        """Films like this one that the actor sees: by its directors, then of its first genre."""
        given = {
            **visible_to(actor.labels),
            "film_id": film.id,
            "genre_id": film.genre.id,
            "year": film.year,
            "rating": film.rating,
            "most": MOST_RELATED,
        }

        def find(reader: Reader) -> Ids:
            found = numbers(reader.fetch(BY_DIRECTORS, **given)[0][0])
            if len(found) < MOST_RELATED and film.genre.id != UNKNOWN:
                like_it = numbers(reader.fetch(LIKE_IT, **given)[0][0])
                found.extend(each for each in like_it if each not in found)
            return found[:MOST_RELATED]

        ids = await self._small.get(unit, ("related", actor.labels, film.id), find)
        return await self.films_by_id(actor, unit, ids)

    async def films_by_id(self, actor: Actor, unit: Unit, ids: Sequence[int]) -> list[Film]:
        """The films of these ids in this order, without those that the actor does not see."""
        read = await unit.all(queries.FILMS, ids=list(ids), **visible_to(actor.labels))
        films = {film.id: film for film in read}
        return [films[film_id] for film_id in ids if film_id in films]

    async def genres(self, actor: Actor, unit: Unit) -> Listing[Genre]:
        """The genres that have a film which the actor sees, by id."""
        return await self._named(actor, unit, queries.GENRES)

    async def genre(self, actor: Actor, unit: Unit, genre_id: int) -> Genre:
        """One genre.

        Raises:
            DomainError(GENRE_UNKNOWN): there is none, or nothing of it that the actor sees.
        """
        genre: Genre = await self._one(actor, unit, queries.GENRES, genre_id, Code.GENRE_UNKNOWN)
        return genre

    async def directors(self, actor: Actor, unit: Unit) -> Listing[Director]:
        """The directors who have a film which the actor sees, by id."""
        return await self._named(actor, unit, queries.DIRECTORS)

    async def director(self, actor: Actor, unit: Unit, director_id: int) -> Director:
        """One director.

        Raises:
            DomainError(DIRECTOR_UNKNOWN): there is none, or nothing by whom that the actor sees.
        """
        director: Director = await self._one(
            actor, unit, queries.DIRECTORS, director_id, Code.DIRECTOR_UNKNOWN
        )
        return director

    async def _ordered(self, actor: Actor, unit: Unit, query: FilmQuery) -> Ids:
        filters = await self._filters(unit, query)
        if filters is None:
            return array("q")
        key = ("films", actor.labels, query.order, *filters.items())
        statement = queries.film_order(tuple(filters), query.order)
        given = {**visible_to(actor.labels), **filters}
        return await self._positions.get(
            unit, key, lambda reader: numbers(reader.fetch(statement, **given)[0][0])
        )

    async def _found(
        self, actor: Actor, unit: Unit, query: FilmQuery, text: str, address: str
    ) -> Ids:
        words = clean_text(text, "q", SEARCH_LONGEST)
        if not words:
            return array("q")
        await self._throttle.hit("search", self._search_limit, address)
        filters = await self._filters(unit, query)
        if filters is None:
            return array("q")
        order = None if query.order == "id" else query.order
        key = ("found", actor.labels, order, words, *filters.items())
        statement = queries.found_order(tuple(filters), order)

        def find(reader: Reader) -> Ids:
            if not filters and order is None:
                return array("q", self._search.find(reader, words, actor.labels, MOST_FOUND))
            best = self._search.find(reader, words, actor.labels, MOST_CHOSEN_FROM)
            given = {**visible_to(actor.labels), **filters, "ids": best}
            chosen = numbers(reader.fetch(statement, **given)[0][0])
            return (in_order_of(best, chosen) if order is None else chosen)[:MOST_FOUND]

        return await self._positions.get(unit, key, find)

    async def _filters(self, unit: Unit, query: FilmQuery) -> dict[str, Any] | None:
        """What the statement is to be asked with; None where nothing can be found."""
        given = {name: getattr(query, name) for name in queries.FILTERS if name != "label_id"}
        given["hidden"] = query.hidden or None
        if query.label is not None:
            # A label that there is not, and one that hides its films, give the same: nothing.
            given["label_id"] = (await self._access.label_ids(unit)).get(query.label)
            if given["label_id"] is None:
                return None
        return {name: value for name, value in given.items() if value is not None}

    async def _one(
        self, actor: Actor, unit: Unit, kind: queries.Kind, named_id: int, unknown: Code
    ) -> Any:
        found = await unit.first(kind.one, id=named_id, **visible_to(actor.labels))
        if found is None:
            raise DomainError(unknown)
        return found

    async def _named(self, actor: Actor, unit: Unit, kind: queries.Kind) -> Listing[Any]:
        ids = await self._positions.get(
            unit,
            (kind.name, actor.labels),
            lambda reader: numbers(reader.fetch(kind.order, **visible_to(actor.labels))[0][0]),
        )

        async def read(some: Sequence[int]) -> list[Any]:
            rows = {row.id: row for row in await unit.all(kind.some, ids=list(some))}
            return [rows[row_id] for row_id in some if row_id in rows]

        return Listing(ids, read)
