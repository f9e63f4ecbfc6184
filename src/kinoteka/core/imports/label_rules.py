"""Rules that give films an access label while they are imported.

A rule has the form `label:condition`, and the first matching rule applies. Conditions:
`genre=Documentary`, `year=1994`, `year=1990..1999`, `rating=8..`, `rating=..5` (ranges include
both ends, and one end may be omitted) and `column:NAME=value` for a column of the file.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from kinoteka.core.access.model import HIDDEN, check_label
from kinoteka.core.imports.record import FilmRecord, FormatCode, FormatError
from kinoteka.errors import DomainError

Columns = Mapping[str, object]
Condition = Callable[[FilmRecord, Columns], bool]

HIDDEN_NOT_ASSIGNABLE = f"'{HIDDEN}' is not a label that an import can assign"
LABEL_PROBLEMS = {
    "reserved": HIDDEN_NOT_ASSIGNABLE,
    "malformed": "a label has 1 to 50 letters, digits, dots, dashes or underscores",
}
"""Explanations of the reasons that `check_label` gives."""

_NO_COLUMNS: Columns = {}


class _Rule:
    def __init__(self, label: str, condition: Condition) -> None:
        self.label = label
        self.condition = condition


class LabelRules:
    """The operator's rules in order. Without rules it is false."""

    def __init__(self, written: Sequence[str] = ()) -> None:
        """Raise `FormatError` LABEL_RULE_INVALID (`rule`, `detail`) for the first invalid rule."""
        self._rules = [_parse(rule) for rule in written]
        self.need_columns = any(":column:" in rule for rule in written)

    @property
    def names(self) -> tuple[str, ...]:
        """The labels that the rules assign, without duplicates."""
        return tuple(dict.fromkeys(rule.label for rule in self._rules))

    def __bool__(self) -> bool:
        return bool(self._rules)

    def apply(self, film: FilmRecord, columns: Columns = _NO_COLUMNS) -> FilmRecord:
        """Return the film with the label of the first matching rule, or unchanged."""
        for rule in self._rules:
            if rule.condition(film, columns):
                return msgspec.structs.replace(film, label=rule.label)
        return film


def _parse(written: str) -> _Rule:
    label, colon, condition = written.partition(":")
    kind, equals, value = condition.partition("=")
    label, kind, value = label.strip(), kind.strip(), value.strip()
    if not colon or not equals:
        raise _invalid(written, "expected LABEL:CONDITION=VALUE")
    try:
        check_label(label)
    except DomainError as error:
        raise _invalid(written, LABEL_PROBLEMS[str(error.parameters["reason"])]) from None
    if not value:
        raise _invalid(written, "the value is missing")
    if kind == "genre":
        return _Rule(label, _genre_is(value))
    if kind in ("year", "rating"):
        return _Rule(label, _within(kind, *_range(written, value)))
    if kind.startswith("column:") and kind != "column:":
        return _Rule(label, _column_is(kind.removeprefix("column:").strip(), value))
    raise _invalid(written, "conditions are genre=, year=, rating= and column:NAME=")


def _range(written: str, value: str) -> tuple[float, float]:
    low, dots, high = value.partition("..")
    try:
        lowest = float(low) if low.strip() else float("-inf")
        highest = float(high) if high.strip() else float("inf")
    except ValueError:
        raise _invalid(written, "expected a number or a range like 1990..1999") from None
    if not dots:
        highest = lowest
    elif not low.strip() and not high.strip():
        raise _invalid(written, "a range needs at least one end")
    if not lowest <= highest:
        raise _invalid(written, "the range's start is above its end")
    return lowest, highest


def _within(field: str, lowest: float, highest: float) -> Condition:
    def condition(film: FilmRecord, columns: Columns) -> bool:  # noqa: ARG001
        number = film.year if field == "year" else film.rating
        return number is not None and lowest <= number <= highest

    return condition


def _genre_is(value: str) -> Condition:
    wanted = value.casefold()

    def condition(film: FilmRecord, columns: Columns) -> bool:  # noqa: ARG001
        return any(genre.casefold() == wanted for genre in film.genres)

    return condition


def _column_is(name: str, value: str) -> Condition:
    wanted = value.casefold()

    def condition(film: FilmRecord, columns: Columns) -> bool:  # noqa: ARG001
        return str(columns.get(name, "")).strip().casefold() == wanted

    return condition


def _invalid(rule: str, detail: str) -> FormatError:
    return FormatError(FormatCode.LABEL_RULE_INVALID, rule=rule, detail=detail)
