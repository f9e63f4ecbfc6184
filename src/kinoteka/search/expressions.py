"""Search expressions: terms, prefixes, and any or all of several expressions.

An expression that cannot match is None; `any_of` and `all_of` handle that.
"""

from collections.abc import Iterable

import msgspec


class ExactTerm(msgspec.Struct, frozen=True):
    """An exact term."""

    term: str


class Prefix(msgspec.Struct, frozen=True):
    """Any term with this prefix; `known` lists the terms if there are only a few."""

    prefix: str
    known: tuple[str, ...] = ()


class AnyOf(msgspec.Struct, frozen=True):
    """A film matches any of these."""

    of: "tuple[Expression, ...]"


class AllOf(msgspec.Struct, frozen=True):
    """A film matches all of these."""

    of: "tuple[Expression, ...]"


Expression = ExactTerm | Prefix | AnyOf | AllOf


def any_of(expressions: "Iterable[Expression | None]") -> "Expression | None":
    """Combine expressions: at least one must match. Ignore those that cannot match."""
    some = tuple(each for each in expressions if each is not None)
    return AnyOf(some) if len(some) > 1 else next(iter(some), None)


def all_of(expressions: "Iterable[Expression | None]") -> "Expression | None":
    """Combine expressions: all must match. Return None if one cannot match."""
    some: list[Expression] = []
    for each in expressions:
        if each is None:
            return None
        some.append(each)
    return AllOf(tuple(some)) if len(some) > 1 else next(iter(some), None)
