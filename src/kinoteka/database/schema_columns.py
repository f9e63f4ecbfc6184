"""The metadata of the schema, and columns and indexes of the same kind in many tables."""

from typing import Any

import sqlalchemy
from sqlalchemy import BigInteger, Column, ColumnElement, ForeignKey, Index, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
