"""Map rows to structs by the names of their columns.

Names are compared once, when a module with statements loads. Loading fails if a statement and the
struct of its rows differ. After that, rows are mapped by position, which is fastest.

Public operations: row_mapper.
"""

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

T = TypeVar("T")
Row = Sequence[Any]
Decoders = Mapping[str, Callable[[Any], Any]]


class Field(NamedTuple):
    """A field of a struct, or a parameter of a function; `decode` converts the column."""

    name: str
    kind: Any
    required: bool
    decode: Callable[[Any], Any] | None

    @property
    def struct(self) -> type[msgspec.Struct] | None:
        """The struct of the field, if it takes several columns."""
        if self.decode is not None:
            return None
        return next((each for each in self._options if issubclass(each, msgspec.Struct)), None)

    @property
    def is_optional(self) -> bool:
        """Whether the field may be None."""
        return types.NoneType in self._options

    @property
    def _options(self) -> list[type]:
        union = isinstance(self.kind, types.UnionType)
        options = typing.get_args(self.kind) if union else [self.kind]
        return [each for each in options if isinstance(each, type)]


class Part(NamedTuple):
    """A range of columns and the function that builds one field from them."""

    build: Callable[..., Any]
    columns: slice


def row_mapper(
    target: Callable[..., T], columns: Sequence[str], decoders: Decoders
) -> Callable[[Sequence[Row]], list[T]]:
    """Return a function that turns rows with these columns into values of `target`.

    `target` is a struct or a function. The columns must have the names of its fields
    (parameters), in the same order. A field whose type is a struct takes the columns that begin
    with its name, such as `genre_id` and `genre_name` for a field `genre`; where it may be None,
    it is None if the first of these columns is NULL. A `bool` field turns SQLite's 0 and 1 into
    booleans. `decoders` has functions for fields that are stored in another form.

    Raises:
        TypeError: the columns and the fields differ.
    """
    plain, parts = _split_columns(target, columns, decoders)
    if not parts:
        return lambda rows: [target(*row) for row in rows]
    if len(parts) == 2:  # a film's genre and director: a third faster without a loop
        (first, firsts), (second, seconds) = parts
        return lambda rows: [
            target(*row[plain], first(*row[firsts]), second(*row[seconds])) for row in rows
        ]
    return lambda rows: [
        target(*row[plain], *[build(*row[some]) for build, some in parts]) for row in rows
    ]


def _split_columns(
    target: Callable[..., Any], columns: Sequence[str], decoders: Decoders
) -> tuple[slice, list[Part]]:
    """Return the columns that need no conversion, and the parts that follow them."""
    fields = _fields(target, decoders)
    parts: list[Part] = []
    plain = position = 0
    for field in fields:
        after = position + _width(field, columns[position:])
        if after == position:
            break
        if parts or field.struct or field.decode:
            parts.append(Part(_build(field, columns[position:after]), slice(position, after)))
        position = after
        plain = plain if parts else after
    filled = len(parts) + plain
    if position < len(columns) or any(field.required for field in fields[filled:]):
        raise _difference(target, fields, columns)
    return slice(0, plain), parts


def _width(field: Field, columns: Sequence[str]) -> int:
    """Return how many of the next columns belong to a field."""
    if field.struct is None:
        return int(list(columns[:1]) == [field.name])
    return len([column for column in columns if column.startswith(f"{field.name}_")])


def _build(field: Field, columns: Sequence[str]) -> Callable[..., Any]:
    struct = field.struct
    if struct is None:
        return field.decode or (lambda value: value)
    names = [column.removeprefix(f"{field.name}_") for column in columns]
    _, parts = _split_columns(struct, names, {})
    if parts:
        raise TypeError(f"{field.name}: a nested struct can only have plain fields")
    if not field.is_optional:
        return struct
    return lambda first, *rest: None if first is None else struct(first, *rest)


def _fields(target: Callable[..., Any], decoders: Decoders) -> list[Field]:
    hints = typing.get_type_hints(target)
    return [
        Field(
            name,
            hints.get(name, Any),
            parameter.default is parameter.empty,
            decoders.get(name, bool if hints.get(name) is bool else None),
        )
        for name, parameter in inspect.signature(target).parameters.items()
    ]


def _difference(
    target: Callable[..., Any], fields: Sequence[Field], columns: Sequence[str]
) -> TypeError:
    name = getattr(target, "__name__", repr(target))
    names = ", ".join(field.name for field in fields)
    return TypeError(f"{name} takes ({names}), the columns are ({', '.join(columns)})")
