"""PostgreSQL: asyncpg in the event loop for requests, psycopg in threads for slow work.

asyncpg takes about half of psycopg's time for short statements. psycopg offers what threads and
commands need: blocking calls, COPY and support by Alembic.

If the database is unavailable, restarts or takes too long, operations raise DomainError(BUSY): 503
with Retry-After. A read outside a transaction is repeated once if its connection broke.
"""

import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import asyncpg
import psycopg

from kinoteka.database.bulk import ADVISORY_LOCK
from kinoteka.database.engines.postgresql.pool import (
    CONNECT_SECONDS,
    UNAVAILABLE_ERRORS,
    Connection,
    ConnectionPool,
    is_broken,
    is_unavailable,
    raise_busy,
    terminate,
    uses_prepared_statements,
)
from kinoteka.database.engines.postgresql.search import requests as postgresql_requests
from kinoteka.database.interface import Conflict, Reader, Rows, Write
from kinoteka.database.reading_threads import ReadingThreads
from kinoteka.database.schema import metadata
from kinoteka.database.statement import Compiled, Row, Statement
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.tasks import finish
from kinoteka.search.entry import IndexEntry

T = TypeVar("T")

ENGINE = "postgresql"
STORAGE_PROBE = (
    "CREATE TEMP TABLE kinoteka_probe ON COMMIT DROP AS "
    "SELECT repeat('x', 1000) AS x FROM generate_series(1, 1000)"
)
LIMIT_LOCK_WAIT = "SET LOCAL lock_timeout = '500ms'"
SHARE_IMPORT_LOCK = "SELECT pg_try_advisory_xact_lock_shared($1)"
ROLLBACK_SECONDS = 1.0
"""How long a rollback may take before the connection is closed instead."""


@dataclass(frozen=True, slots=True)
class PostgreSQLReader:
    """A connection for statements in a thread or a command."""

    connection: psycopg.Connection[Any]
    engine: str = ENGINE

    def fetch(self, statement: Statement[Row], /, **parameters: Any) -> list[Row]:
        """Run a statement and return all its rows."""
        compiled = statement.compiled(ENGINE)
        cursor = self.connection.execute(
            cast(Any, compiled.sql), compiled.numbered(parameters), prepare=False
        )
        return statement.map_rows(cursor.fetchall() if cursor.description else [])


def connect(settings: Settings, *, read_only: bool = False) -> psycopg.Connection[Any]:
    """Open a blocking connection with autocommit and parameters numbered from `$1`.

    Raises:
        psycopg.OperationalError: the database is unavailable.
    """
    options = "-c default_transaction_read_only=on" if read_only else ""
    if read_only:
        options += f" -c statement_timeout={settings.database_timeout_seconds * 1000}"
        # The prepared statements of the search take longer to plan than to run.
        options += " -c plan_cache_mode=force_generic_plan"
    connection = psycopg.connect(
        settings.database_url,
        autocommit=True,
        connect_timeout=CONNECT_SECONDS,
        options=options,
        application_name="kinoteka",
        # Timeouts run on the server, so only keepalives detect a machine that disappeared.
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )
    connection.cursor_factory = psycopg.RawCursor
    if not uses_prepared_statements(settings):
        connection.prepare_threshold = None
    return connection


