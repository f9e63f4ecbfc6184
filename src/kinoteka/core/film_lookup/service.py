"""Look up films at the sites that the operator has allowed.

Public operations: search, film.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
import structlog

from kinoteka.core.access.model import FILMS_EDIT, Actor
from kinoteka.core.film_lookup.model import FilmMatch, FoundFilm, LookupProvider
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.text import clean_text
from kinoteka.infrastructure.public_addresses import FetchFailed
from kinoteka.infrastructure.settings import Settings

log = structlog.get_logger()

T = TypeVar("T")

MAX_TEXT_LENGTH = 200
SECONDS = 10.0
MAX_BYTES = 4 * 1024 * 1024
RATE = "60 per minute"
REFERENCE = re.compile(r"(tmdb:[1-9][0-9]{0,9}|wikidata:Q[1-9][0-9]{0,11})")


class FilmLookup:
    """Finds films at other sites. Without a setting that allows one, there are no providers."""

    def __init__(self, settings: Settings, throttle: Throttle) -> None:
        self._settings = settings
        self._throttle = throttle
        self._providers: dict[str, LookupProvider] | None = None

    @property
    def is_available(self) -> bool:
        """Return whether the operator has allowed a site."""
        return bool(self._settings.tmdb_key or self._settings.wikidata_lookup)

    async def search(self, actor: Actor, text: str, language: str) -> list[FilmMatch] | None:
        """Return the films of all sites that match a text. None: no site can be used now.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, THROTTLED)
            DomainError(FIELD_INVALID): the text is too long or has characters that no title has.
        """
        actor.require(FILMS_EDIT)
        words = clean_text(text, "q", MAX_TEXT_LENGTH)
        if not words or not self.is_available:
            return []
        await self._limit(actor)
        providers = await self._open()
        found = await asyncio.gather(
            *(_attempt(each.name, each.search, words, language) for each in providers.values())
        )
        if all(matches is None for matches in found):
            return None
        return [match for matches in found for match in matches or ()]

    async def film(self, actor: Actor, reference: str, language: str) -> FoundFilm | None:
        """Return the film with this reference, or None if its site cannot be used now.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, THROTTLED)
        """
        actor.require(FILMS_EDIT)
        if REFERENCE.fullmatch(reference) is None or not self.is_available:
            return None
        await self._limit(actor)
        name, _, film_id = reference.partition(":")
        provider = (await self._open()).get(name)
        if provider is None:
            return None
        return await _attempt(name, provider.film, film_id, language)

    async def _limit(self, actor: Actor) -> None:
        await self._throttle.hit("film_lookup", RATE, f"id:{actor.require_account()}")

    async def _open(self) -> dict[str, LookupProvider]:
        if self._providers is None:
            # Import on demand and in a thread: the HTTP client takes a tenth of a second.
            self._providers = await asyncio.to_thread(_providers, self._settings)
        return self._providers


def _providers(settings: Settings) -> dict[str, LookupProvider]:
    from kinoteka.core.film_lookup.tmdb import Tmdb
    from kinoteka.core.film_lookup.wikidata import Wikidata
    from kinoteka.infrastructure.public_http import PublicHttp

    # The operator chose these addresses, which may be mirrors in the operator's network.
    hosts = [urlsplit(url).hostname or "" for url in (settings.tmdb_url, settings.wikidata_url)]
    http = PublicHttp(hosts, seconds=SECONDS, max_bytes=MAX_BYTES)
    providers: list[LookupProvider] = []
    if settings.tmdb_key:
        providers.append(Tmdb(http, settings.tmdb_url, settings.tmdb_key))
    if settings.wikidata_lookup:
        providers.append(Wikidata(http, settings.wikidata_url))
    return {each.name: each for each in providers}


async def _attempt(
    name: str, operation: Callable[[str, str], Awaitable[T]], text: str, language: str
) -> T | None:
    """Return the result of a request to a site, or None if it fails."""
    try:
        return await operation(text, language)
    except FetchFailed as error:
        log.warning("film lookup failed", site=name, reason=str(error))
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
        log.warning("film lookup failed", site=name, reason=f"unknown response: {error}")
    return None
