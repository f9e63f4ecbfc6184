"""SQLite: reads in the event loop, and one writer in its own thread.

Reading a few rows takes microseconds, less than a switch to a thread. Writes wait for the disk and
slow reads take milliseconds, so both run in threads.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import structlog

from kinoteka.database.engines.sqlite.search import index as search
from kinoteka.database.interface import Conflict, Reader, Rows
from kinoteka.database.reading_threads import ReadingThreads
from kinoteka.database.statement import Compiled, Row, Statement
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.disk import DISK_FAILURE_CODES, DISK_STATE, probe
from kinoteka.infrastructure.tasks import discard_error
from kinoteka.search.entry import IndexEntry

T = TypeVar("T")

BUSY_SECONDS = 5
WRITER_WAIT_SECONDS = 10

encode = msgspec.json.Encoder().encode
log = structlog.get_logger()


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the database file with the settings that all connections need."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")  # first
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = {-4096 if read_only else -8192}")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


def bound(compiled: Compiled, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return all parameters for the driver, with lists as JSON (see `statement.in_list`)."""
    values = {**compiled.fixed, **parameters}
    for name, value in values.items():
        if type(value) is list:
            values[name] = encode(value).decode() if value else "[]"
    return values


@dataclass(frozen=True, slots=True)
class SQLiteReader:
    """A connection for statements in a thread or a command."""

    connection: sqlite3.Connection
    engine: str = "sqlite"

    def fetch(self, statement: Statement[Row], /, **parameters: Any) -> list[Row]:
        """Run a statement and return all its rows."""
        compiled = statement.compiled(self.engine)
        rows = self.connection.execute(compiled.sql, bound(compiled, parameters)).fetchall()
        return statement.map_rows(rows)


