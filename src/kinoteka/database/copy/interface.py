"""The interfaces of the databases that a copy reads and writes."""

from collections.abc import Iterator
from typing import Protocol

from sqlalchemy import Table

from kinoteka.database.copy.rows import Rows
from kinoteka.database.interface import Reader

REVISION = "SELECT version_num FROM alembic_version"
REVISIONS = "SELECT name, value FROM revisions"


class CopyFailed(Exception):
    """The copy failed and the target is unchanged. The message says why."""


class CopyDatabase(Protocol):
    """A database within a transaction."""

    def count(self, table: Table) -> int:
        """Return the number of rows of a table."""

    def rows(self, table: Table) -> Iterator[Rows]:
        """Return all rows in the order of the table's key, in batches, with real booleans."""


class Source(CopyDatabase, Protocol):
    """A snapshot. Other connections may write to the database."""

    def revision(self) -> str | None:
        """Return the schema revision, or None without a schema."""

    def highest_ids(self) -> dict[str, int]:
        """Return the highest id that each table has ever assigned, or 0."""

    def revisions(self) -> dict[str, int]:
        """Return the revisions of cached data (`database.revisions`)."""


class Target(CopyDatabase, Protocol):
    """A database that is locked against other writers until the transaction ends."""

    @property
    def reader(self) -> Reader:
        """Return the connection for the search index."""

    def clear(self, table: Table) -> None:
        """Delete all rows."""

    def write(self, table: Table, rows: Rows) -> None:
        """Add rows.

        Raises:
            CopyFailed: the database rejects a row.
        """

    def advance_sequences(self, table: str, highest: int) -> None:
        """Continue after the highest id that either database has assigned."""

    def raise_revisions(self, others: dict[str, int]) -> None:
        """Make every revision higher than it was in either database."""