class PostgreSQL:
    """A pool of up to `database_pool` connections, and threads with two more."""

    name = ENGINE

    def __init__(self, settings: Settings) -> None:
        self._threads = ReadingThreads(lambda: _reader(settings), interrupt)
        self._pool = ConnectionPool(settings, on_freeze=self._threads.interrupt)
        self._fetch = _fetch if uses_prepared_statements(settings) else _fetch_in_transaction

    @classmethod
    async def open(cls, settings: Settings) -> "PostgreSQL":
        """Open the pool.

        Raises:
            DomainError(BUSY): the database is unavailable.
        """
        database = cls(settings)
        await database._pool.open()
        return database

    async def read(self, compiled: Compiled, parameters: Mapping[str, Any]) -> Rows:
        """Run a short read."""
        arguments = compiled.numbered(parameters)
        fetch = self._fetch
        try:
            return await self._with_connection(lambda c: fetch(c, compiled.sql, arguments))
        except asyncpg.CharacterNotInRepertoireError:
            return []  # U+0000: no text in the database has it

    async def read_in_thread(self, work: Callable[[Reader], T]) -> T:
        """Run slow reads in a thread with its own connection.

        Raises:
            DomainError(BUSY): too many reads are waiting, or the database is unavailable.
        """
        self._pool.require_responses()
        try:
            return await self._threads.run(lambda reader: self._read(reader, work))
        except psycopg.OperationalError as error:
            raise_busy(error)

    async def probe_storage(self) -> None:
        """Write a megabyte to a temporary table.

        Raises:
            DomainError(DISK_FULL, BUSY)
        """
        await self._with_connection(_probe_storage)

    async def begin(self) -> "PostgreSQLTransaction":
        """Begin a transaction."""
        connection = await self._with_connection(_begin, retain=True)
        return PostgreSQLTransaction(self._pool, connection)

    async def write(self, writes: Sequence[Write]) -> list[Rows]:
        """Run statements in a transaction of their own."""
        return await (await self.begin()).commit_with(writes)

    def data_version(self) -> None:
        """Return None: PostgreSQL has no data version, so callers read the revisions."""

    def stats(self) -> dict[str, float]:
        """Return the numbers of connections, waiting requests and slow reads."""
        return {**self._pool.stats(), "heavy_reads": self._threads.waiting}

    async def close(self) -> None:
        """Finish running operations and close all connections."""
        await self._threads.close()
        await self._pool.close()

    async def _with_connection(
        self, work: Callable[[Connection], Awaitable[T]], *, retain: bool = False
    ) -> T:
        """Run repeatable `work` with a connection of the pool.

        After a restart of the database, every connection of the pool may be broken, so the work is
        repeated with each. `retain`: do not return the connection to the pool.
        """
        for retries_left in range(self._pool.size, -1, -1):
            connection = await self._pool.acquire()
            try:
                result = await work(connection)
            except BaseException as error:
                unavailable = is_unavailable(error, connection)
                is_retried = unavailable and retries_left and is_broken(connection)
                await self._pool.recover(connection)
                if is_retried:
                    continue
                if unavailable:
                    raise_busy(error)
                raise
            self._pool.responses += 1
            if not retain:
                await self._pool.release(connection)
            return result
        raise AssertionError

    def _read(self, reader: Reader, work: Callable[[Reader], T]) -> T:
        try:
            return work(reader)
        except psycopg.OperationalError:
            if not reader.connection.closed or self._pool.is_frozen:
                raise
            return work(self._threads.reconnect())


