"""The unit of work: one transaction per request, committed by the pipeline.

Reads before the first write run outside any transaction. The first write begins one, and later
reads see its changes. Services never commit; they register actions for after the commit
(invalidate caches, notify listeners) with `after_commit`.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

from kinoteka.database.interface import Conflict, Database, Reader, Rows, Write, WriteTransaction
from kinoteka.database.statement import Row, Statement
from kinoteka.errors import Code, DomainError
from kinoteka.search.entry import IndexEntry

log = structlog.get_logger()

T = TypeVar("T")
ReceiveRows = Callable[[Rows], None]

__all__ = ["Conflict", "Unit", "unit_of_work"]


class Unit:
    """Runs the statements of one request in one transaction."""

    __slots__ = (
        "__weakref__",
        "_after_commit",
        "_after_rollback",
        "_database",
        "_is_concluded",
        "_queued",
        "_transaction",
        "address",
    )

    def __init__(self, database: Database, address: str = "") -> None:
        """Create a unit for a request from `address`; it is empty for commands."""
        self.address = address
        self._database = database
        self._transaction: WriteTransaction | None = None
        self._queued: list[tuple[Write, ReceiveRows | None]] = []
        self._is_concluded = False
        self._after_commit: list[Callable[[], None]] = []
        self._after_rollback: list[Callable[[], None]] = []

    @property
    def in_transaction(self) -> bool:
        """Return whether reads include uncommitted changes of this unit."""
        return self._transaction is not None or bool(self._queued)

    @property
    def has_work(self) -> bool:
        """Whether `commit` has anything to do."""
        return self.in_transaction or bool(self._after_commit or self._after_rollback)

    async def all(self, statement: Statement[Row], **parameters: Any) -> list[Row]:
        """Run a statement and return all rows."""
        compiled = statement.compiled(self._database.name)
        if not (statement.writes or self.in_transaction):
            return statement.map_rows(await self._database.read(compiled, parameters))
        writing = await self._begin()
        return statement.map_rows(await writing.rows(compiled, parameters))

    async def first(self, statement: Statement[Row], **parameters: Any) -> Row | None:
        """Run a statement and return its first row, or None."""
        rows = await self.all(statement, **parameters)
        return rows[0] if rows else None

    async def all_in_thread(self, statement: Statement[Row], **given: Any) -> list[Row]:
        """Run a slow read in a thread, before any write, and return all rows."""
        return await self._database.read_in_thread(lambda reader: reader.fetch(statement, **given))

    async def run(self, statement: Statement[Any], **parameters: Any) -> int:
        """Run a write and return the number of changed rows."""
        writing = await self._begin()
        return await writing.count(statement.compiled(self._database.name), parameters)

    async def queue(
        self, statement: Statement[Any], on_conflict: Code | None = None, /, **parameters: Any
    ) -> None:
        """Run a write together with the next statement, or with the commit.

        Use it for writes whose result is not needed. A unit with nothing else is committed in one
        step, together with those of other requests. The next statement or the commit raises what
        the write raises: DomainError(on_conflict) if a key rejects its row, otherwise Conflict.
        """
        self._queue(Write(statement.compiled(self._database.name), parameters, on_conflict))

    async def require(self, statement: Statement[Any], on_no_row: Code, **parameters: Any) -> None:
        """Queue a lock or a write that must return a row, or else the unit fails with this code."""
        compiled = statement.compiled(self._database.name)
        self._queue(Write(compiled, parameters, on_no_row=on_no_row))

    async def queue_for_rows(
        self, statement: Statement[Any], receive: ReceiveRows, **parameters: Any
    ) -> None:
        """Queue a write and call `receive` with its rows before the actions for after the commit.

        Use it if only these actions need the result.
        """
        if self._transaction is None:
            self._require_open()
            write = Write(statement.compiled(self._database.name), parameters)
            self._queued.append((write, receive))
        else:
            receive(await self.all(statement, **parameters))

    async def commit_with(self, statement: Statement[Row], **parameters: Any) -> list[Row]:
        """Run the last write of the unit, commit in the same step, and return its rows.

        Use it if the response depends on whether the write changed a row. If it returns rows, they
        are stored, so everything that can fail must come before, and the unit cannot write again.
        """
        write = Write(statement.compiled(self._database.name), parameters)
        if self._transaction is None:
            self._queued.append((write, None))
            rows = statement.map_rows((await self._write_queued())[-1])
        else:
            rows = await self.all(statement, **parameters)
        await self.commit()
        self._is_concluded = bool(rows)
        return rows

    async def run_many(
        self, statement: Statement[Any], parameters: Sequence[dict[str, Any]]
    ) -> None:
        """Run a write once for each set of parameters."""
        writing = await self._begin()
        await writing.many(statement.compiled(self._database.name), parameters)

    async def limit_lock_wait(self) -> None:
        """Wait at most half a second for each row lock of others, then raise BUSY."""
        await (await self._begin()).limit_lock_wait()

    async def exclude_imports(self) -> bool:
        """Prevent imports until this transaction ends; return False if one is running."""
        return await (await self._begin()).exclude_imports()

    async def index(self, entries: Sequence[IndexEntry]) -> None:
        """Add or replace a few films in the search index, in this transaction."""
        await (await self._begin()).index(entries)

    async def remove_from_index(self, film_ids: Sequence[int]) -> None:
        """Remove a few films from the search index, in this transaction."""
        await (await self._begin()).remove_from_index(film_ids)

    async def read_in_thread(self, work: Callable[[Reader], T]) -> T:
        """Run a slow read in a thread, outside the transaction."""
        return await self._database.read_in_thread(work)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Call `action` after the commit; never call it after a rollback."""
        self._after_commit.append(action)

    def after_rollback(self, action: Callable[[], None]) -> None:
        """Call `action` after a rollback, for example to remove a file."""
        self._after_rollback.append(action)

    async def commit(self) -> None:
        """Commit, and call the actions that were registered for it."""
        rollback_actions, self._after_rollback = self._after_rollback, []
        try:
            if self._transaction is not None:
                writing, self._transaction = self._transaction, None
                await writing.commit()
            elif self._queued:
                await self._write_queued()
        except Exception:  # after a cancellation, the data may be stored or not
            _call(rollback_actions)
            raise
        actions, self._after_commit = self._after_commit, []
        _call(actions)

    async def rollback(self) -> None:
        """Roll back.

        This raises no error, because it would hide the error that caused the rollback. If the
        database cannot roll back now, it does so when it notices that the connection is closed.
        """
        self._after_commit, self._queued = [], []
        rollback_actions, self._after_rollback = self._after_rollback, []
        try:
            if self._transaction is not None:
                writing, self._transaction = self._transaction, None
                await writing.rollback()
        except DomainError as error:
            log.warning("a transaction could not be rolled back", code=error.code)
        except Exception:
            log.exception("a transaction could not be rolled back")
        finally:
            _call(rollback_actions)

    async def _begin(self) -> WriteTransaction:
        if self._transaction is None:
            self._require_open()
            self._transaction = await self._database.begin()
            queued, self._queued = self._queued, []
            for write, receive in queued:
                if receive is None:
                    self._transaction.queue(write)
                else:
                    receive(await self._transaction.rows(write.compiled, write.parameters))
        return self._transaction

    def _queue(self, write: Write) -> None:
        if self._transaction is None:
            self._require_open()
            self._queued.append((write, None))
        else:
            self._transaction.queue(write)

    async def _write_queued(self) -> list[Rows]:
        queued, self._queued = self._queued, []
        results = await self._database.write([write for write, _ in queued])
        for (_, receive), rows in zip(queued, results, strict=True):
            if receive is not None:
                receive(rows)
        return results

    def _require_open(self) -> None:
        if self._is_concluded:
            raise RuntimeError("the unit has been committed with its last write")


@asynccontextmanager
async def unit_of_work(database: Database) -> AsyncIterator[Unit]:
    """Open a unit that commits at the end, and rolls back on errors that discard changes."""
    unit = Unit(database)
    try:
        yield unit
    except DomainError as error:
        await (unit.commit() if error.commits_changes else unit.rollback())
        raise
    except BaseException:
        await unit.rollback()
        raise
    else:
        await unit.commit()


def _call(actions: Sequence[Callable[[], None]]) -> None:
    for action in actions:
        action()
