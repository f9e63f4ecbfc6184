"""What the core relies on of a database, whichever engine it is.

`SQLite` and `PostgreSQL` are the two implementations; `engines.open_database` chooses.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kinoteka.database.statement import Compiled, Row, Statement

if TYPE_CHECKING:
    from kinoteka.search.entry import IndexEntry

T = TypeVar("T")
Rows = list[Any]
"""Tuples, or what an engine's driver gives instead that reads like them."""


class Conflict(Exception):
    """A unique or foreign key refused a row; `constraint` tells which (table.column, …).

    The transaction can then only be rolled back.
    """

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class Reader(Protocol):
    """A connection on which work in a thread reads."""

    @property
    def engine(self) -> str:
        """Which engine it is: sqlite or postgresql."""

    @property
    def connection(self) -> Any:
        """The driver's own: sqlite3.Connection, or psycopg.Connection with RawCursor."""

    def fetch(self, statement: Statement[Row], /, **given: Any) -> list[Row]:
        """Run a statement and give all its rows."""


class Writing(Protocol):
    """One transaction that writes, until it is committed or rolled back.

    Every method but `queue` raises DomainError(BUSY) where the database is away or too slow,
    and Conflict where a key refuses a row.
    """

    def queue(self, compiled: Compiled, given: Mapping[str, Any]) -> None:
        """Run a statement before the next one, or before the commit."""

    async def rows(self, compiled: Compiled, given: Mapping[str, Any]) -> Rows:
        """Run a statement and give its rows."""

    async def count(self, compiled: Compiled, given: Mapping[str, Any]) -> int:
        """Run a statement and tell how many rows it changed."""

    async def many(self, compiled: Compiled, given: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each set of parameters."""

    async def wait_briefly(self) -> None:
        """From here on wait for rows of others for half a second at most, then be BUSY.

        For what goes on beside an import: the import may come to wait for this transaction in
        turn, and must not be the one that ends for it.
        """

    async def keep_imports_out(self) -> bool:
        """Let no import begin before this transaction has ended; False: one is under way.

        For rows that an import gives ids of its own: films, genres, directors.
        """

    async def index(self, entries: "Sequence[IndexEntry]") -> None:
        """Put a few films into the search index, or put them anew."""

    async def commit(self) -> None:
        """Make everything last."""

    async def rollback(self) -> None:
        """Undo everything."""


class Database(Protocol):
    """A database that is open."""

    name: str
    """The engine: sqlite or postgresql."""

    async def read(self, compiled: Compiled, given: Mapping[str, Any]) -> Rows:
        """Run a short read.

        Raises:
            DomainError(BUSY): the database is away or too slow.
        """

    async def read_in_thread(self, work: Callable[[Reader], T]) -> T:
        """Run reads that may take milliseconds in a thread, on a connection of its own.

        Raises:
            DomainError(BUSY): too many such reads are waiting, or the database is away.
        """

    async def begin(self) -> Writing:
        """Begin a transaction that writes.

        Raises:
            DomainError(BUSY): none could begin in time.
        """

    def data_version(self) -> int | None:
        """A number that changes when another process has committed; None: there is none such."""

    async def probe_storage(self) -> None:
        """Write something, and leave nothing of it.

        Raises:
            DomainError(DISK_FULL, BUSY)
        """

    def stats(self) -> dict[str, float]:
        """What is worth watching, by name."""

    async def close(self) -> None:
        """Finish what is under way and close every connection."""
