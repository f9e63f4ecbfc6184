"""What films may be chosen by: genres, years, labels, directors by their names.

Public operations: genres, years, labels, directors.

A reader is offered only what leads to a film that the reader sees.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from kinoteka.core.access.model import Actor
from kinoteka.core.access.service import Access
from kinoteka.core.catalogue.facets import queries
from kinoteka.core.catalogue.model import Director, GenreCount
from kinoteka.core.catalogue.positions import Ids, Positions, numbers
from kinoteka.core.catalogue.queries import DIRECTORS
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.text import clean_text
from kinoteka.database.interface import Reader
from kinoteka.database.revision_cache import RevisionCache
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import sees_label, visible_to
from kinoteka.infrastructure.settings import Settings

NAME_LONGEST = 200
DIRECTORS_MOST = 10
"""Directors whom a part of a name gives."""
NAMES_BYTES = 2 * 1024 * 1024
LISTS_MOST = 200
MADE_OF = ("catalogue",)
"""The data of the lists, by the names of its revisions."""
LAST = chr(0x10FFFF)

Read = TypeVar("Read")


class Facets:
    """The choices that filters offer."""

    def __init__(
        self, settings: Settings, revisions: Revisions, throttle: Throttle, access: Access
    ) -> None:
        self._search_limit = settings.search_limit
        self._throttle = throttle
        self._access = access
        self._names = Positions(revisions, cache_bytes=NAMES_BYTES)
        self._lists: RevisionCache[Hashable, object] = RevisionCache(revisions, LISTS_MOST)

    async def genres(self, actor: Actor, unit: Unit) -> list[GenreCount]:
        """The genres that have a film which the actor sees, by name, with how many they have."""
        given = visible_to(actor.labels)
        return await self._cached(
            unit,
            ("genres", actor.labels),
            lambda reader: reader.fetch(queries.GENRE_COUNTS, **given),
        )

    async def years(self, actor: Actor, unit: Unit) -> list[int]:
        """The years of the films that the actor sees, the newest first."""
        given = visible_to(actor.labels)
        return await self._cached(
            unit,
            ("years", actor.labels),
            lambda reader: [year for (year,) in reader.fetch(queries.YEARS, **given)],
        )

    async def labels(self, actor: Actor, unit: Unit) -> list[str]:
        """The names of the labels whose films the actor sees, by name."""
        ids = await self._access.label_ids(unit)
        return sorted(name for name, each in ids.items() if sees_label(actor.labels, each))

    async def directors(
        self,
        actor: Actor,
        unit: Unit,
        text: str,
        address: str | None,
        most: int = DIRECTORS_MOST,
    ) -> list[Director]:
        """Directors with a word that begins so, those whose whole name does first.

        `address` is whoever asks; None where that has been counted as a search already.

        Raises:
            DomainError(FIELD_INVALID): a text that is too long or has characters of no name.
            DomainError(THROTTLED)
        """
        words = " ".join(clean_text(text, "director", NAME_LONGEST).casefold().split())
        if not words:
            return []
        if address is not None:
            await self._throttle.hit("search", self._search_limit, address)
        given = {**visible_to(actor.labels), "most": most}

        def find(reader: Reader) -> Ids:
            begin = numbers(
                reader.fetch(queries.NAMES_BEGIN, start=words, end=words + LAST, **given)[0][0]
            )
            if len(begin) < most:
                hold = reader.fetch(queries.NAMES_HOLD, part=f" {words}", **given)[0][0]
                begin.extend(each for each in numbers(hold) if each not in begin)
            return begin[:most]

        ids = await self._names.get(unit, (actor.labels, words, most), find)
        rows = {row.id: row for row in await unit.all(DIRECTORS.some, ids=list(ids))}
        return [rows[row_id] for row_id in ids if row_id in rows]

    async def _cached(
        self, unit: Unit, key: tuple[object, ...], read: Callable[[Reader], Read]
    ) -> Read:
        cached = self._lists.get(key)
        if cached is not None:
            return cast(Read, cached)
        revision = self._lists.revision(MADE_OF)
        value = await unit.read_in_thread(read)
        self._lists.set(key, value, revision, MADE_OF)
        return value
