"""Statements: built with SQLAlchemy once, compiled per engine to text, run on the driver.

A statement is written where its feature's queries live, portable and typed; at run time only
its text, its parameters and the driver are left, without SQLAlchemy's cost per execution.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast

from sqlalchemy import BigInteger, Boolean, ClauseElement, Column, Label, Select, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import ReturnsRows

from kinoteka.database.row_mapping import Decoders, row_mapper

Row = TypeVar("Row")
Build = Callable[[str], ClauseElement]
NO_DECODERS: Decoders = {}


@dataclass(frozen=True, slots=True)
class Compiled:
    """One engine's text of a statement, with values that the statement itself fixes.

    `order` has the parameters' names where the engine numbers them, from $1.
    """

    sql: str
    fixed: dict[str, Any]
    order: tuple[str, ...] = ()

    def numbered(self, given: Mapping[str, Any]) -> list[Any]:
        """The parameters in their order."""
        values = {**self.fixed, **given} if self.fixed else given
        return [values[name] for name in self.order]


class Statement(Generic[Row]):
    """A statement and the type of its rows.

    `clause` is a SQLAlchemy statement, or a function from the engine's name to one where the
    engines differ (an upsert needs each dialect's own insert). `row` is a struct, or a function
    that returns one, and takes the columns by their names (`row_mapping`). Without it rows are
    bare tuples. `decoders` has functions for fields that are stored in another form.

    Raises:
        TypeError: the columns and the fields of `row` differ.
    """

    def __init__(
        self,
        clause: ClauseElement | Build,
        row: Callable[..., Row] | None = None,
        decoders: Decoders = NO_DECODERS,
    ) -> None:
        self._build: Build = clause if not isinstance(clause, ClauseElement) else lambda _: clause
        built = self._build("sqlite")
        self.writes = _writes(built)
        self._map = None if row is None else row_mapper(row, _columns(built), decoders)
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, engine: str) -> Compiled:
        """The statement as this engine takes it; made at the first use and cached."""
        compiled = self._compiled.get(engine)
        if compiled is None:
            compiled = self._compiled[engine] = self._compile(engine)
        return compiled

    def shape(self, rows: Sequence[Any]) -> list[Row]:
        """Turn the driver's rows into the type that the statement promises."""
        if self._map is None:
            return cast(list[Row], rows)
        return self._map(rows)

    def _compile(self, engine: str) -> Compiled:
        compiled = cast(SQLCompiler, self._build(engine).compile(dialect=DIALECTS[engine]))
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return Compiled(str(compiled), fixed, tuple(compiled.positiontup or ()))


def _columns(clause: ClauseElement) -> list[str]:
    """Return the names of the columns that a statement gives; unnamed ones have none."""
    columns = cast(ReturnsRows, clause).exported_columns
    return [getattr(column, "name", "") for column in columns]


def _writes(clause: ClauseElement) -> bool:
    """Whether a statement belongs into a transaction: one that changes rows, or locks them.

    A row is locked by `with_for_update`. SQLite ignores that, since nobody else writes in a
    transaction that has begun to.
    """
    return isinstance(clause, UpdateBase) or (
        isinstance(clause, Select) and clause._for_update_arg is not None
    )


def named_for(field: str, *columns: Column[Any]) -> list[Label[Any]]:
    """Name columns for a field whose type is a struct: `id` becomes `field_id`."""
    return [column.label(f"{field}_{column.name}") for column in columns]


INSERTS: dict[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]  # its text, $1 and casts, is what psycopg takes, too
}


def insert_for(engine: str, table: Table) -> Any:
    """The engine's own insert, which knows ON CONFLICT."""
    return INSERTS[engine](table)


class _WrittenPerEngine(FunctionElement[Any]):
    """A function for which each engine has words of its own: {0} is its first argument."""

    words: ClassVar[dict[str, str]]
    inherit_cache = True


@compiles(_WrittenPerEngine)
def _write(element: _WrittenPerEngine, compiler: SQLCompiler, **options: Any) -> str:
    arguments = [compiler.process(argument, **options) for argument in element.clauses]
    return element.words[compiler.dialect.name].format(*arguments)


class among(_WrittenPerEngine):  # noqa: N801 - reads as a function does
    """`among(column, parameter)`: the column is one of the values in the parameter's list.

    A list of any length is one parameter, so that the statement's text stays the same.
    """

    type = Boolean()
    words: ClassVar = {
        "sqlite": "{0} IN (SELECT value FROM json_each({1}))",
        "postgresql": "{0} = ANY ({1}::BIGINT[])",
    }

    def self_group(self, against: Any = None) -> "among":
        """Stay as it is: SQLAlchemy would write `… = 1` for SQLite, which then uses no index."""
        del against
        return self


class place_of(_WrittenPerEngine):  # noqa: N801
    """`place_of(column, parameter)`: where the text begins in the column, from 1; 0: nowhere."""

    type = BigInteger()
    words: ClassVar = {"sqlite": "instr({0}, {1})", "postgresql": "strpos({0}, {1}::TEXT)"}


class json_array(_WrittenPerEngine):  # noqa: N801
    """`json_array(column)`: all ids of an ordered subquery, as the text of one JSON array."""

    type = Text()
    words: ClassVar = {
        "sqlite": "json_group_array({0})",
        "postgresql": "'[' || coalesce(string_agg({0}::TEXT, ','), '') || ']'",
    }