class SQLite:
    """A database file with a reading connection in the event loop and a writer thread."""

    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader = connect(path, read_only=True)
        self._writer = connect(path)
        self._writer_thread = ThreadPoolExecutor(1, "sqlite-writer")
        self._threads = ReadingThreads(
            lambda: SQLiteReader(connect(path, read_only=True)),
            lambda reader: reader.connection.interrupt(),
        )
        self._waiting_to_write = 0
        self._transaction = asyncio.Lock()

    async def read(self, compiled: Compiled, parameters: Mapping[str, Any]) -> Rows:
        """Run a short read in the event loop."""
        return self._reader.execute(compiled.sql, bound(compiled, parameters)).fetchall()

    async def read_in_thread(self, work: Callable[[Reader], T]) -> T:
        """Run slow reads in a thread with its own connection.

        Raises:
            DomainError(BUSY): too many reads are waiting.
        """
        return await self._threads.run(work)

    def data_version(self) -> int:
        """Return a number that changes when another connection commits."""
        return int(self._reader.execute("PRAGMA data_version").fetchone()[0])

    async def probe_storage(self) -> None:
        """Write a temporary file beside the database.

        Raises:
            DomainError(DISK_FULL)
        """
        await asyncio.to_thread(probe, self.path.parent)

    def stats(self) -> dict[str, float]:
        """Return the numbers of waiting and running writers and slow reads."""
        return {"writers": self._waiting_to_write, "heavy_reads": self._threads.waiting}

    async def begin(self) -> "SQLiteTransaction":
        """Wait for the other writers and begin a transaction.

        Raises:
            DomainError(BUSY): the other writers did not finish in time.
        """
        self._waiting_to_write += 1
        try:
            async with asyncio.timeout(WRITER_WAIT_SECONDS):
                await self._transaction.acquire()
        except TimeoutError:
            self._waiting_to_write -= 1
            raise DomainError(Code.BUSY, retry_after=2) from None
        except BaseException:
            self._waiting_to_write -= 1
            raise
        return SQLiteTransaction(self)

    async def in_writer(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in the writer's thread, to its end.

        A cancellation of the caller does not stop the work, so no transaction stays incomplete.
        """
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._writer_thread, work, self._writer)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            running.add_done_callback(discard_error)
            raise
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error).rpartition(": ")[2]) from error
        except sqlite3.OperationalError as error:
            if _primary_code(error) in DISK_FAILURE_CODES:
                raise DISK_STATE.record_failure(error) from error
            if _primary_code(error) != sqlite3.SQLITE_BUSY:
                raise
            raise DomainError(Code.BUSY, retry_after=2) from error

    def release(self) -> None:
        """Admit the next writer."""
        self._waiting_to_write -= 1
        self._transaction.release()

    async def close(self) -> None:
        """Finish running operations and close all connections."""
        await asyncio.to_thread(self._writer_thread.shutdown)
        await self._threads.close()
        self._reader.close()
        self._writer.execute("PRAGMA optimize")
        self._writer.close()


class SQLiteTransaction:
    """A write transaction, which begins with its first statement.

    Each switch to the writer's thread and back takes at least 0.1 ms. So queued statements run
    together with the next one.
    """

    def __init__(self, database: SQLite) -> None:
        self._database = database
        self._has_begun = False
        self._queued: list[tuple[Compiled, Mapping[str, Any]]] = []

    def queue(self, compiled: Compiled, parameters: Mapping[str, Any]) -> None:
        """Run a statement together with the next one, or with the commit."""
        self._queued.append((compiled, parameters))

    async def rows(self, compiled: Compiled, parameters: Mapping[str, Any]) -> Rows:
        """Run a statement and return its rows."""
        return await self.work(
            lambda connection: connection.execute(
                compiled.sql, bound(compiled, parameters)
            ).fetchall()
        )

    async def count(self, compiled: Compiled, parameters: Mapping[str, Any]) -> int:
        """Run a statement and return the number of changed rows."""
        return await self.work(
            lambda connection: (
                connection.execute(compiled.sql, bound(compiled, parameters)).rowcount
            )
        )

    async def many(self, compiled: Compiled, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each set of parameters."""
        await self.work(
            lambda connection: connection.executemany(
                compiled.sql, (bound(compiled, row) for row in parameters)
            )
        )

    async def limit_lock_wait(self) -> None:
        """Do nothing: the only writer never waits for row locks."""

    async def exclude_imports(self) -> bool:
        """Return True: the only writer excludes imports."""
        return True

    async def index(self, entries: Sequence[IndexEntry]) -> None:
        """Add or replace a few films in the search index."""
        await self.work(lambda connection: search.index(connection, entries))

    async def work(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the writer's connection, within this transaction."""
        return await self._database.in_writer(
            lambda connection: self._run_queued_then(connection, work)
        )

    def _run_queued_then(
        self, connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]
    ) -> T:
        if not self._has_begun:
            connection.execute("BEGIN IMMEDIATE")
            self._has_begun = True
        queued, self._queued = self._queued, []
        for compiled, parameters in queued:
            connection.execute(compiled.sql, bound(compiled, parameters)).fetchall()
        return work(connection)

    async def commit(self) -> None:
        """Commit, then admit the next writer."""
        try:
            await self._database.in_writer(self._commit)
        finally:
            self._database.release()

    async def rollback(self) -> None:
        """Roll back, then admit the next writer."""
        try:
            # Always roll back: a cancelled caller does not know whether BEGIN has run.
            await self._database.in_writer(lambda connection: _end(connection, "ROLLBACK"))
        finally:
            self._database.release()

    def _commit(self, connection: sqlite3.Connection) -> None:
        try:
            if self._queued:
                self._run_queued_then(connection, lambda _: None)
        except sqlite3.Error:
            _end(connection, "ROLLBACK")
            raise
        _end(connection, "COMMIT")


def _primary_code(error: sqlite3.Error) -> int:
    return error.sqlite_errorcode & 0xFF  # higher bits only refine it


def _end(connection: sqlite3.Connection, how: str) -> None:
    try:
        if connection.in_transaction:
            connection.execute(how)
    except sqlite3.Error:
        # A failed COMMIT (for example on a full disk) leaves the transaction open. The next writer
        # must not inherit it.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
