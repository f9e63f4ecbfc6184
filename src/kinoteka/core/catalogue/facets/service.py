"""Facets: the values that films can be filtered by.

Public operations: genres, find_genres, years, countries, labels, directors.

Only values with a film that is visible to the actor are returned.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar, cast

from kinoteka.core.access.model import Actor
from kinoteka.core.access.service import Access
from kinoteka.core.catalogue.facets import queries
from kinoteka.core.catalogue.model import Director, GenreCount
from kinoteka.core.catalogue.positions import Ids, Positions, parse_ids
from kinoteka.core.catalogue.queries import DIRECTORS
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.text import clean_text
from kinoteka.database.interface import Reader
from kinoteka.database.revision_cache import RevisionCache
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import sees_label, visible_to
from kinoteka.infrastructure.settings import Settings
from kinoteka.search.folding import fold
from kinoteka.search.title_order import title_key

MAX_NAME_LENGTH = 200
MAX_DIRECTORS = 10
"""The number of directors that match a part of a name at most."""
NAMES_BYTES = 2 * 1024 * 1024
MAX_LISTS = 200
LAST_CHARACTER = chr(0x10FFFF)

Value = TypeVar("Value")


class Facets:
    """The values of filters."""

    def __init__(
        self, settings: Settings, revisions: Revisions, throttle: Throttle, access: Access
    ) -> None:
        self._search_limit = settings.search_limit
        self._throttle = throttle
        self._access = access
        self._names = Positions(revisions, cache_bytes=NAMES_BYTES)
        self._lists: RevisionCache[Hashable, object] = RevisionCache(revisions, MAX_LISTS)

    async def genres(self, actor: Actor, unit: Unit) -> list[GenreCount]:
        """Return the genres that have a visible film, with their counts, ordered by name."""
        language = actor.language
        values = {**visible_to(actor.labels), "language": language}

        def read(reader: Reader) -> list[GenreCount]:
            found = reader.fetch(queries.GENRE_COUNTS, **values)
            return sorted(found, key=lambda genre: title_key(genre.name, language, language))

        key = ("genres", actor.labels, language)
        return await self._cached(unit, key, ("film_genres",), read)

    async def find_genres(self, actor: Actor, unit: Unit, text: str, most: int) -> list[GenreCount]:
        """Return genres with a visible film whose name in any language matches a text.

        Each word of the text must be the beginning of a word of the name.
        """
        words = fold(text)

        def read(reader: Reader) -> dict[int, list[list[str]]]:
            names: dict[int, list[list[str]]] = {}
            for genre_id, name in reader.fetch(queries.GENRE_NAMES):
                names.setdefault(genre_id, []).append(fold(name))
            return names

        names = await self._cached(unit, ("genre_names",), ("film_genres",), read)
        genres = await self.genres(actor, unit)
        return [each for each in genres if _matches(words, names.get(each.id, ()))][:most]

    async def years(self, actor: Actor, unit: Unit) -> list[int]:
        """Return the years of visible films, newest first."""
        values = visible_to(actor.labels)
        return await self._cached(
            unit,
            ("years", actor.labels),
            ("film_years",),
            lambda reader: [year for (year,) in reader.fetch(queries.YEARS, **values)],
        )

    async def countries(self, actor: Actor, unit: Unit) -> list[str]:
        """Return the codes of the countries of visible films."""
        values = visible_to(actor.labels)
        return await self._cached(
            unit,
            ("countries", actor.labels),
            ("film_genres",),
            lambda reader: [code for (code,) in reader.fetch(queries.COUNTRIES, **values)],
        )

    async def labels(self, actor: Actor, unit: Unit) -> list[str]:
        """Return the names of the labels that the actor may view, in order."""
        ids = await self._access.label_ids(unit)
        return sorted(name for name, each in ids.items() if sees_label(actor.labels, each))

    async def directors(
        self,
        actor: Actor,
        unit: Unit,
        text: str,
        address: str | None,
        most: int = MAX_DIRECTORS,
    ) -> list[Director]:
        """Return directors whose name, or a later word of it, starts with a text, in this order.

        Searches are limited by the client's `address`; None skips the limit.

        Raises:
            DomainError(FIELD_INVALID): the text is too long or has characters that no name has.
            DomainError(THROTTLED)
        """
        words = " ".join(clean_text(text, "director", MAX_NAME_LENGTH).casefold().split())
        if not words:
            return []
        if address is not None:
            await self._throttle.hit("search", self._search_limit, address)
        values = {**visible_to(actor.labels), "most": most}

        def find(reader: Reader) -> Ids:
            end = words + LAST_CHARACTER
            starting = reader.fetch(queries.NAMES_STARTING, start=words, end=end, **values)
            found = parse_ids(starting[0][0])
            if len(found) < most:
                containing = reader.fetch(queries.NAMES_CONTAINING, part=f" {words}", **values)
                found.extend(each for each in parse_ids(containing[0][0]) if each not in found)
            return found[:most]

        ids = await self._names.get(unit, (actor.labels, words, most), find, ("film_directors",))
        found = await unit.all(DIRECTORS.many, ids=list(ids), language=actor.language)
        rows = {row.id: row for row in found}
        return [rows[row_id] for row_id in ids if row_id in rows]

    async def _cached(
        self,
        unit: Unit,
        key: tuple[object, ...],
        made_of: tuple[str, ...],
        read: Callable[[Reader], Value],
    ) -> Value:
        cached = self._lists.get(key)
        if cached is not None:
            return cast(Value, cached)
        revision = self._lists.revision(made_of)
        value = await unit.read_in_thread(read)
        self._lists.set(key, value, revision, made_of)
        return value


def _matches(words: Sequence[str], names: Sequence[Sequence[str]]) -> bool:
    """Return whether each word is the beginning of a word of one of the names."""
    return any(all(any(each.startswith(word) for each in name) for word in words) for name in names)
