"""Convert years, ratings, votes and runtimes from numbers or texts.

Every function raises `InvalidValue` if a film cannot have the value. Texts repeat often, so results
are cached.
"""

import re
from functools import lru_cache

from kinoteka.core.imports.record import InvalidValue, RejectionReason

FIRST_YEAR, LAST_YEAR = 1870, 2100
MAX_VOTES = 2**31 - 1
MAX_RUNTIME_MINUTES = 60_000
"""In minutes. The longest known film, Logistics (2012), runs for 51,420 minutes (35 days)."""
MAX_RATING = 10

NO_VALUE = frozenset(
    ["", "\\n", "n/a", "nan", "null", "none", "-", "–", "—", "?", "??", "???", "????", "tba", "tbd"]
)
"""Texts that stand for no value, in lower case; in a title, they are titles."""

_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")
_RUNTIME = re.compile(
    r"(?:(?P<hours>\d+) ?(?:h(?:ours?|rs?)?|ч(?:ас(?:а|ов)?)?)\.?)? ?"
    r"(?:(?P<minutes>\d+)(?:\.0+)? ?(?:m(?:in(?:ute)?s?)?|мин(?:ут[аы]?)?)?\.?)?"
    r"|(?P<h>\d+):(?P<m>[0-5]\d)(?::[0-5]\d)?"
    r"|PT(?:(?P<iso_h>\d+)H)?(?:(?P<iso_m>\d+)M)?(?:\d+(?:\.\d+)?S)?",
    re.IGNORECASE,
)
_SPACES = "[ \u00a0\u2009\u202f'’]"
_SPACED = re.compile(rf"\d{{1,3}}(?:{_SPACES}\d{{3}})+(?:[.,]0+)?")
_GROUPED = re.compile(r"(\d{1,3})([.,])(\d{3}(?:\2\d{3})*)")
_LONGEST_NUMBER = 40


def is_no_value(value: object) -> bool:
    """Return whether a value stands for none: it is empty, or a text like `N/A`."""
    if isinstance(value, str):
        return len(value) < 6 and value.strip().casefold() in NO_VALUE
    return value is None


def year_of(value: object) -> int | None:
    """Return the year from a number, or from a date with a four-digit year. Empty: None."""
    if isinstance(value, str):
        if len(value) > _LONGEST_NUMBER:
            raise InvalidValue(RejectionReason.YEAR_INVALID, value[:_LONGEST_NUMBER])
        return _year_in(value)
    if type(value) is int:
        return _year_within(value, str(value))
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise InvalidValue(RejectionReason.YEAR_INVALID, str(value)[:_LONGEST_NUMBER])
    return _year_within(int(value), str(value))


def rating_of(value: object, scale: float = MAX_RATING) -> float | None:
    """Return a rating from 0 to 10, converted from 0 to `scale`. Accept a decimal comma.

    Return None for an empty value.
    """
    if scale != MAX_RATING:
        return _rescaled(value, scale)
    if type(value) is float and 0 <= value <= MAX_RATING:
        return value
    if isinstance(value, str):
        if len(value) > _LONGEST_NUMBER:
            raise InvalidValue(RejectionReason.RATING_INVALID, value[:_LONGEST_NUMBER])
        return _rating_in(value, MAX_RATING)
    if value is None:
        return None
    return _rating_within(value, MAX_RATING)


def votes_of(value: object, thousands: str | None = None) -> int:
    """Return a number of votes. Return 0 for an empty value.

    Thousands may be separated by spaces, commas or dots. `1.000` may mean 1 or 1,000, so it is
    rejected unless `thousands` names the separator.
    """
    if not value:
        return 0
    if type(value) is int and 0 < value <= MAX_VOTES:
        return value
    if isinstance(value, str):
        written = value.strip()
        if is_no_value(written):
            return 0
        value = _number_in(written, thousands)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= MAX_VOTES
        or value != int(value)
    ):
        raise InvalidValue(RejectionReason.VOTES_INVALID, str(value)[:_LONGEST_NUMBER])
    return int(value)


