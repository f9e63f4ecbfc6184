"""Find, fetch, upload and delete the posters of films.

Public operations: find, redirect, read, upload, remove_upload, store_use, prune.

A poster that a data set names is fetched at its first view. Until then, and whenever that fails,
the server shows a drawn one (`core/media/posters.py`).
"""

from kinoteka.core.access.model import FILMS_EDIT, Actor
from kinoteka.core.catalogue.model import Film
from kinoteka.core.film_editing.service import FilmEditing
from kinoteka.core.film_posters import queries
from kinoteka.core.film_posters.fetching import PosterFetcher
from kinoteka.core.film_posters.model import CACHED, DIRECT, Size, StoredPoster
from kinoteka.core.film_posters.storage import PosterStorage
from kinoteka.core.media.service import Media
from kinoteka.database.interface import Database
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.cache import BoundedMap
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.spooled_files import SpooledFile

RETRY_AFTER = DAY
"""How long a failure is remembered, in milliseconds."""
CACHE_BYTES = 8 * 1024 * 1024
MAX_USED = 50_000
"""How many viewed films are remembered until their rows are updated."""


class FilmPosters:
    """The posters of films, stored in two sizes as WebP."""

    def __init__(
        self, settings: Settings, database: Database, media: Media, editing: FilmEditing
    ) -> None:
        self._is_caching = settings.posters == CACHED
        self._is_direct = settings.posters == DIRECT
        self._media = media
        self._editing = editing
        self._storage = PosterStorage(settings)
        self._fetcher = PosterFetcher(settings, database, media, self._storage)
        self._pictures: BoundedMap[str, bytes] = BoundedMap(CACHE_BYTES)
        self._used: set[int] = set()

    async def find(self, unit: Unit, film: Film) -> StoredPoster | None:
        """Return the stored poster of a film that the actor sees, or None.

        If the film has the address of a poster, start to fetch it.
        """
        stored = await unit.first(queries.POSTER, film_id=film.id)
        if stored is not None and stored.is_uploaded:
            return stored
        if film.poster is None or not self._is_caching:
            return None
        if stored is None or stored.address != film.poster:
            self._fetcher.request(film.id, film.poster)
            return None
        if stored.files:
            self._note_use(stored)
            return stored
        if now() - stored.checked_at > RETRY_AFTER:
            self._fetcher.request(film.id, film.poster)
        return None

    def redirect(self, film: Film) -> str | None:
        """Return the address from which browsers fetch the film's poster themselves, or None."""
        return film.poster if self._is_direct else None

    async def read(self, poster: StoredPoster, size: Size) -> bytes | None:
        """Return the picture in one size, or None if its file is missing.

        Raises:
            DomainError(BUSY): the object store is unavailable.
        """
        name = poster.file(size)
        if name is None:
            return None
        picture = self._pictures.get(name)
        if picture is None:
            picture = await self._storage.get(poster, name)
            if picture is None:
                if poster.address is not None:
                    self._fetcher.request(poster.film_id, poster.address)
                return None
            self._pictures.set(name, picture, len(picture))
        return picture

    async def upload(self, actor: Actor, unit: Unit, film_id: int, file: SpooledFile) -> None:
        """Replace a film's poster with an uploaded picture. Imports do not replace it.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN, BUSY)
            DomainError(UPLOAD_TOO_LARGE, UPLOAD_WRONG_TYPE, UPLOAD_UNREADABLE)
            DomainError(UPLOAD_TOO_MANY_PIXELS): see `Media.read_picture`.
        """
        actor.require(FILMS_EDIT)
        pictures = await self._media.read_poster(file)
        await self._editing.replace_poster(actor, unit, film_id)
        await self._storage.store(unit, film_id, None, pictures)

    async def remove_upload(self, actor: Actor, unit: Unit, film_id: int) -> None:
        """Delete a film's uploaded poster, if it has one.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FILM_UNKNOWN)
        """
        await self._editing.replace_poster(actor, unit, film_id)
        removed = await unit.all(queries.DELETE_UPLOADED, film_id=film_id)
        self._storage.delete_after_commit(unit, removed)

    async def is_uploaded(self, unit: Unit, film_id: int) -> bool:
        """Return whether a film has an uploaded poster."""
        stored = await unit.first(queries.POSTER, film_id=film_id)
        return stored is not None and stored.is_uploaded

    async def store_use(self, unit: Unit) -> None:
        """Store which posters this process has shown since the last time."""
        used, self._used = self._used, set()
        if used:
            await unit.run(queries.MARK_USED, film_ids=list(used), used_at=now())

    async def prune(self, unit: Unit) -> None:
        """Delete posters that are unused or too many."""
        await self._storage.prune(unit)

    async def close(self) -> None:
        """End running fetches and close the files."""
        await self._fetcher.close()
        self._storage.close()

    def _note_use(self, poster: StoredPoster) -> None:
        if now() - poster.used_at > DAY and len(self._used) < MAX_USED:
            self._used.add(poster.film_id)
