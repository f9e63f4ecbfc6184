"""Statements: built once with SQLAlchemy, compiled per engine to SQL, run by the driver.

Statements are portable and typed, and each feature defines its own. At run time, only the SQL, the
parameters and the driver are used, so SQLAlchemy costs nothing per execution.
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
LockingSelect = TypeVar("LockingSelect", bound=Select[Any])
NO_DECODERS: Decoders = {}
LOCKS_ROWS = "kinoteka_locks_rows"
"""The execution option that marks a SELECT as locking: SQLAlchemy does not tell."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The SQL of a statement for one engine, with the statement's fixed values.

    `order` lists the parameter names if the engine numbers parameters from $1.
    """

    sql: str
    fixed: dict[str, Any]
    order: tuple[str, ...] = ()

    def numbered(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the parameters in order."""
        values = {**self.fixed, **parameters} if self.fixed else parameters
        return [values[name] for name in self.order]


class Statement(Generic[Row]):
    """A statement and the type of its rows.

    `clause` is a SQLAlchemy statement, or a function from the engine's name to one where the
    engines differ (an upsert needs each dialect's own insert). `row` is a struct, or a function
    that returns one; columns are matched by name (see `row_mapping`). Without it, rows are tuples.
    `decoders` converts fields that are stored in another form.

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
        """Return the statement compiled for an engine; it is compiled once."""
        compiled = self._compiled.get(engine)
        if compiled is None:
            compiled = self._compiled[engine] = self._compile(engine)
        return compiled

    def map_rows(self, rows: Sequence[Any]) -> list[Row]:
        """Convert the driver's rows to the row type of the statement."""
        if self._map is None:
            return cast(list[Row], rows)
        return self._map(rows)

    def _compile(self, engine: str) -> Compiled:
        compiled = cast(SQLCompiler, self._build(engine).compile(dialect=DIALECTS[engine]))
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return Compiled(str(compiled), fixed, tuple(compiled.positiontup or ()))


def _columns(clause: ClauseElement) -> list[str]:
    """Return the names of the result columns; unnamed columns have an empty name."""
    columns = cast(ReturnsRows, clause).exported_columns
    return [getattr(column, "name", "") for column in columns]


def _writes(clause: ClauseElement) -> bool:
    """Return whether a statement needs a write transaction, because it changes or locks rows."""
    return isinstance(clause, UpdateBase) or (
        isinstance(clause, Select) and LOCKS_ROWS in clause.get_execution_options()
    )


def lock_rows(clause: LockingSelect, **options: Any) -> LockingSelect:
    """Let a SELECT lock its rows for a change, with the options of SQLAlchemy's `with_for_update`.

    SQLite ignores the lock, because it has only one writer at a time.
    """
    return clause.with_for_update(**options).execution_options(**{LOCKS_ROWS: True})


def named_for(field: str, *columns: Column[Any]) -> list[Label[Any]]:
    """Label columns for a field whose type is a struct: `id` becomes `field_id`."""
    return [column.label(f"{field}_{column.name}") for column in columns]


INSERTS: dict[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]  # psycopg accepts its SQL ($1 and casts), too
}


def insert_for(engine: str, table: Table) -> Any:
    """Return the engine's own insert, which supports ON CONFLICT."""
    return INSERTS[engine](table)


class _WrittenPerEngine(FunctionElement[Any]):
    """An SQL function with a template per engine; {0} is the first argument."""

    templates: ClassVar[dict[str, str]]
    inherit_cache = True


@compiles(_WrittenPerEngine)
def _write(element: _WrittenPerEngine, compiler: SQLCompiler, **options: Any) -> str:
    arguments = [compiler.process(argument, **options) for argument in element.clauses]
    return element.templates[compiler.dialect.name].format(*arguments)


class in_list(_WrittenPerEngine):  # noqa: N801 - used like a function
    """`in_list(column, parameter)`: the column is in the list that the parameter holds.

    The list is one parameter, so the SQL is the same for any length.
    """

    type = Boolean()
    templates: ClassVar = {
        "sqlite": "{0} IN (SELECT value FROM json_each({1}))",
        "postgresql": "{0} = ANY ({1}::BIGINT[])",
    }

    def self_group(self, against: Any = None) -> "in_list":
        """Return self, because SQLAlchemy would add `= 1` for SQLite, which then uses no index."""
        del against
        return self


class position_in(_WrittenPerEngine):  # noqa: N801
    """`position_in(column, parameter)`: the position of a text in the column, from 1, or 0."""

    type = BigInteger()
    templates: ClassVar = {"sqlite": "instr({0}, {1})", "postgresql": "strpos({0}, {1}::TEXT)"}


class joined_lines(_WrittenPerEngine):  # noqa: N801
    """`joined_lines(column)`: the texts of a group, separated by line feeds."""

    type = Text()
    templates: ClassVar = {
        "sqlite": "group_concat({0}, char(10))",
        "postgresql": "string_agg({0}, chr(10))",
    }


class json_array(_WrittenPerEngine):  # noqa: N801
    """`json_array(column)`: the ids of an ordered subquery as the text of a JSON array."""

    type = Text()
    templates: ClassVar = {
        "sqlite": "json_group_array({0})",
        "postgresql": "'[' || coalesce(string_agg({0}::TEXT, ','), '') || ']'",
    }
