"""The catalogue as each actor sees it.

Public operations: films, suggest, film, details, related, films_by_id, films_by_any_id, genres,
genre, surviving_genre_id, directors, director.

A film that is not visible to the actor does not exist for it: lists, totals and searches omit the
film, and also the genres and directors that have no visible film.
"""

from array import array
from collections.abc import Sequence
from typing import Any

from kinoteka.core.access.model import Actor
from kinoteka.core.access.service import Access
from kinoteka.core.catalogue import queries
from kinoteka.core.catalogue.films.queries import film_statements
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import (
    Director,
    Film,
    FilmDetails,
    FilmQuery,
    Genre,
    OtherIds,
    Suggestions,
)
from kinoteka.core.catalogue.order_revisions import RELATED, revisions_of
from kinoteka.core.catalogue.positions import Ids, Positions, ordered_like, parse_ids
from kinoteka.core.catalogue.search_index import MAX_SEARCH_LENGTH, FilmSearch
from kinoteka.core.catalogue.similar_films import find_similar
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.text import clean_text
from kinoteka.database.interface import Reader
from kinoteka.database.revision_cache import RevisionCache
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings

MAX_SEARCH_RESULTS = 1000
"""The number of films that a search returns at most."""
MAX_RANKED_RESULTS = 4000
"""The number of best matches that filters and sort orders are applied to."""
MAX_SUGGESTIONS = 8
"""The number of films that are suggested while a user types."""
MAX_RELATED_FILMS = 12
NOTHING_FOUND: Ids = array("q", [1])
"""The result of a search that needs no search: complete and empty."""
SMALL_CACHE_BYTES = 8 * 1024 * 1024
"""Memory for suggestions and related films."""


