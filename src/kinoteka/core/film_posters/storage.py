"""The files of posters and their rows.

Uploaded posters have a folder of their own, which backups contain. Fetched posters are a cache.
"""

import secrets
from collections.abc import Iterable
from functools import partial

import structlog

from kinoteka.core.film_posters import queries
from kinoteka.core.film_posters.model import StoredPoster
from kinoteka.core.media.model import Pictures
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.files import POSTER_CACHE_FOLDER, POSTER_FOLDER, Files, open_files
from kinoteka.infrastructure.settings import Settings

log = structlog.get_logger()

MEBIBYTE = 1024 * 1024
EVICTION_TARGET = 0.9
"""The share of the limit that remains after an eviction, so that evictions are rare."""
BATCH = 200


class PosterStorage:
    """Stores, reads and deletes posters."""

    def __init__(self, settings: Settings) -> None:
        self._uploaded = open_files(settings, POSTER_FOLDER)
        self._fetched = open_files(settings, POSTER_CACHE_FOLDER)
        self._limit = settings.poster_cache_megabytes * MEBIBYTE

    async def get(self, poster: StoredPoster, name: str) -> bytes | None:
        """Return a file of a poster, or None if it is missing."""
        return await self._files_of(poster.address).get(name)

    async def store(
        self, unit: Unit, film_id: int, address: str | None, pictures: Pictures
    ) -> bool:
        """Store a poster in all sizes. Return False if another worker has just stored one.

        `pictures` has the bytes of each of `media.model.POSTER_SIZES`. It is empty if fetching
        failed.
        """
        previous = await unit.first(queries.POSTER, film_id=film_id)
        if previous is not None and previous.is_uploaded and address is not None:
            return False
        files = self._files_of(address)
        names = {size: _new_name() for size in pictures}
        for name in names.values():
            # Register this first: an object store may store a file and still time out.
            unit.after_rollback(partial(files.delete_soon, name))
        for size, picture in pictures.items():
            await files.put(names[size], picture)
        row = StoredPoster(film_id, address, names.get("small"), names.get("large"), now(), now())
        stored = await unit.first(
            queries.STORE,
            **{name: getattr(row, name) for name in StoredPoster.__struct_fields__},
            bytes=sum(map(len, pictures.values())),
            previous=None if previous is None else previous.large_file,
        )
        unused = row if stored is None else previous
        if unused is not None:
            self.delete_after_commit(unit, [unused])
        return stored is not None

    def delete_after_commit(self, unit: Unit, posters: Iterable[StoredPoster]) -> None:
        """Delete the files of posters when the transaction commits."""
        for poster in posters:
            for name in poster.files:
                unit.after_commit(partial(self._files_of(poster.address).delete_soon, name))

    async def prune(self, unit: Unit) -> None:
        """Delete some posters whose films no longer need them, and the oldest above the limit."""
        self.delete_after_commit(unit, await unit.all(queries.DELETE_UNUSED, most=BATCH))
        if await _fetched_bytes(unit) <= self._limit:
            return
        while (size := await _fetched_bytes(unit)) > self._limit * EVICTION_TARGET:
            evicted = await unit.all(queries.EVICT, most=BATCH)
            self.delete_after_commit(unit, evicted)
            log.info("posters evicted", count=len(evicted), bytes_before=size)

    def close(self) -> None:
        """Wait for pending operations and close."""
        self._uploaded.close()
        self._fetched.close()

    def _files_of(self, address: str | None) -> Files:
        return self._uploaded if address is None else self._fetched


async def _fetched_bytes(unit: Unit) -> int:
    return (await unit.all(queries.FETCHED_BYTES))[0][0]


def _new_name() -> str:
    return f"{secrets.token_urlsafe(18)}.webp"
