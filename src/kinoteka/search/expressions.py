"""What an index is asked for: terms, beginnings of terms, any or all of several.

An expression that can find nothing is None; `any_of` and `all_of` see to it.
"""

from collections.abc import Iterable

import msgspec


class Term(msgspec.Struct, frozen=True):
    """A term as it stands."""

    term: str


class Beginning(msgspec.Struct, frozen=True):
    """Any term that begins so; `known`: all of these, where they are few and an index may care."""

    start: str
    known: tuple[str, ...] = ()


class AnyOf(msgspec.Struct, frozen=True):
    """Any of several."""

    of: "tuple[Expression, ...]"


class AllOf(msgspec.Struct, frozen=True):
    """All of several."""

    of: "tuple[Expression, ...]"


Expression = Term | Beginning | AnyOf | AllOf


def any_of(expressions: "Iterable[Expression | None]") -> "Expression | None":
    """What any of them finds."""
    some = tuple(each for each in expressions if each is not None)
    return AnyOf(some) if len(some) > 1 else next(iter(some), None)


def all_of(expressions: "Iterable[Expression | None]") -> "Expression | None":
    """What all of them find: nothing, if one can find nothing."""
    some: list[Expression] = []
    for each in expressions:
        if each is None:
            return None
        some.append(each)
    return AllOf(tuple(some)) if len(some) > 1 else next(iter(some), None)