class Catalogue:
    """Films, genres and directors."""

    def __init__(
        self,
        settings: Settings,
        revisions: Revisions,
        throttle: Throttle,
        access: Access,
        search: FilmSearch,
    ) -> None:
        self._search_limit = settings.search_limit
        self._revisions = revisions
        self._throttle = throttle
        self._access = access
        self._search = search
        self._positions = Positions(revisions)
        self._genre_redirects: RevisionCache[str, dict[int, int]] = RevisionCache(revisions, 1)
        self._small_positions = Positions(revisions, cache_bytes=SMALL_CACHE_BYTES)

    async def films(
        self, actor: Actor, unit: Unit, query: FilmQuery, address: str
    ) -> Listing[Film]:
        """Return the films of a query. Searches are limited by the client's `address`.

        Raises:
            DomainError(FIELD_INVALID): the search text is too long or has characters that no
                title has.
            DomainError(THROTTLED)
        """
        if query.text is None:
            ids, is_complete = await self._ordered(actor, unit, query), True
        else:
            found = await self._search_films(actor, unit, query, query.text, address)
            ids, is_complete = found[1:], bool(found[0])
        return Listing(
            ids, lambda chunk: self.films_by_id(actor, unit, chunk), is_complete=is_complete
        )

    async def suggest(self, actor: Actor, unit: Unit, text: str, address: str) -> Suggestions:
        """Return the best matches for a text that the user is typing. It counts as a search.

        Raises:
            DomainError(FIELD_INVALID, THROTTLED): as `films`.
        """
        words = clean_text(text, "q", MAX_SEARCH_LENGTH)
        if not words:
            return Suggestions([], is_complete=True)
        await self._throttle.hit("search", self._search_limit, address)

        def find(reader: Reader) -> Ids:
            best = self._search.search(reader, words, actor.labels, MAX_SUGGESTIONS)
            return array("q", [best.is_complete, *best.ids])

        found = await self._small_positions.get(unit, ("suggested", actor.labels, words), find)
        films = await self.films_by_id(actor, unit, found[1:])
        return Suggestions(films, bool(found[0]))

    async def film(self, actor: Actor, unit: Unit, film_id: int) -> Film:
        """Return a film, or the film that it was merged into, which has another id.

        Raises:
            DomainError(FILM_UNKNOWN)
        """
        statements, values = film_statements(actor.language), _seen_by(actor)
        film = await unit.first(statements.one, film_id=film_id, **values)
        if film is None:
            film = await unit.first(statements.survivor, old_id=film_id, **values)
        if film is None:
            raise DomainError(Code.FILM_UNKNOWN)
        return film

    async def details(self, actor: Actor, unit: Unit, film_id: int) -> FilmDetails:
        """Return a film with all values that its page shows.

        Raises:
            DomainError(FILM_UNKNOWN)
        """
        film = await self.film(actor, unit, film_id)
        names = await unit.all(
            queries.GENRES_AND_DIRECTORS, film_id=film.id, language=actor.language
        )
        row = await unit.first(queries.OTHER_IDS, film_id=film.id, **visible_to(actor.labels))
        values = row or OtherIds(imdb_id=None, tmdb_id=None)
        return FilmDetails(
            film=film,
            genres=tuple(each for each in names if isinstance(each, Genre)),
            directors=tuple(each for each in names if isinstance(each, Director)),
            imdb_id=values.imdb_id,
            tmdb_id=values.tmdb_id,
        )

    async def related(self, actor: Actor, unit: Unit, film: Film) -> list[Film]:
        """Return visible films that are similar, the most similar ones first."""

        def find(reader: Reader) -> Ids:
            return array(
                "q", find_similar(reader, film.id, film.genre.id, actor.labels, MAX_RELATED_FILMS)
            )

        ids = await self._small_positions.get(
            unit, ("related", actor.labels, film.id), find, RELATED
        )
        return await self.films_by_id(actor, unit, ids)

    async def films_by_id(self, actor: Actor, unit: Unit, ids: Sequence[int]) -> list[Film]:
        """Return the films with these ids, in this order. Skip films that are not visible."""
        statement = film_statements(actor.language).many
        rows = await unit.all(statement, ids=list(ids), **_seen_by(actor))
        films = {film.id: film for film in rows}
        return [films[film_id] for film_id in ids if film_id in films]

    async def films_by_any_id(
        self, actor: Actor, unit: Unit, ids: Sequence[int]
    ) -> dict[int, Film]:
        """Return the visible films by these ids, which may be those of merged films."""
        found = {film.id: film for film in await self.films_by_id(actor, unit, ids)}
        missing = [film_id for film_id in ids if film_id not in found]
        if not missing:
            return found
        survivor_ids = dict(await unit.all(queries.SURVIVOR_IDS, ids=missing))
        survivors = await self.films_by_id(actor, unit, sorted(set(survivor_ids.values())))
        by_id = {film.id: film for film in survivors}
        merged = survivor_ids.items()
        return found | {old: by_id[film_id] for old, film_id in merged if film_id in by_id}

    async def genres(self, actor: Actor, unit: Unit) -> Listing[Genre]:
        """Return the genres that have a visible film, ordered by id."""
        return await self._list_names(actor, unit, queries.GENRES)

    async def genre(self, actor: Actor, unit: Unit, genre_id: int) -> Genre:
        """Return a genre, or the genre that it was merged into, which has another id.

        Raises:
            DomainError(GENRE_UNKNOWN): it does not exist or has no visible film.
        """
        values = _seen_by(actor)
        found: Genre | None = await unit.first(queries.GENRES.one, id=genre_id, **values)
        if found is None:
            survivor_id = await self.surviving_genre_id(unit, genre_id)
            if survivor_id != genre_id:
                found = await unit.first(queries.GENRES.one, id=survivor_id, **values)
        if found is None:
            raise DomainError(Code.GENRE_UNKNOWN)
        return found

    async def surviving_genre_id(self, unit: Unit, genre_id: int) -> int:
        """Return the id of the genre that a genre was merged into, or else its own id."""
        made_of = ("film_genres",)
        redirects = self._genre_redirects.get("")
        if redirects is None:
            revision = self._genre_redirects.revision(made_of)
            redirects = dict(await unit.all(queries.GENRE_REDIRECTS))
            self._genre_redirects.set("", redirects, revision, made_of)
        return redirects.get(genre_id, genre_id)

    async def directors(self, actor: Actor, unit: Unit) -> Listing[Director]:
        """Return the directors who have a visible film, ordered by id."""
        return await self._list_names(actor, unit, queries.DIRECTORS)

    async def director(self, actor: Actor, unit: Unit, director_id: int) -> Director:
        """Return a director.

        Raises:
            DomainError(DIRECTOR_UNKNOWN): the director does not exist or has no visible film.
        """
        found: Director | None = await unit.first(
            queries.DIRECTORS.one, id=director_id, **_seen_by(actor)
        )
        if found is None:
            raise DomainError(Code.DIRECTOR_UNKNOWN)
        return found

    async def _ordered(self, actor: Actor, unit: Unit, query: FilmQuery) -> Ids:
        filters = await self._filters(unit, query)
        if filters is None:
            return array("q")
        key = ("films", actor.labels, *_order(actor, query), *filters.items())
        statement = queries.film_order(tuple(filters), query.order)
        values = {**_seen_by(actor), **filters}
        return await self._positions.get(
            unit,
            key,
            lambda reader: parse_ids(reader.fetch(statement, **values)[0][0]),
            revisions_of(filters, query.order),
        )

    async def _search_films(
        self, actor: Actor, unit: Unit, query: FilmQuery, text: str, address: str
    ) -> Ids:
        """Return 1 if the search found every film, or 0 if it stopped at a limit; then the ids."""
        words = clean_text(text, "q", MAX_SEARCH_LENGTH)
        if not words:
            return NOTHING_FOUND
        await self._throttle.hit("search", self._search_limit, address)
        filters = await self._filters(unit, query)
        if filters is None:
            return NOTHING_FOUND
        order = None if query.order == "id" else query.order
        key = ("found", actor.labels, *_order(actor, query), words, *filters.items())
        statement = queries.search_result_order(tuple(filters), order)

        def find(reader: Reader) -> Ids:
            if not filters and order is None:
                best = self._search.search(reader, words, actor.labels, MAX_SEARCH_RESULTS)
                return array("q", [best.is_complete, *best.ids])
            best = self._search.search(reader, words, actor.labels, MAX_RANKED_RESULTS)
            values = {**_seen_by(actor), **filters, "ids": best.ids}
            found = parse_ids(reader.fetch(statement, **values)[0][0])
            ids = ordered_like(best.ids, found) if order is None else found
            is_complete = best.is_complete and len(ids) <= MAX_SEARCH_RESULTS
            return array("q", [is_complete, *ids[:MAX_SEARCH_RESULTS]])

        return await self._positions.get(unit, key, find)

    async def _filters(self, unit: Unit, query: FilmQuery) -> dict[str, Any] | None:
        """Return the parameters of the query's filters, or None if no film can match."""
        values = {name: getattr(query, name) for name in queries.FILTERS if name != "label_id"}
        values["hidden"] = query.hidden or None
        if query.genre_id is not None:
            values["genre_id"] = await self.surviving_genre_id(unit, query.genre_id)
        if query.label is not None:
            # An unknown label has no films, like a label that the actor may not view.
            values["label_id"] = (await self._access.label_ids(unit)).get(query.label)
            if values["label_id"] is None:
                return None
        return {name: value for name, value in values.items() if value is not None}

    async def _list_names(
        self, actor: Actor, unit: Unit, statements: queries.NameStatements
    ) -> Listing[Any]:
        values = visible_to(actor.labels)
        ids = await self._positions.get(
            unit,
            (statements.name, actor.labels),
            lambda reader: parse_ids(reader.fetch(statements.order, **values)[0][0]),
            (statements.revision,),
        )

        async def read(ids: Sequence[int]) -> list[Any]:
            found = await unit.all(statements.many, ids=list(ids), language=actor.language)
            rows = {row.id: row for row in found}
            return [rows[row_id] for row_id in ids if row_id in rows]

        return Listing(ids, read)


def _seen_by(actor: Actor) -> dict[str, Any]:
    """Return the parameters of statements that read what the actor sees, in its language."""
    return {**visible_to(actor.labels), "language": actor.language}


def _order(actor: Actor, query: FilmQuery) -> tuple[str, str]:
    """Return the order of a query, and the language if the order depends on it."""
    return query.order, actor.language if query.order == "title" else ""
