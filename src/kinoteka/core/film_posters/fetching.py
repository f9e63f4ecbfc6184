"""Fetch posters in the background: two at a time from each host, with a bounded queue."""

import asyncio
from collections import defaultdict
from importlib import import_module
from typing import TYPE_CHECKING

import structlog

from kinoteka.core.film_posters.storage import PosterStorage
from kinoteka.core.media.model import MAX_UPLOAD_BYTES, Pictures
from kinoteka.core.media.service import Media
from kinoteka.database.interface import Database
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.public_addresses import FetchFailed, host_of
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.tasks import BackgroundTasks

if TYPE_CHECKING:
    from kinoteka.infrastructure.public_http import PublicHttp

log = structlog.get_logger()

MAX_QUEUE = 500
"""How many films may wait. The next view of another film requests it again."""
AT_ONCE = 8
AT_ONCE_PER_HOST = 2
SECONDS = 20.0
ACCEPT = b"image/webp,image/jpeg,image/png"
STORES_PER_PRUNING = 50


class PosterFetcher:
    """Fetches posters and stores them. It remembers failures in the posters' rows."""

    def __init__(
        self, settings: Settings, database: Database, media: Media, storage: PosterStorage
    ) -> None:
        self._database = database
        self._media = media
        self._storage = storage
        self._allowed_hosts = settings.poster_hosts_allowed
        self._http: PublicHttp | None = None
        self._tasks = BackgroundTasks()
        self._pending: set[int] = set()
        self._all = asyncio.Semaphore(AT_ONCE)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONCE_PER_HOST)
        )
        self._stored = 0

    def request(self, film_id: int, address: str) -> None:
        """Fetch the poster of a film soon, unless the queue is full."""
        if film_id in self._pending or len(self._pending) >= MAX_QUEUE or self._tasks.is_closing:
            return
        self._pending.add(film_id)
        self._tasks.start(self._fetch(film_id, address))

    async def close(self) -> None:
        """End all fetches."""
        await self._tasks.close()

    async def _fetch(self, film_id: int, address: str) -> None:
        host = host_of(address)
        try:
            async with self._hosts[host], self._all:
                pictures = await self._pictures(film_id, address)
                await self._store(film_id, address, pictures)
        except DomainError as error:  # for example, the disk is full; the next view tries again
            log.warning("poster not stored", film=film_id, code=error.code)
        except Exception:
            log.exception("poster not fetched", film=film_id)
        finally:
            self._pending.discard(film_id)
            if not self._pending:
                self._hosts.clear()

    async def _pictures(self, film_id: int, address: str) -> Pictures:
        """Return the poster in all sizes, or nothing if it cannot be fetched or read."""
        try:
            return await self._media.scale_poster(await self._download(address))
        except FetchFailed as error:
            reason = str(error)
        except DomainError as error:
            if error.code in (Code.BUSY, Code.DISK_FULL):
                raise
            reason = error.code
        # The address may contain a secret, such as the signature of a link.
        log.info("poster not fetched", film=film_id, host=host_of(address), reason=reason)
        return {}

    async def _download(self, address: str) -> bytes:
        if self._http is None:
            # Import on demand and in a thread: the HTTP client takes a tenth of a second.
            public_http = await asyncio.to_thread(
                import_module, "kinoteka.infrastructure.public_http"
            )
            self._http = public_http.PublicHttp(
                self._allowed_hosts, seconds=SECONDS, max_bytes=MAX_UPLOAD_BYTES
            )
        return await self._http.get(address, accept=ACCEPT)

    async def _store(self, film_id: int, address: str, pictures: Pictures) -> None:
        async with unit_of_work(self._database) as unit:
            await self._storage.store(unit, film_id, address, pictures)
            self._stored += 1
            if self._stored % STORES_PER_PRUNING == 0:
                await self._storage.prune(unit)
