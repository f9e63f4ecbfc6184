"""The pool of asyncpg connections, with bounded waits and detection of a frozen server.

A frozen PostgreSQL (a hanging machine, a network that drops packets) accepts requests and never
responds. There is no error, and a statement may be slow for other reasons. So if connections are in
use and none has received a response lately, the pool opens a new connection as a probe. If that
gets no response either, the pool closes the connections in use and rejects requests at once until
PostgreSQL responds again.
"""

import asyncio
from collections.abc import Callable
from typing import Any, NoReturn, cast

import asyncpg
import psycopg
import structlog
from asyncpg.pool import PoolConnectionProxy

from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.disk import DISK_STATE
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.tasks import BackgroundTasks, finish

log = structlog.get_logger()

Connection = PoolConnectionProxy

CONNECT_SECONDS = 5
WAIT_SECONDS = 5
"""How long a request waits for a connection."""
RELEASE_SECONDS = 1.0
"""How long a connection may take to cancel an abandoned statement."""
CLOSE_SECONDS = 2.0
LOOK_SECONDS = 0.5
"""How often the pool checks for connections without a response."""
PROBE_SECONDS = 3.0
"""How long a probe may take before PostgreSQL counts as frozen."""
RETRY_AFTER_SECONDS = 1
CACHED_STATEMENTS = 1000

# Errors of the environment: a broken connection; a server that starts, stops or is full; a slow
# lock or statement; a deadlock.
UNAVAILABLE_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.ReadOnlySQLTransactionError,
)