class PostgreSQLTransaction:
    """A transaction on one connection.

    After an error, such as a row that a key rejects, it can only be rolled back.
    """

    def __init__(self, pool: ConnectionPool, connection: Connection) -> None:
        self._pool = pool
        self._connection = connection
        self._queued: list[Write] = []

    def queue(self, write: Write) -> None:
        """Run a statement together with the next one, or with the commit."""
        self._queued.append(write)

    async def rows(self, compiled: Compiled, parameters: Mapping[str, Any]) -> Rows:
        """Run a statement and return its rows."""
        arguments = compiled.numbered(parameters)
        return await self._run(lambda c: c.fetch(compiled.sql, *arguments))

    async def count(self, compiled: Compiled, parameters: Mapping[str, Any]) -> int:
        """Run a statement and return the number of changed rows."""
        arguments = compiled.numbered(parameters)
        status = await self._run(lambda c: c.execute(compiled.sql, *arguments))
        return int(status.rpartition(" ")[2])

    async def many(self, compiled: Compiled, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each set of parameters."""
        rows = [compiled.numbered(row) for row in parameters]
        await self._run(lambda c: c.executemany(compiled.sql, rows))

    async def commit_with(self, writes: Sequence[Write]) -> list[Rows]:
        """Run statements, commit, and return the rows of each statement."""
        try:
            results = [await self._write(write) for write in writes]
        except BaseException:
            await self.rollback()
            raise
        await self.commit()
        return results

    async def limit_lock_wait(self) -> None:
        """Limit the wait for row locks.

        The limit is below `deadlock_timeout`, so a deadlock never aborts the import.
        """
        await self._run(lambda c: c.execute(LIMIT_LOCK_WAIT))

    async def exclude_imports(self) -> bool:
        """Take a shared lock, which an import needs exclusively."""
        rows = await self._run(lambda c: c.fetch(SHARE_IMPORT_LOCK, ADVISORY_LOCK))
        return bool(rows[0][0])

    async def index(self, entries: Sequence[IndexEntry]) -> None:
        """Add or replace a few films in the search index."""
        await self._run(lambda c: postgresql_requests.index(c, entries))

    async def remove_from_index(self, film_ids: Sequence[int]) -> None:
        """Remove a few films from the search index."""
        await self._run(lambda c: postgresql_requests.remove(c, film_ids))

    async def commit(self) -> None:
        """Commit, even if the caller is cancelled."""
        await finish(self._commit())

    async def rollback(self) -> None:
        """Roll back, even if the caller is cancelled."""
        await finish(self._rollback())

    async def _run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        queued, self._queued = self._queued, []
        for write in queued:
            await self._write(write)
        return await self._run_one(work)

    async def _write(self, write: Write) -> Rows:
        arguments = write.compiled.numbered(write.parameters)
        try:
            rows = await self._run_one(lambda c: c.fetch(write.compiled.sql, *arguments))
        except Conflict as error:
            raise write.rejection(error.constraint) from error
        return write.require_row(rows)

    async def _run_one(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        try:
            result = await work(self._connection)
        except asyncpg.IntegrityConstraintViolationError as error:
            self._pool.responses += 1
            raise Conflict(_violated_columns(error)) from error
        except Exception as error:
            if is_unavailable(error, self._connection):
                raise_busy(error)
            raise
        self._pool.responses += 1
        return result

    async def _commit(self) -> None:
        try:
            status = await self._run(lambda c: c.execute("COMMIT"))
            if status != "COMMIT":
                raise RuntimeError("a failed transaction cannot be committed")
        except BaseException:
            await self._rollback()
            raise
        await self._pool.release(self._connection)

    async def _rollback(self) -> None:
        try:
            await self._connection.execute("ROLLBACK", timeout=ROLLBACK_SECONDS)
        except (
            *UNAVAILABLE_ERRORS,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
        ):
            # Closing the connection rolls back its transaction.
            terminate(self._connection)
        finally:
            await self._pool.recover(self._connection)


def interrupt(reader: Reader) -> None:
    """Shut down a connection from another thread, so that its running statement fails."""
    with (
        suppress(psycopg.OperationalError, OSError),  # it is already closed
        socket.socket(fileno=os.dup(reader.connection.fileno())) as own,
    ):
        own.shutdown(socket.SHUT_RDWR)


def _reader(settings: Settings) -> PostgreSQLReader:
    return PostgreSQLReader(connect(settings, read_only=True))


def _fetch(connection: Connection, sql: str, arguments: Sequence[Any]) -> Awaitable[Rows]:
    return connection.fetch(sql, *arguments)


async def _fetch_in_transaction(connection: Connection, sql: str, arguments: Sequence[Any]) -> Rows:
    # asyncpg prepares and runs a statement in two steps. Outside a transaction, a pooler may send
    # them to different connections.
    await connection.execute("BEGIN READ ONLY")
    rows = await connection.fetch(sql, *arguments)
    await connection.execute("COMMIT")
    return rows


async def _probe_storage(connection: Connection) -> str:
    return await connection.execute(STORAGE_PROBE)


async def _begin(connection: Connection) -> Connection:
    await connection.execute("BEGIN")
    return connection


_COLUMNS = {
    str(constraint.name): ", ".join(f"{table.name}.{column.name}" for column in constraint.columns)
    for table in metadata.tables.values()
    for constraint in table.constraints
    if hasattr(constraint, "columns")
}


def _violated_columns(error: asyncpg.IntegrityConstraintViolationError) -> str:
    name = str(getattr(error, "constraint_name", "") or "")
    return _COLUMNS.get(name, name)
