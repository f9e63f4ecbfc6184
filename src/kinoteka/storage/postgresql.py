"""PostgreSQL: asyncpg in the event loop for requests, psycopg in threads for what takes longer.

asyncpg answers the short statements of requests in about half of psycopg's time; psycopg is what
threads and tools want: calls that block, COPY, and a place among Alembic's drivers.

Where the database is away, restarts, or takes too long, the answer is DomainError(BUSY): 503
with Retry-After. A read outside of a transaction is tried again first, if its connection broke.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn, TypeVar, cast

import asyncpg
import psycopg
from asyncpg.pool import PoolConnectionProxy

from kinoteka.config import Settings
from kinoteka.errors import Code, DomainError
from kinoteka.storage.bulk import ADVISORY_LOCK
from kinoteka.storage.database import Conflict, Reader, Rows
from kinoteka.storage.reading_threads import ReadingThreads
from kinoteka.storage.schema import metadata
from kinoteka.storage.search import postgresql_requests
from kinoteka.storage.search.entry import Entry
from kinoteka.storage.statement import Compiled, Row, Statement

T = TypeVar("T")
Connection = PoolConnectionProxy

ENGINE = "postgresql"
CONNECT_SECONDS = 5
WAIT_SECONDS = 5
"""How long a request waits for a connection of the pool."""
RETRY_AFTER_SECONDS = 1
WAIT_BRIEFLY = "SET LOCAL lock_timeout = '500ms'"
KEEP_IMPORTS_OUT = "SELECT pg_try_advisory_xact_lock_shared($1)"
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


@dataclass(frozen=True, slots=True)
class PostgreSQLReader:
    """A connection on which work in a thread, or of a tool, runs statements."""

    connection: psycopg.Connection[Any]
    engine: str = ENGINE

    def fetch(self, statement: Statement[Row], /, **given: Any) -> list[Row]:
        """Run a statement and give all its rows."""
        compiled = statement.compiled(ENGINE)
        cursor = self.connection.execute(
            cast(Any, compiled.sql), compiled.numbered(given), prepare=False
        )
        return statement.shape(cursor.fetchall() if cursor.description else [])


def connect(settings: Settings, *, read_only: bool = False) -> psycopg.Connection[Any]:
    """A connection for work that may block; `$1` numbers its parameters. It commits by itself.

    Raises:
        psycopg.OperationalError: the database is not there.
    """
    options = "-c default_transaction_read_only=on" if read_only else ""
    if read_only:
        options += f" -c statement_timeout={settings.database_timeout_seconds * 1000}"
        # What is prepared there (by the search) takes longer to plan than to run.
        options += " -c plan_cache_mode=force_generic_plan"
    connection = psycopg.connect(
        settings.database_url,
        autocommit=True,
        connect_timeout=CONNECT_SECONDS,
        options=options,
        application_name="kinoteka",
        # Limits are the server's own, so a machine that is gone is noticed by these alone.
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )
    connection.cursor_factory = psycopg.RawCursor
    return connection


class PostgreSQL:
    """A pool of connections, at most `database_pool`, and threads with two more."""

    name = ENGINE

    def __init__(self, settings: Settings, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._threads = ReadingThreads(lambda: _reader(settings))
        self._waiting = 0

    @classmethod
    async def open(cls, settings: Settings) -> "PostgreSQL":
        """Open the pool.

        Raises:
            DomainError(BUSY): the database is not there.
        """
        milliseconds = str(settings.database_timeout_seconds * 1000)
        pool = asyncpg.create_pool(
            settings.database_url,
            min_size=1,
            max_size=settings.database_pool,
            timeout=CONNECT_SECONDS,
            # A little more than the server's own limit, for when the network does not answer.
            command_timeout=settings.database_timeout_seconds + 2,
            statement_cache_size=CACHED_STATEMENTS,
            max_cached_statement_lifetime=0,
            reset=cast(Any, _nothing_to_reset),
            server_settings={
                "application_name": "kinoteka",
                "statement_timeout": milliseconds,
                "idle_in_transaction_session_timeout": milliseconds,
            },
        )
        try:
            await pool
        except AWAY as error:
            _busy(error)
        return cls(settings, pool)

    async def read(self, compiled: Compiled, given: Mapping[str, Any]) -> Rows:
        """Run a short read."""
        arguments = compiled.numbered(given)
        try:
            return await self._with_connection(lambda c: c.fetch(compiled.sql, *arguments))
        except asyncpg.CharacterNotInRepertoireError:
            return []  # U+0000: no text in the database has it

    async def read_in_thread(self, work: Callable[[Reader], T]) -> T:
        """Run reads that may take milliseconds on a connection of a thread's own."""
        try:
            return await self._threads.run(lambda reader: self._read(reader, work))
        except psycopg.OperationalError as error:
            _busy(error)

    async def begin(self) -> "PostgreSQLWriting":
        """Begin a transaction."""
        connection = await self._with_connection(_begin, keep=True)
        return PostgreSQLWriting(self, connection)

    async def release(self, connection: Connection) -> None:
        """Give a connection back."""
        await self._pool.release(connection)

    def data_version(self) -> None:
        """There is no such number: whoever wants to know has to look."""

    def stats(self) -> dict[str, float]:
        """The pool's connections, who waits for one, and for the reading threads."""
        size, idle = self._pool.get_size(), self._pool.get_idle_size()
        return {
            "pool_limit": self._pool.get_max_size(),
            "pool_used": size - idle,
            "pool_idle": idle,
            "pool_waiting": self._waiting,
            "heavy_reads": self._threads.waiting,
        }

    async def close(self) -> None:
        """Finish what is under way and close every connection."""
        self._threads.close()
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._pool.close()
        except AWAY:
            self._pool.terminate()

    async def _with_connection(
        self, work: Callable[[Connection], Awaitable[T]], *, keep: bool = False
    ) -> T:
        """Do what may be done again with a connection; `keep`: it stays the work's own.

        After a restart of the database every connection of the pool may be broken.
        """
        for left in range(self._pool.get_max_size(), -1, -1):
            connection = await self._acquire()
            done = False
            try:
                result = await work(connection)
                done = True
            except Exception as error:
                if not _is_away(error, connection):
                    raise
                if not (left and _is_broken(connection)):
                    _busy(error)
            else:
                return result
            finally:
                if not (keep and done):
                    await self.release(connection)
        raise AssertionError

    async def _acquire(self) -> Connection:
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=WAIT_SECONDS)
        except (*AWAY, asyncpg.PostgresError) as error:  # whatever it says to who connects
            _busy(error)
        finally:
            self._waiting -= 1

    def _read(self, reader: Reader, work: Callable[[Reader], T]) -> T:
        try:
            return work(reader)
        except psycopg.OperationalError:
            if not reader.connection.closed:
                raise
            return work(self._threads.renewed())


