"""The unit of work: one request, one transaction, committed at the edge.

Reads before the first write run outside of any transaction; the first write begins one, and
reads after it see its changes. Services never commit; they leave what must follow a commit
(dropping what is cached, telling listeners) with `after_commit`.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

from kinoteka.database.interface import Conflict, Database, Reader, Writing
from kinoteka.database.statement import Row, Statement
from kinoteka.errors import DomainError
from kinoteka.search.entry import IndexEntry

log = structlog.get_logger()

T = TypeVar("T")

__all__ = ["Conflict", "Unit", "unit_of_work"]


class Unit:
    """What a service works with: statements in, rows out."""

    __slots__ = (
        "__weakref__",
        "_after_commit",
        "_after_rollback",
        "_database",
        "_writing",
        "address",
    )

    def __init__(self, database: Database, address: str = "") -> None:
        """A unit for a request that came from `address`; empty: it came from no network."""
        self.address = address
        self._database = database
        self._writing: Writing | None = None
        self._after_commit: list[Callable[[], None]] = []
        self._after_rollback: list[Callable[[], None]] = []

    @property
    def is_writing(self) -> bool:
        """Whether a transaction is open, so that reads show what nobody else sees yet."""
        return self._writing is not None

    async def all(self, statement: Statement[Row], **parameters: Any) -> list[Row]:
        """Every row that the statement gives."""
        compiled = statement.compiled(self._database.name)
        if self._writing is None and not statement.writes:
            return statement.shape(await self._database.read(compiled, parameters))
        writing = await self._begin()
        return statement.shape(await writing.rows(compiled, parameters))

    async def first(self, statement: Statement[Row], **parameters: Any) -> Row | None:
        """The first row, or None."""
        rows = await self.all(statement, **parameters)
        return rows[0] if rows else None

    async def all_in_thread(self, statement: Statement[Row], **given: Any) -> list[Row]:
        """Every row of a read that may take milliseconds: in a thread, before any write."""
        return await self._database.read_in_thread(lambda reader: reader.fetch(statement, **given))

    async def run(self, statement: Statement[Any], **parameters: Any) -> int:
        """Run a statement that writes; how many rows it changed."""
        writing = await self._begin()
        return await writing.count(statement.compiled(self._database.name), parameters)

    async def queue(self, statement: Statement[Any], **parameters: Any) -> None:
        """Run a statement that writes before the next one, or before the commit.

        For what nobody waits for and nothing can refuse: it then costs no way of its own.
        """
        (await self._begin()).queue(statement.compiled(self._database.name), parameters)

    async def run_many(
        self, statement: Statement[Any], parameters: Sequence[dict[str, Any]]
    ) -> None:
        """Run a statement that writes once for each set of parameters."""
        writing = await self._begin()
        await writing.many(statement.compiled(self._database.name), parameters)

    async def wait_briefly(self) -> None:
        """Wait for rows of others (an import's) for half a second at most, then be BUSY."""
        await (await self._begin()).wait_briefly()

    async def keep_imports_out(self) -> bool:
        """Let no import begin before this transaction has ended; False: one is under way."""
        return await (await self._begin()).keep_imports_out()

    async def index(self, entries: Sequence[IndexEntry]) -> None:
        """Put a few films into the search index, or put them anew, in this transaction."""
        await (await self._begin()).index(entries)

    async def read_in_thread(self, work: Callable[[Reader], T]) -> T:
        """Run a read that may take milliseconds off the event loop, outside the transaction."""
        return await self._database.read_in_thread(work)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do `action` once everything is stored; never if it is rolled back."""
        self._after_commit.append(action)

    def after_rollback(self, action: Callable[[], None]) -> None:
        """Do `action` if nothing is stored (to remove a file that was to go with it)."""
        self._after_rollback.append(action)

    async def commit(self) -> None:
        """Store everything and do what was to follow."""
        undoing, self._after_rollback = self._after_rollback, []
        if self._writing is not None:
            writing, self._writing = self._writing, None
            try:
                await writing.commit()
            except Exception:  # a caller who is cancelled does not know: it may be stored
                _do(undoing)
                raise
        actions, self._after_commit = self._after_commit, []
        _do(actions)

    async def rollback(self) -> None:
        """Undo everything.

        Raises no error, since it would hide the one because of which everything is undone. Where
        the database cannot undo it now, it does so once it notices that the connection is gone.
        """
        self._after_commit = []
        undoing, self._after_rollback = self._after_rollback, []
        try:
            if self._writing is not None:
                writing, self._writing = self._writing, None
                await writing.rollback()
        except DomainError as error:
            log.warning("a transaction could not be rolled back", code=error.code)
        except Exception:
            log.exception("a transaction could not be rolled back")
        finally:
            _do(undoing)

    async def _begin(self) -> Writing:
        if self._writing is None:
            self._writing = await self._database.begin()
        return self._writing


@asynccontextmanager
async def unit_of_work(database: Database) -> AsyncIterator[Unit]:
    """A unit that commits at the end, or rolls back on an error that keeps no changes."""
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


def _do(actions: Sequence[Callable[[], None]]) -> None:
    for action in actions:
        action()
