"""SQLite: reads in the event loop, and one writer in its own thread.

Reading a few rows takes microseconds, less than a switch to a thread. Writes wait for the disk and
slow reads take milliseconds, so both run in threads.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kinoteka.database.engines.sqlite.search import index as search
from kinoteka.database.engines.sqlite.writer import Writer
from kinoteka.database.engines.sqlite.writes import (
    bound,
    end_transaction,
    raise_domain_error,
    run_writes,
    violated_columns,
)
from kinoteka.database.interface import Conflict, Reader, Rows, Write
from kinoteka.database.reading_threads import ReadingThreads
from kinoteka.database.statement import Compiled, Row, Statement
from kinoteka.infrastructure.disk import probe
from kinoteka.search.entry import IndexEntry

T = TypeVar("T")

BUSY_SECONDS = 5


def connect(
    path: Path, *, read_only: bool = False, durability: str = "normal"
) -> sqlite3.Connection:
    """Open the database file with the settings that all connections need.

    `durability` is that of the setting: with `full`, a commit waits for the disk. With `normal`,
    only checkpoints do, so a power cut may lose the last commits, but never the consistency.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")  # first
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {durability.upper()}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = {-4096 if read_only else -8192}")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


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

    def __init__(self, path: Path, durability: str = "normal") -> None:
        self.path = path
        self._reader = connect(path, read_only=True)
        self.writer = Writer(connect(path, durability=durability))
        self._threads = ReadingThreads(
            lambda: SQLiteReader(connect(path, read_only=True)),
            lambda reader: reader.connection.interrupt(),
        )

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
        return {"writers": self.writer.waiting, "heavy_reads": self._threads.waiting}

    async def begin(self) -> "SQLiteTransaction":
        """Wait for the other writers and begin a transaction.

        Raises:
            DomainError(BUSY): the other writers did not finish in time.
        """
        await self.writer.acquire()
        return SQLiteTransaction(self.writer)

    async def write(self, writes: Sequence[Write]) -> list[Rows]:
        """Commit statements together with those of other callers, if some write now."""
        try:
            return await self.writer.commit(writes)
        except sqlite3.Error as error:
            raise_domain_error(error)

    async def close(self) -> None:
        """Finish running operations and close all connections."""
        await self.writer.close()
        await self._threads.close()
        self._reader.close()
        with suppress(sqlite3.OperationalError):  # a full disk, or another process writes
            self.writer.connection.execute("PRAGMA optimize")
        self.writer.connection.close()


class SQLiteTransaction:
    """A write transaction, which begins with its first statement.

    Each switch to the writer's thread and back takes at least 0.1 ms. So queued statements run
    together with the next one.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._has_begun = False
        self._queued: list[Write] = []

    def queue(self, write: Write) -> None:
        """Run a statement together with the next one, or with the commit."""
        self._queued.append(write)

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

    async def remove_from_index(self, film_ids: Sequence[int]) -> None:
        """Remove a few films from the search index."""
        await self.work(lambda connection: search.remove(connection, film_ids))

    async def work(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the writer's connection, within this transaction."""
        return await self._run(lambda connection: self._run_queued_then(connection, work))

    def _run_queued_then(
        self, connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]
    ) -> T:
        if not self._has_begun:
            connection.execute("BEGIN IMMEDIATE")
            self._has_begun = True
        queued, self._queued = self._queued, []
        run_writes(connection, queued)
        return work(connection)

    async def commit(self) -> None:
        """Commit, then admit the next writer."""
        try:
            await self._run(self._commit)
        finally:
            self._writer.release()

    async def rollback(self) -> None:
        """Roll back, then admit the next writer."""
        try:
            # Always roll back: a cancelled caller does not know whether BEGIN has run.
            await self._run(lambda connection: end_transaction(connection, "ROLLBACK"))
        finally:
            self._writer.release()

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await self._writer.run(work)
        except sqlite3.IntegrityError as error:
            raise Conflict(violated_columns(error)) from error
        except sqlite3.Error as error:
            raise_domain_error(error)

    def _commit(self, connection: sqlite3.Connection) -> None:
        try:
            if self._queued:
                self._run_queued_then(connection, lambda _: None)
        except Exception:
            end_transaction(connection, "ROLLBACK")
            raise
        end_transaction(connection, "COMMIT")
