"""The pool of asyncpg's connections: taken in time, given back for certain, given up in time.

A PostgreSQL that is frozen (a machine that hangs, a network that drops packets) takes everything
and answers nothing. No error tells of it, and a statement may take long for other reasons. So
where connections are in use and none has had an answer lately, the pool tries to connect anew.
Where that has no answer either, the connections in use are ended, and requests are refused at once
until PostgreSQL answers again.
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
"""How long a request waits for a connection of the pool."""
RELEASE_SECONDS = 1.0
"""How long a connection whose statement was given up may take to be of use again."""
CLOSE_SECONDS = 2.0
LOOK_SECONDS = 0.5
"""How often the pool looks for connections that have no answer."""
PROBE_SECONDS = 3.0
"""How long PostgreSQL may take to answer to a new connection before it counts as frozen."""
RETRY_AFTER_SECONDS = 1
CACHED_STATEMENTS = 1000

# Not errors of ours: the connection broke, the server stops or starts or is full, a lock or a
# statement took too long, or two transactions waited for each other.
AWAY = (
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
    """At most `database_pool` connections. `on_freeze` is called when PostgreSQL freezes."""

    def __init__(self, settings: Settings, on_freeze: Callable[[], None]) -> None:
        self._options = _options(settings)
        self._pool = asyncpg.create_pool(
            min_size=0,  # asyncpg would try to restore it, and log a traceback for each attempt
            max_size=settings.database_pool,
            reset=cast(Any, _nothing_to_reset),
            **self._options,
        )
        self._on_freeze = on_freeze
        self._in_use: set[Connection] = set()
        self._waiting = 0
        self._tasks = BackgroundTasks()
        self.responses = 0
        """Statements that were answered so far."""
        self.is_frozen = False

    async def open(self) -> None:
        """Connect once.

        Raises:
            DomainError(BUSY): the database is not there.
        """
        await self._pool
        try:
            connection = await self._pool.acquire(timeout=WAIT_SECONDS)
        except AWAY as error:
            busy(error)
        await self._pool.release(connection)
        self._tasks.start(self._watch())

    @property
    def size(self) -> int:
        """How many connections there may be."""
        return self._pool.get_max_size()

    def stats(self) -> dict[str, float]:
        """The pool's connections, and who waits for one."""
        size, idle = self._pool.get_size(), self._pool.get_idle_size()
        return {
            "pool_limit": self._pool.get_max_size(),
            "pool_used": size - idle,
            "pool_idle": idle,
            "pool_waiting": self._waiting,
        }

    async def acquire(self) -> Connection:
        """Take a connection.

        Raises:
            DomainError(BUSY): there is none in time, or PostgreSQL does not answer.
        """
        self.require_responses()
        self._waiting += 1
        try:
            connection = await self._pool.acquire(timeout=WAIT_SECONDS)
        except (*AWAY, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            busy(error)  # whatever it says to who connects, or the pool while it closes
        finally:
            self._waiting -= 1
        self._in_use.add(connection)
        return connection

    def require_responses(self) -> None:
        """Wait for nothing where PostgreSQL is known not to answer.

        Raises:
            DomainError(BUSY): it does not.
        """
        if self.is_frozen:
            busy(TimeoutError("PostgreSQL does not answer"))

    async def release(self, connection: Connection) -> None:
        """Give a connection back after its work has succeeded."""
        self._in_use.discard(connection)
        await self._pool.release(connection)

    async def recover(self, connection: Connection) -> None:
        """Give a connection back after its work has failed or was cancelled.

        What is still under way on it is cancelled. It is closed where that takes too long.
        Raises nothing, since it would hide why the work has failed.
        """
        self._in_use.discard(connection)
        await finish(self._recover(connection))

    async def close(self) -> None:
        """Close every connection, at last those in use."""
        await self._tasks.close(within=CLOSE_SECONDS)
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pool.close()
        except (*AWAY, asyncpg.InterfaceError):
            self._pool.terminate()

    async def _recover(self, connection: Connection) -> None:
        try:
            await self._pool.release(connection, timeout=RELEASE_SECONDS)
        except Exception:  # the pool has closed the connection, or this does
            terminate(connection)

    async def _watch(self) -> None:
        responses = -1
        while not self._tasks.is_closing:
            await asyncio.sleep(LOOK_SECONDS)
            if self.is_frozen or (self._in_use and self.responses == responses):
                self._note_frozen(is_frozen=await self._is_silent())
            responses = self.responses

    async def _is_silent(self) -> bool:
        """Whether PostgreSQL answers neither a new connection nor any other meanwhile."""
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
            pass  # it refuses, so it is not silent
        return False

    def _note_frozen(self, *, is_frozen: bool) -> None:
        if is_frozen == self.is_frozen:
            return
        self.is_frozen = is_frozen
        if not is_frozen:
            log.warning("PostgreSQL answers again")
            return
        log.error("PostgreSQL does not answer: requests are refused until it does")
        for connection in tuple(self._in_use):
            terminate(connection)
        self._on_freeze()


def is_away(error: BaseException, connection: Connection) -> bool:
    """Whether it is the database that is away or busy. Close a connection of no more use."""
    if isinstance(error, asyncpg.InterfaceError):  # calls on a connection that has just broken
        return is_broken(connection)
    if isinstance(error, asyncpg.InternalClientError | asyncpg.ReadOnlySQLTransactionError):
        # The server has just said that it stops, which the driver takes for an answer to nothing;
        # or a connection lasts longer than its read-only default, or its server's being a primary.
        terminate(connection)
        return True
    return isinstance(error, AWAY)


def terminate(connection: Connection) -> None:
    """Close a connection at once."""
    if not is_broken(connection):
        connection.terminate()


def is_broken(connection: Connection) -> bool:
    """Whether a connection can be used no longer."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back
        return True


def busy(error: BaseException) -> NoReturn:
    """Raise DomainError(BUSY) because of an error; DISK_FULL if PostgreSQL says that."""
    if isinstance(error, asyncpg.DiskFullError | psycopg.errors.DiskFull):
        raise DISK_STATE.refused(error) from error
    raise DomainError(Code.BUSY, retry_after=RETRY_AFTER_SECONDS) from error


def prepares(settings: Settings) -> bool:
    """Whether prepared statements may outlast a transaction."""
    return settings.database_prepared_statements == "on"


def _options(settings: Settings) -> dict[str, Any]:
    milliseconds = str(settings.database_timeout_seconds * 1000)
    return {
        "dsn": settings.database_url,
        "timeout": CONNECT_SECONDS,
        # A little more than the server's own limit, for when the network does not answer.
        "command_timeout": settings.database_timeout_seconds + 2,
        "statement_cache_size": CACHED_STATEMENTS if prepares(settings) else 0,
        "max_cached_statement_lifetime": 0,
        "server_settings": {
            "application_name": "kinoteka",
            "statement_timeout": milliseconds,
            "idle_in_transaction_session_timeout": milliseconds,
        },
    }


async def _nothing_to_reset(_: Connection) -> None:
    """Leave a connection as it is: nothing of ours outlasts a transaction."""
