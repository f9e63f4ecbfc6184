"""PostgreSQL: asyncpg in the event loop for requests, psycopg in threads for what takes longer.

asyncpg answers the short statements of requests in about half of psycopg's time; psycopg is what
threads and tools want: calls that block, COPY, and a place among Alembic's drivers.

Where the database is away, restarts, or takes too long, the answer is DomainError(BUSY): 503
with Retry-After. A read outside of a transaction is tried again first, if its connection broke.
"""

import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

import asyncpg
import psycopg

from kinoteka.database.bulk import ADVISORY_LOCK
from kinoteka.database.engines.postgresql.pool import (
    AWAY,
    CONNECT_SECONDS,
    Connection,
    ConnectionPool,
    busy,
    is_away,
    is_broken,
    prepares,
    terminate,
)
from kinoteka.database.engines.postgresql.search import requests as postgresql_requests
from kinoteka.database.interface import Conflict, Reader, Rows
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
WAIT_BRIEFLY = "SET LOCAL lock_timeout = '500ms'"
KEEP_IMPORTS_OUT = "SELECT pg_try_advisory_xact_lock_shared($1)"
UNDO_SECONDS = 1.0
"""How long a rollback may take before the connection is closed, and its transaction with it."""


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
    if not prepares(settings):
        connection.prepare_threshold = None
    return connection


class PostgreSQL:
    """A pool of connections, at most `database_pool`, and threads with two more."""

    name = ENGINE

    def __init__(self, settings: Settings) -> None:
        self._threads = ReadingThreads(lambda: _reader(settings), interrupt)
        self._pool = ConnectionPool(settings, on_freeze=self._threads.interrupt)
        self._fetch = _fetch if prepares(settings) else _fetch_in_transaction

    @classmethod
    async def open(cls, settings: Settings) -> "PostgreSQL":
        """Open the pool.

        Raises:
            DomainError(BUSY): the database is not there.
        """
        database = cls(settings)
        await database._pool.open()
        return database

    async def read(self, compiled: Compiled, given: Mapping[str, Any]) -> Rows:
        """Run a short read."""
        arguments = compiled.numbered(given)
        fetch = self._fetch
        try:
            return await self._with_connection(lambda c: fetch(c, compiled.sql, arguments))
        except asyncpg.CharacterNotInRepertoireError:
            return []  # U+0000: no text in the database has it

    async def read_in_thread(self, work: Callable[[Reader], T]) -> T:
        """Run reads that may take milliseconds on a connection of a thread's own."""
        self._pool.require_responses()
        try:
            return await self._threads.run(lambda reader: self._read(reader, work))
        except psycopg.OperationalError as error:
            busy(error)

    async def probe_storage(self) -> None:
        """Write a megabyte that goes with its transaction.

        Raises:
            DomainError(DISK_FULL, BUSY)
        """
        await self._with_connection(_write_in_vain)

    async def begin(self) -> "PostgreSQLWriting":
        """Begin a transaction."""
        connection = await self._with_connection(_begin, keep=True)
        return PostgreSQLWriting(self._pool, connection)

    def data_version(self) -> None:
        """There is no such number: whoever wants to know has to look."""

    def stats(self) -> dict[str, float]:
        """The pool's connections, who waits for one, and for the reading threads."""
        return {**self._pool.stats(), "heavy_reads": self._threads.waiting}

    async def close(self) -> None:
        """Finish what is under way and close every connection."""
        await self._threads.close()
        await self._pool.close()

    async def _with_connection(
        self, work: Callable[[Connection], Awaitable[T]], *, keep: bool = False
    ) -> T:
        """Do what may be done again with a connection; `keep`: it stays the work's own.

        After a restart of the database every connection of the pool may be broken.
        """
        for left in range(self._pool.size, -1, -1):
            connection = await self._pool.acquire()
            try:
                result = await work(connection)
            except BaseException as error:
                away = is_away(error, connection)
                is_retried = away and left and is_broken(connection)
                await self._pool.recover(connection)
                if is_retried:
                    continue
                if away:
                    busy(error)
                raise
            self._pool.responses += 1
            if not keep:
                await self._pool.release(connection)
            return result
        raise AssertionError

    def _read(self, reader: Reader, work: Callable[[Reader], T]) -> T:
        try:
            return work(reader)
        except psycopg.OperationalError:
            if not reader.connection.closed or self._pool.is_frozen:
                raise
            return work(self._threads.renewed())


class PostgreSQLWriting:
    """One transaction on one connection.

    A row that a key refuses, or any other error, leaves nothing but to roll it back.
    """

    def __init__(self, pool: ConnectionPool, connection: Connection) -> None:
        self._pool = pool
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

    async def index(self, entries: Sequence[IndexEntry]) -> None:
        """Put a few films into the search index, or put them anew."""
        await self._run(lambda c: postgresql_requests.index(c, entries))

    async def commit(self) -> None:
        """Make everything last; to its end, even if the caller goes away."""
        await finish(self._commit())

    async def rollback(self) -> None:
        """Undo everything."""
        await finish(self._rollback())

    async def _run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        queued, self._queued = self._queued, []
        for compiled, given in queued:
            arguments = compiled.numbered(given)
            await self._one(partial(_execute, compiled.sql, arguments))
        return await self._one(work)

    async def _one(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        try:
            result = await work(self._connection)
        except asyncpg.IntegrityConstraintViolationError as error:
            self._pool.responses += 1
            raise Conflict(_refused_by(error)) from error
        except Exception as error:
            if is_away(error, self._connection):
                busy(error)
            raise
        self._pool.responses += 1
        return result

    async def _commit(self) -> None:
        try:
            status = await self._run(lambda c: c.execute("COMMIT"))
            if status != "COMMIT":
                raise RuntimeError("a transaction that had failed was to be committed")
        except BaseException:
            await self._rollback()
            raise
        await self._pool.release(self._connection)

    async def _rollback(self) -> None:
        try:
            await self._connection.execute("ROLLBACK", timeout=UNDO_SECONDS)
        except (*AWAY, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            # With the connection goes its transaction.
            terminate(self._connection)
        finally:
            await self._pool.recover(self._connection)


def interrupt(reader: Reader) -> None:
    """Break a connection from another thread, so that whoever waits for its answer goes on."""
    with (
        suppress(psycopg.OperationalError, OSError),  # it is closed already
        socket.socket(fileno=os.dup(reader.connection.fileno())) as own,
    ):
        own.shutdown(socket.SHUT_RDWR)


def _reader(settings: Settings) -> PostgreSQLReader:
    return PostgreSQLReader(connect(settings, read_only=True))


def _fetch(connection: Connection, sql: str, arguments: Sequence[Any]) -> Awaitable[Rows]:
    return connection.fetch(sql, *arguments)


async def _fetch_in_transaction(connection: Connection, sql: str, arguments: Sequence[Any]) -> Rows:
    # asyncpg prepares a statement and runs it in two steps. A pooler may send these to different
    # connections unless they are of one transaction.
    await connection.execute("BEGIN READ ONLY")
    rows = await connection.fetch(sql, *arguments)
    await connection.execute("COMMIT")
    return rows


async def _execute(sql: str, arguments: Sequence[Any], connection: Connection) -> str:
    return await connection.execute(sql, *arguments)


async def _write_in_vain(connection: Connection) -> str:
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


def _refused_by(error: asyncpg.IntegrityConstraintViolationError) -> str:
    name = str(getattr(error, "constraint_name", "") or "")
    return _COLUMNS.get(name, name)
