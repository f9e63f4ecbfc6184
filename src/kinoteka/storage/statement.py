"""Statements: built with SQLAlchemy once, compiled per engine to text, run on the driver.

A statement is written where its feature's queries live, portable and typed; at run time only
its text, its parameters and the driver are left, without SQLAlchemy's cost per execution.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ClauseElement, ColumnElement, Table, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import UpdateBase

Row = TypeVar("Row")
Build = Callable[[str], ClauseElement]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One engine's text of a statement, with values that the statement itself fixes."""

    sql: str
    fixed: dict[str, Any]


class Statement(Generic[Row]):
    """A statement and the shape of its rows.

    `clause` is a SQLAlchemy statement, or a function from the engine's name to one where the
    engines differ (an upsert needs each dialect's own insert). `row` builds what comes out from
    the columns in order; by default the bare tuple.
    """

    def __init__(
        self, clause: ClauseElement | Build, row: Callable[..., Row] | None = None
    ) -> None:
        self._build: Build = clause if not isinstance(clause, ClauseElement) else lambda _: clause
        self.row = row
        self.writes = isinstance(self._build("sqlite"), UpdateBase)
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, engine: str) -> Compiled:
        """The statement as this engine takes it; made at the first use and cached."""
        compiled = self._compiled.get(engine)
        if compiled is None:
            compiled = self._compiled[engine] = self._compile(engine)
        return compiled

    def shape(self, rows: Sequence[tuple[Any, ...]]) -> list[Row]:
        """Turn the driver's rows into what the statement promises."""
        build = self.row
        if build is None:
            return cast(list[Row], rows)
        return [build(*row) for row in rows]

    def _compile(self, engine: str) -> Compiled:
        compiled = self._build(engine).compile(dialect=DIALECTS[engine])
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return Compiled(str(compiled), fixed)


INSERTS: dict[str, Callable[[Table], sqlite.Insert]] = {"sqlite": sqlite.insert}
DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(paramstyle="named")}


def insert_for(engine: str, table: Table) -> sqlite.Insert:
    """The engine's own insert, which knows ON CONFLICT."""
    return INSERTS[engine](table)


def among(column: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
    """`column` is one of the values in the list given as `parameter`.

    A list of any length is one parameter, so that the statement's text stays the same.
    """
    values = func.json_each(parameter).table_valued("value")
    return column.in_(select(values.c.value))