class ConnectionPool:
    """Up to `database_pool` connections; `on_freeze` is called when PostgreSQL freezes."""

    def __init__(self, settings: Settings, on_freeze: Callable[[], None]) -> None:
        self._options = _options(settings)
        self._pool = asyncpg.create_pool(
            min_size=0,  # with more, asyncpg logs a traceback for each failed attempt to connect
            max_size=settings.database_pool,
            reset=cast(Any, _nothing_to_reset),
            **self._options,
        )
        self._on_freeze = on_freeze
        self._in_use: set[Connection] = set()
        self._waiting = 0
        self._tasks = BackgroundTasks()
        self.responses = 0
        """The number of responses so far."""
        self.is_frozen = False

    async def open(self) -> None:
        """Connect once.

        Raises:
            DomainError(BUSY): the database is unavailable.
        """
        await self._pool
        try:
            connection = await self._pool.acquire(timeout=WAIT_SECONDS)
        except UNAVAILABLE_ERRORS as error:
            raise_busy(error)
        await self._pool.release(connection)
        self._tasks.start(self._watch())

    @property
    def size(self) -> int:
        """Return the maximum number of connections."""
        return self._pool.get_max_size()

    def stats(self) -> dict[str, float]:
        """Return the numbers of connections and of waiting requests."""
        size, idle = self._pool.get_size(), self._pool.get_idle_size()
        return {
            "pool_limit": self._pool.get_max_size(),
            "pool_used": size - idle,
            "pool_idle": idle,
            "pool_waiting": self._waiting,
        }

    async def acquire(self) -> Connection:
        """Acquire a connection.

        Raises:
            DomainError(BUSY): none is free in time, or PostgreSQL does not respond.
        """
        self.require_responses()
        self._waiting += 1
        try:
            connection = await self._pool.acquire(timeout=WAIT_SECONDS)
        except (*UNAVAILABLE_ERRORS, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise_busy(error)  # the server rejects connections, or the pool is closing
        finally:
            self._waiting -= 1
        self._in_use.add(connection)
        return connection

    def require_responses(self) -> None:
        """Fail at once if PostgreSQL is frozen.

        Raises:
            DomainError(BUSY): PostgreSQL is frozen.
        """
        if self.is_frozen:
            raise_busy(TimeoutError("PostgreSQL does not respond"))

    async def release(self, connection: Connection) -> None:
        """Return a connection after a success."""
        self._in_use.discard(connection)
        await self._pool.release(connection)

    async def recover(self, connection: Connection) -> None:
        """Return a connection after a failure or cancellation.

        Its running statement is cancelled, or the connection is closed if that takes too long. This
        raises no error, because it would hide the original one.
        """
        self._in_use.discard(connection)
        await finish(self._recover(connection))

    async def close(self) -> None:
        """Close all connections, including those in use after a while."""
        await self._tasks.close(within=CLOSE_SECONDS)
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pool.close()
        except (*UNAVAILABLE_ERRORS, asyncpg.InterfaceError):
            self._pool.terminate()

    async def _recover(self, connection: Connection) -> None:
        try:
            await self._pool.release(connection, timeout=RELEASE_SECONDS)
        except Exception:  # the pool has closed the connection, or close it now
            terminate(connection)

    async def _watch(self) -> None:
        responses = -1
        while not self._tasks.is_closing:
            await asyncio.sleep(LOOK_SECONDS)
            if self.is_frozen or (self._in_use and self.responses == responses):
                self._set_frozen(is_frozen=await self._is_frozen_now())
            responses = self.responses

    async def _is_frozen_now(self) -> bool:
        """Return whether a probe and all other connections get no response."""
        responses = self.responses
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                connection = await asyncpg.connect(**self._options)
                try:
                    await connection.execute("SELECT 1")
                finally:
                    connection.terminate()
        except TimeoutError:
            return responses == self.responses
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            pass  # it rejects the connection, so it responds
        return False

    def _set_frozen(self, *, is_frozen: bool) -> None:
        if is_frozen == self.is_frozen:
            return
        self.is_frozen = is_frozen
        if not is_frozen:
            log.warning("PostgreSQL responds again")
            return
        log.error("PostgreSQL does not respond: requests are rejected until it does")
        for connection in tuple(self._in_use):
            terminate(connection)
        self._on_freeze()


def is_unavailable(error: BaseException, connection: Connection) -> bool:
    """Return whether the database is unavailable or busy. Close an unusable connection."""
    if isinstance(error, asyncpg.InterfaceError):  # the connection has just broken
        return is_broken(connection)
    if isinstance(error, asyncpg.InternalClientError | asyncpg.ReadOnlySQLTransactionError):
        # The server announced that it stops, which the driver does not expect; or the connection
        # became read-only, because its server is no longer the primary.
        terminate(connection)
        return True
    return isinstance(error, UNAVAILABLE_ERRORS)


def terminate(connection: Connection) -> None:
    """Close a connection at once."""
    if not is_broken(connection):
        connection.terminate()


def is_broken(connection: Connection) -> bool:
    """Return whether a connection is unusable."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has reclaimed it
        return True


def raise_busy(error: BaseException) -> NoReturn:
    """Raise DomainError(BUSY), or DISK_FULL if that is PostgreSQL's error."""
    if isinstance(error, asyncpg.DiskFullError | psycopg.errors.DiskFull):
        raise DISK_STATE.record_failure(error) from error
    raise DomainError(Code.BUSY, retry_after=RETRY_AFTER_SECONDS) from error


def uses_prepared_statements(settings: Settings) -> bool:
    """Return whether prepared statements may survive a transaction."""
    return settings.database_prepared_statements == "on"


def _options(settings: Settings) -> dict[str, Any]:
    milliseconds = str(settings.database_timeout_seconds * 1000)
    return {
        "dsn": settings.database_url,
        "timeout": CONNECT_SECONDS,
        # Slightly above the server's own limit, in case the network fails.
        "command_timeout": settings.database_timeout_seconds + 2,
        "statement_cache_size": CACHED_STATEMENTS if uses_prepared_statements(settings) else 0,
        "max_cached_statement_lifetime": 0,
        "server_settings": {
            "application_name": "kinoteka",
            "statement_timeout": milliseconds,
            "idle_in_transaction_session_timeout": milliseconds,
        },
    }


async def _nothing_to_reset(_: Connection) -> None:
    """Do nothing: our statements leave no session state."""
