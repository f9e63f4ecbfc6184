"""The interface of a database, which each engine implements.

`SQLite` and `PostgreSQL` are the implementations; `engines.open_database` chooses one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kinoteka.database.statement import Compiled, Row, Statement
from kinoteka.errors import Code, DomainError

if TYPE_CHECKING:
    from kinoteka.search.entry import IndexEntry

T = TypeVar("T")
Rows = list[Any]
"""Tuples, or the driver's row objects that behave like tuples."""


class Conflict(Exception):
    """A unique or foreign key rejected a row; `constraint` names its columns (table.column, …).

    After it, the transaction can only be rolled back.
    """

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


@dataclass(frozen=True, slots=True)
class Write:
    """A statement to run, with its parameters.

    `on_conflict` is the error code if a unique or foreign key rejects a row, `on_no_row` that if
    the statement returns no row.
    """

    compiled: Compiled
    parameters: Mapping[str, Any]
    on_conflict: Code | None = None
    on_no_row: Code | None = None

    def require_row(self, rows: Rows) -> Rows:
        """Return the rows of the statement.

        Raises:
            DomainError(on_no_row): there are none.
        """
        if self.on_no_row is not None and not rows:
            raise DomainError(self.on_no_row)
        return rows

    def rejection(self, constraint: str) -> Conflict | DomainError:
        """Return the error to raise because a key rejected a row."""
        if self.on_conflict is None:
            return Conflict(constraint)
        return DomainError(self.on_conflict)


class Reader(Protocol):
    """A connection for reads in a thread."""

    @property
    def engine(self) -> str:
        """Return the engine: sqlite or postgresql."""

    @property
    def connection(self) -> Any:
        """Return the driver's connection: sqlite3, or psycopg with RawCursor."""

    def fetch(self, statement: Statement[Row], /, **parameters: Any) -> list[Row]:
        """Run a statement and return all its rows."""


class WriteTransaction(Protocol):
    """A write transaction.

    Every method except `queue` raises DomainError(BUSY) if the database is unavailable or too slow,
    and Conflict if a key rejects a row.
    """

    def queue(self, write: Write) -> None:
        """Run a statement together with the next one, or with the commit."""

    async def rows(self, compiled: Compiled, parameters: Mapping[str, Any]) -> Rows:
        """Run a statement and return its rows."""

    async def count(self, compiled: Compiled, parameters: Mapping[str, Any]) -> int:
        """Run a statement and return the number of changed rows."""

    async def many(self, compiled: Compiled, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each set of parameters."""

    async def limit_lock_wait(self) -> None:
        """Wait at most half a second for each row lock from now on, then raise BUSY.

        Use it for writes that may overlap with an import: if both wait for each other, this
        transaction must fail and not the import.
        """

    async def exclude_imports(self) -> bool:
        """Prevent imports until this transaction ends; return False if one is running.

        Use it for tables whose ids an import assigns: films, genres and directors.
        """

    async def index(self, entries: "Sequence[IndexEntry]") -> None:
        """Add or replace a few films in the search index."""

    async def remove_from_index(self, film_ids: Sequence[int]) -> None:
        """Remove a few films from the search index."""

    async def commit(self) -> None:
        """Commit the transaction."""

    async def rollback(self) -> None:
        """Roll the transaction back."""


class Database(Protocol):
    """An open database."""

    name: str
    """The engine: sqlite or postgresql."""

    async def read(self, compiled: Compiled, parameters: Mapping[str, Any]) -> Rows:
        """Run a short read.

        Raises:
            DomainError(BUSY): the database is unavailable or too slow.
        """

    async def read_in_thread(self, work: Callable[[Reader], T]) -> T:
        """Run slow reads in a thread with its own connection.

        Raises:
            DomainError(BUSY): too many reads are waiting, or the database is unavailable.
        """

    async def begin(self) -> WriteTransaction:
        """Begin a write transaction.

        Raises:
            DomainError(BUSY): it could not begin in time.
        """

    async def write(self, writes: Sequence[Write]) -> list[Rows]:
        """Run statements in a transaction, commit it, and return the rows of each statement.

        All are stored or none. The transaction may be shared with other callers.

        Raises:
            Conflict: a key rejected a row; or the domain error that the write names for this.
            DomainError(BUSY, DISK_FULL)
        """

    def data_version(self) -> int | None:
        """Return a number that changes when another process commits, or None if unsupported."""

    async def probe_storage(self) -> None:
        """Write temporary data to check the storage.

        Raises:
            DomainError(DISK_FULL, BUSY)
        """

    def stats(self) -> dict[str, float]:
        """Return statistics by name."""

    async def close(self) -> None:
        """Finish running operations and close all connections."""