def thousands_in(written: str) -> str | None:
    """Return the separator between the thousands of a whole number, if only one is possible."""
    found = _GROUPED.fullmatch(written.strip())
    return found[2] if found and found[3] != "000" else None


def is_unclear(written: str) -> bool:
    """Return whether a number like `1.000` may mean 1 or 1,000."""
    found = _GROUPED.fullmatch(written)
    return found is not None and found[3] == "000"


def runtime_of(value: object) -> int | None:
    """Return a runtime in minutes. Return None for an empty value and for 0.

    A text may be "136", "136 min", "2 h 16 min", "2:16", "2:16:00" or "PT2H16M".
    """
    if isinstance(value, str):
        return _runtime_in(value[:_LONGEST_NUMBER])
    if value is None or (value == 0 and not isinstance(value, bool)):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise _invalid_runtime(str(value))
    return _runtime_within(int(value), str(value))


@lru_cache(maxsize=8192)
def _year_in(text: str) -> int | None:
    stripped = text.strip()
    if is_no_value(stripped):
        return None
    found = _FOUR_DIGITS.search(stripped)
    if not found:
        raise InvalidValue(RejectionReason.YEAR_INVALID, text)
    return _year_within(int(found[0]), text)


def _year_within(year: int, written: str) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidValue(RejectionReason.YEAR_INVALID, written[:_LONGEST_NUMBER])
    return year


def _rescaled(value: object, scale: float) -> float | None:
    if isinstance(value, str):
        found = _rating_in(value[: _LONGEST_NUMBER + 1], scale)
    else:
        found = None if value is None else _rating_within(value, scale)
    return None if found is None else round(found * MAX_RATING / scale, 2)


@lru_cache(maxsize=8192)
def _rating_in(text: str, scale: float) -> float | None:
    stripped = text.strip()
    if is_no_value(stripped):
        return None
    try:
        rating = float(stripped.replace(",", "."))
    except ValueError:
        raise InvalidValue(RejectionReason.RATING_INVALID, text) from None
    return _rating_within(rating, scale)


def _rating_within(value: object, scale: float) -> float:
    valid = isinstance(value, int | float) and not isinstance(value, bool)
    if not valid or not 0 <= value <= scale:  # type: ignore[operator]
        raise InvalidValue(RejectionReason.RATING_INVALID, str(value)[:_LONGEST_NUMBER])
    return float(value)  # type: ignore[arg-type]


def _number_in(written: str, thousands: str | None) -> float:
    if _SPACED.fullmatch(written):
        written = re.sub(_SPACES, "", written)
    if found := _GROUPED.fullmatch(written):
        separator = found[2]
        if found[3] == "000" and thousands is None:
            detail = f"{written}: {found[1]} or {found[1]}000? name the separator of thousands"
            raise InvalidValue(RejectionReason.VOTES_INVALID, detail)
        if found[3] != "000" or thousands == separator:
            written = written.replace(separator, "")
    try:
        return float(written.replace(",", "" if thousands != "." else "."))
    except ValueError:
        raise InvalidValue(RejectionReason.VOTES_INVALID, written[:_LONGEST_NUMBER]) from None


@lru_cache(maxsize=8192)
def _runtime_in(text: str) -> int | None:
    stripped = text.strip()
    if is_no_value(stripped):
        return None
    found = _RUNTIME.fullmatch(stripped)
    if not found or stripped.upper() == "PT":
        raise _invalid_runtime(text)
    hours = found["hours"] or found["h"] or found["iso_h"] or 0
    minutes = found["minutes"] or found["m"] or found["iso_m"] or 0
    total = 60 * int(hours) + int(minutes)
    return _runtime_within(total, text) if total else None


def _runtime_within(minutes: int, written: str) -> int:
    if not 1 <= minutes <= MAX_RUNTIME_MINUTES:
        raise _invalid_runtime(written)
    return minutes


def _invalid_runtime(written: str) -> InvalidValue:
    return InvalidValue(
        RejectionReason.NUMBER_INVALID, f"runtime_minutes: {written[:_LONGEST_NUMBER]}"
    )
