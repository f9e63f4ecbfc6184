"""Files in an S3-compatible object store.

The store's own threads do the work and the event loop waits for them, so long and no longer. A
store that is away, refuses the credentials or lacks the bucket is BUSY to who asks; why, the log
tells. How often a request is tried again, and for how long, is bounded.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import asynccontextmanager
from datetime import timedelta
from mimetypes import guess_type
from typing import TYPE_CHECKING

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.files import LARGEST, NAME, check
from kinoteka.infrastructure.settings import aws_environment

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

log = structlog.get_logger()

RETRY_AFTER_SECONDS = 5
SECONDS_MOST = 10.0
"""For one operation, with everything that is tried again."""
CLOSE_SECONDS = 3.0
"""How long closing waits for removals."""
CALLS_MOST = 64
"""At once: each takes a connection, and a store that hangs must not take them all."""
REMOVING_THREADS = 2
REASON_LONGEST = 700

CONNECTING = timedelta(seconds=2)
TRYING = timedelta(seconds=5)
RETRYING: "RetryConfig" = {
    "max_retries": 2,
    "retry_timeout": TRYING,  # after which no try begins
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=1),
        "base": 2,
    },
}

# A store without the bucket is one that is not set up; whether there is such a file, it cannot say.
NO_BUCKET = "<Code>NoSuchBucket</Code>"


class ObjectFiles:
    """The objects `prefix/folder/…` of a bucket, at `url` (`s3://bucket/prefix`).

    `endpoint` is the store's address; empty for Amazon's. `seconds` is what one operation may
    take at most.
    """

    def __init__(
        self, url: str, endpoint: str, folder: str, *, seconds: float = SECONDS_MOST
    ) -> None:
        self._store = open_store(url, endpoint, folder)
        self._seconds = seconds
        self._calls = asyncio.Semaphore(CALLS_MOST)
        self._removing = ThreadPoolExecutor(REMOVING_THREADS, "files")
        self._removals: set[Future[None]] = set()

    async def put(self, name: str, content: bytes) -> None:
        """Store a file, as `Files` says."""
        check(name, content)
        kind = guess_type(name)[0] or "application/octet-stream"
        async with self._call("put", name):
            await obstore.put_async(
                self._store,
                name,
                content,
                attributes={"Content-Type": kind},
                use_multipart=False,  # one request: whole or not at all
            )

    async def get(self, name: str) -> bytes | None:
        """The file's content; None where there is no such file."""
        if NAME.fullmatch(name) is None:
            return None
        async with self._call("get", name):
            return await self._read(name)

    async def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        check(name)
        async with self._call("delete", name):
            try:
                await obstore.delete_async(self._store, name)
            except FileNotFoundError as error:
                if NO_BUCKET in str(error):
                    raise

    def delete_soon(self, name: str) -> None:
        """Remove a file without waiting for it."""
        check(name)
        removal = self._removing.submit(self._remove, name)
        self._removals.add(removal)
        removal.add_done_callback(self._removals.discard)

    def close(self) -> None:
        """Finish what is under way; what a store that is away holds up is left behind."""
        seconds = min(self._seconds, CLOSE_SECONDS)
        left = wait(tuple(self._removals), timeout=seconds).not_done
        if left:
            log.warning("files not removed", count=len(left))
        self._removing.shutdown(wait=not left, cancel_futures=True)

    @asynccontextmanager
    async def _call(self, operation: str, name: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._seconds), self._calls:
                yield
        except (BaseError, OSError) as error:  # OSError: among others TimeoutError
            log.error("object store failed", operation=operation, file=name, reason=_reason(error))
            raise DomainError(Code.BUSY, retry_after=RETRY_AFTER_SECONDS) from error

    async def _read(self, name: str) -> bytes | None:
        try:
            found = await obstore.get_async(self._store, name)
        except FileNotFoundError as error:
            if NO_BUCKET in str(error):
                raise
            return None
        if found.meta["size"] > LARGEST:
            return None
        return bytes(await found.bytes_async())

    def _remove(self, name: str) -> None:
        try:
            obstore.delete(self._store, name)
        except (BaseError, OSError) as error:
            if not isinstance(error, FileNotFoundError):
                log.warning("file not removed", file=name, reason=_reason(error))


def open_store(url: str, endpoint: str, folder: str) -> S3Store:
    """The part of a bucket where a folder's files lie; nothing is asked of the store yet."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    config: S3Config = {
        **aws_environment(),  # type: ignore[typeddict-item]
        "disable_bulk_delete": True,  # which not every store knows
    }
    if endpoint:
        # Under both names: the environment's AWS_ENDPOINT_URL_S3 would win over the first.
        config["endpoint"] = config["aws_endpoint_url_s3"] = endpoint.rstrip("/")
    client: ClientConfig = {
        "allow_http": endpoint.startswith("http://"),
        "connect_timeout": CONNECTING,
        "timeout": TRYING,
    }
    return S3Store(
        bucket,
        prefix=f"{prefix.strip('/')}/{folder}".strip("/"),
        config=config,
        client_options=client,
        retry_config=RETRYING,
    )


def _reason(error: Exception) -> str:
    # First what was asked and answered; then the library's state, which ends with what the system
    # says ("Connection refused") where there was no answer at all.
    told, _, state = str(error).partition("\n\nDebug source")
    cause = state.partition("reqwest::Error")[2].rstrip(" \n,)}")
    return " ".join(f"{told} {cause}".split())[:REASON_LONGEST] or type(error).__name__