class PostgreSQLWriting:
    """One transaction on one connection.

    A row that a key refuses, or any other error, leaves nothing but to roll it back.
    """

    def __init__(self, database: PostgreSQL, connection: Connection) -> None:
        self._database = database
        self._connection = connection
        self._queued: list[tuple[Compiled, Mapping[str, Any]]] = []

    def queue(self, compiled: Compiled, given: Mapping[str, Any]) -> None:
        """Run a statement before the next one, or before the commit."""
        self._queued.append((compiled, given))

    async def rows(self, compiled: Compiled, given: Mapping[str, Any]) -> Rows:
        """Run a statement and give its rows."""
        arguments = compiled.numbered(given)
        return await self._run(lambda c: c.fetch(compiled.sql, *arguments))

    async def count(self, compiled: Compiled, given: Mapping[str, Any]) -> int:
        """Run a statement and tell how many rows it changed."""
        arguments = compiled.numbered(given)
        status = await self._run(lambda c: c.execute(compiled.sql, *arguments))
        return int(status.rpartition(" ")[2])

    async def many(self, compiled: Compiled, given: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each set of parameters."""
        rows = [compiled.numbered(row) for row in given]
        await self._run(lambda c: c.executemany(compiled.sql, rows))

    async def wait_briefly(self) -> None:
        """Wait for rows of others for a moment at most.

        It is shorter than `deadlock_timeout`, so that an import never is the one to end.
        """
        await self._run(lambda c: c.execute(WAIT_BRIEFLY))

    async def keep_imports_out(self) -> bool:
        """Share the lock that an import has for itself."""
        rows = await self._run(lambda c: c.fetch(KEEP_IMPORTS_OUT, ADVISORY_LOCK))
        return bool(rows[0][0])

    async def index(self, entries: Sequence[Entry]) -> None:
        """Put a few films into the search index, or put them anew."""
        await self._run(lambda c: postgresql_requests.index(c, entries))

    async def commit(self) -> None:
        """Make everything last; to its end, even if the caller goes away."""
        await asyncio.shield(asyncio.ensure_future(self._commit()))

    async def rollback(self) -> None:
        """Undo everything."""
        await asyncio.shield(asyncio.ensure_future(self._rollback()))

    async def _run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        queued, self._queued = self._queued, []
        for compiled, given in queued:
            arguments = compiled.numbered(given)
            await self._one(partial(_execute, compiled.sql, arguments))
        return await self._one(work)

    async def _one(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        try:
            return await work(self._connection)
        except asyncpg.IntegrityConstraintViolationError as error:
            raise Conflict(_refused_by(error)) from error
        except Exception as error:
            if _is_away(error, self._connection):
                _busy(error)
            raise

    async def _commit(self) -> None:
        try:
            status = await self._run(lambda c: c.execute("COMMIT"))
            if status != "COMMIT":
                raise RuntimeError("a transaction that had failed was to be committed")
        except BaseException:
            await self._undo()
            raise
        finally:
            await self._database.release(self._connection)

    async def _rollback(self) -> None:
        try:
            await self._undo()
        finally:
            await self._database.release(self._connection)

    async def _undo(self) -> None:
        try:
            await self._connection.execute("ROLLBACK")
        except (*AWAY, asyncpg.InterfaceError, asyncpg.InternalClientError):
            # With the connection goes its transaction.
            _terminate(self._connection)


def _reader(settings: Settings) -> PostgreSQLReader:
    return PostgreSQLReader(connect(settings, read_only=True))


async def _nothing_to_reset(_: Connection) -> None:
    """Leave a connection as it is: nothing of ours outlasts a transaction."""


async def _execute(sql: str, arguments: Sequence[Any], connection: Connection) -> str:
    return await connection.execute(sql, *arguments)


async def _begin(connection: Connection) -> Connection:
    await connection.execute("BEGIN")
    return connection


def _is_away(error: BaseException, connection: Connection) -> bool:
    if isinstance(error, asyncpg.InterfaceError):  # calls on a connection that has just broken
        return _is_broken(connection)
    if isinstance(error, asyncpg.InternalClientError):
        # The server has just said that it stops, which the driver takes for an answer to nothing.
        _terminate(connection)
        return True
    return isinstance(error, AWAY)


def _terminate(connection: Connection) -> None:
    if not _is_broken(connection):
        connection.terminate()


def _is_broken(connection: Connection) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back
        return True


def _busy(error: BaseException) -> NoReturn:
    raise DomainError(Code.BUSY, retry_after=RETRY_AFTER_SECONDS) from error


_COLUMNS = {
    str(constraint.name): ", ".join(f"{table.name}.{column.name}" for column in constraint.columns)
    for table in metadata.tables.values()
    for constraint in table.constraints
    if hasattr(constraint, "columns")
}


def _refused_by(error: asyncpg.IntegrityConstraintViolationError) -> str:
    name = str(getattr(error, "constraint_name", "") or "")
    return _COLUMNS.get(name, name)
