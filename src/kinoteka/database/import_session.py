"""What joining films needs of an engine: statements on staged tables, in its dialect."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

CHUNK = 10_000
"""How many rows are in memory at a time."""


class ImportSession(Protocol):
    """The connection of an import.

    In statements, `{s}` is the prefix of staged tables, and the other fields are replaced with
    numbers or with what `SQLITE` or `POSTGRESQL` has.
    """

    def create(self, table: str) -> None:
        """Create a staged table from its name and columns."""

    def create_combined(self) -> None:
        """Create the staged table `combined` of the values to show, by position."""

    def run(self, sql: str, **numbers: int) -> int:
        """Run a statement. Return how many rows it changed."""

    def rows(self, sql: str, **numbers: int) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def chunks(
        self, sql: str, size: int = CHUNK, **numbers: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in lists. Other statements may run in between."""

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a staged table."""


SQLITE = {
    "s": "staging.",
    "indexed": "",
    "index": "staging.",
    "pairs": "pairs",
    "shared_ids": "shared_ids",
    "films": "films",
    "false": "0",
    "tab": "char(9)",
    "names": "group_concat(name, char(10))",
}
"""The fields of statements for SQLite."""
POSTGRESQL = {
    "s": "staged_",
    "indexed": "staged_",
    "index": "staged_",
    "pairs": "staged_pairs",
    "shared_ids": "staged_shared_ids",
    "films": "staged_films",
    "false": "false",
    "tab": "chr(9)",
    "names": "string_agg(name, chr(10))",
}
"""The fields of statements for PostgreSQL."""
