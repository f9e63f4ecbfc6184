"""What a copy needs of the database that it reads, and of the one that it fills."""

from collections.abc import Iterator
from typing import Protocol

from sqlalchemy import Table

from kinoteka.database.copy.rows import Rows
from kinoteka.database.film_search import IndexEntry
from kinoteka.database.interface import Reader

ENTRIES = f"""
SELECT {", ".join(IndexEntry.__struct_fields__)}
FROM (SELECT id AS film_id, films.* FROM films) AS film ORDER BY film_id
"""
REVISION = "SELECT version_num FROM alembic_version"
REVISIONS = "SELECT name, value FROM revisions"


class CopyFailed(Exception):
    """It could not be done, and the target is as it was; the message says why."""


class Side(Protocol):
    """One of the two databases, within a transaction."""

    def count(self, table: Table) -> int:
        """How many rows a table has."""

    def rows(self, table: Table) -> Iterator[Rows]:
        """All rows in the order of the table's key, in batches, with booleans as such."""


class Source(Side, Protocol):
    """A snapshot, beside which others may write."""

    def revision(self) -> str | None:
        """The schema's; None where there is none."""

    def highest_ids(self) -> dict[str, int]:
        """The highest id that each table has ever given, 0 for none."""

    def revisions(self) -> dict[str, int]:
        """The revisions of what is cached (`storage.revisions`)."""

    def entries(self) -> Iterator[IndexEntry]:
        """Every film as the search index sees it."""


class Target(Side, Protocol):
    """A database to which nobody else writes until the transaction ends."""

    @property
    def reader(self) -> Reader:
        """The connection, as the search index wants it."""

    def clear(self, table: Table) -> None:
        """Delete all rows."""

    def write(self, table: Table, rows: Rows) -> None:
        """Add rows.

        Raises:
            CopyFailed: there cannot be such rows.
        """

    def give_ids_above(self, table: str, highest: int) -> None:
        """Give no id again that either side has given."""

    def raise_revisions(self, others: dict[str, int]) -> None:
        """Make every revision higher than it was on either side."""
