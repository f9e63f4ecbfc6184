"""Types of columns, and columns and indexes of the same kind in many tables."""

from typing import Any

import sqlalchemy
from sqlalchemy import BigInteger, Column, ColumnElement, ForeignKey, Index, Integer

# Compare text by code points, whatever the collation of the database.
Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")
# SQLite accepts only INTEGER as the alias of a rowid.
Id = BigInteger().with_variant(Integer(), "sqlite")


def id_column() -> Column[int]:
    """Return the primary key of a table whose rows have ids."""
    return Column("id", Id, primary_key=True)


def reference(
    name: str, target: str, *, on_delete: str = "CASCADE", **options: bool
) -> Column[int]:
    """Return a column that refers to another table's ids."""
    return Column(name, Id, ForeignKey(target, ondelete=on_delete), **options)  # type: ignore[arg-type]


def partial_index(name: str, where: ColumnElement[bool], *columns: Column[Any]) -> None:
    """Index the rows of a table for which a condition holds."""
    Index(name, *columns, postgresql_where=where, sqlite_where=where)
