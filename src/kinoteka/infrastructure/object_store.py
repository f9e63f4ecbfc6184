"""Files in an S3-compatible object store.

The library's threads do the work, and the event loop waits for them for a bounded time. If the
store is unavailable, rejects the credentials or lacks the bucket, operations raise BUSY and the log
has the reason. The number and time of retries are bounded.
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
from kinoteka.infrastructure.files import FILE_NAME, MAX_FILE_BYTES, check
from kinoteka.infrastructure.settings import aws_environment

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

log = structlog.get_logger()

RETRY_AFTER_SECONDS = 5
MAX_OPERATION_SECONDS = 10.0
"""The time for one operation with all its retries."""
CLOSE_SECONDS = 3.0
"""How long `close` waits for removals."""
MAX_CONCURRENT_OPERATIONS = 64
"""Concurrent operations: each takes a connection, and a hanging store must not take them all."""
REMOVING_THREADS = 2
MAX_REASON_LENGTH = 700

CONNECT_TIMEOUT = timedelta(seconds=2)
ATTEMPT_TIMEOUT = timedelta(seconds=5)
RETRIES: "RetryConfig" = {
    "max_retries": 2,
    "retry_timeout": ATTEMPT_TIMEOUT,  # no retry begins after this
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=1),
        "base": 2,
    },
}

# Without the bucket, the store is not set up, so a missing file says nothing.
NO_BUCKET = "<Code>NoSuchBucket</Code>"


class ObjectFiles:
    """The objects `prefix/folder/…` of a bucket, at `url` (`s3://bucket/prefix`).

    `endpoint` is the address of the store, or empty for Amazon S3. `seconds` bounds the time of one
    operation.
    """

    def __init__(
        self, url: str, endpoint: str, folder: str, *, seconds: float = MAX_OPERATION_SECONDS
    ) -> None:
        self._store = open_store(url, endpoint, folder)
        self._seconds = seconds
        self._calls = asyncio.Semaphore(MAX_CONCURRENT_OPERATIONS)
        self._removing = ThreadPoolExecutor(REMOVING_THREADS, "files")
        self._removals: set[Future[None]] = set()

    async def put(self, name: str, content: bytes) -> None:
        """Store a file; see `Files`."""
        check(name, content)
        kind = guess_type(name)[0] or "application/octet-stream"
        async with self._call("put", name):
            await obstore.put_async(
                self._store,
                name,
                content,
                attributes={"Content-Type": kind},
                use_multipart=False,  # one request: all or nothing
            )

    async def get(self, name: str) -> bytes | None:
        """Return the content of a file, or None if it does not exist."""
        if FILE_NAME.fullmatch(name) is None:
            return None
        async with self._call("get", name):
            return await self._read(name)

    async def delete(self, name: str) -> None:
        """Remove a file if it exists."""
        check(name)
        async with self._call("delete", name):
            try:
                await obstore.delete_async(self._store, name)
            except FileNotFoundError as error:
                if NO_BUCKET in str(error):
                    raise

    def delete_soon(self, name: str) -> None:
        """Remove a file in the background."""
        check(name)
        removal = self._removing.submit(self._remove, name)
        self._removals.add(removal)
        removal.add_done_callback(self._removals.discard)

    def close(self) -> None:
        """Wait briefly for pending removals and close; an unavailable store may leave files."""
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
        except (BaseError, OSError) as error:  # OSError includes TimeoutError
            log.error("object store failed", operation=operation, file=name, reason=_reason(error))
            raise DomainError(Code.BUSY, retry_after=RETRY_AFTER_SECONDS) from error

    async def _read(self, name: str) -> bytes | None:
        try:
            found = await obstore.get_async(self._store, name)
        except FileNotFoundError as error:
            if NO_BUCKET in str(error):
                raise
            return None
        if found.meta["size"] > MAX_FILE_BYTES:
            return None
        return bytes(await found.bytes_async())

    def _remove(self, name: str) -> None:
        try:
            obstore.delete(self._store, name)
        except (BaseError, OSError) as error:
            if not isinstance(error, FileNotFoundError):
                log.warning("file not removed", file=name, reason=_reason(error))


def open_store(url: str, endpoint: str, folder: str) -> S3Store:
    """Open a folder under the bucket's prefix, without a request to the store."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    config: S3Config = {
        **aws_environment(),  # type: ignore[typeddict-item]
        "disable_bulk_delete": True,  # some stores do not support it
    }
    if endpoint:
        # Set both names: AWS_ENDPOINT_URL_S3 in the environment would override the first.
        config["endpoint"] = config["aws_endpoint_url_s3"] = endpoint.rstrip("/")
    client: ClientConfig = {
        "allow_http": endpoint.startswith("http://"),
        "connect_timeout": CONNECT_TIMEOUT,
        "timeout": ATTEMPT_TIMEOUT,
    }
    return S3Store(
        bucket,
        prefix=f"{prefix.strip('/')}/{folder}".strip("/"),
        config=config,
        client_options=client,
        retry_config=RETRIES,
    )


def _reason(error: Exception) -> str:
    # The message begins with the request and response. The library's state follows; it ends with
    # the system's error ("Connection refused") if there was no response.
    message, _, state = str(error).partition("\n\nDebug source")
    cause = state.partition("reqwest::Error")[2].rstrip(" \n,)}")
    return " ".join(f"{message} {cause}".split())[:MAX_REASON_LENGTH] or type(error).__name__
