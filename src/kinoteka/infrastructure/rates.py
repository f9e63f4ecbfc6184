"""Rates of limits: how often something may happen within a time, such as `10 per 5 minutes`."""

import re
from functools import cache
from typing import NamedTuple

UNITS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "month": 30 * 86400,
    "year": 12 * 30 * 86400,
}
SEPARATORS = re.compile("[,;|]")
RATE = re.compile(
    r"\s*(?P<amount>\d+)\s*(?:/|per)\s*(?P<number>\d+)?\s*(?P<unit>[a-z]+?)s?\s*",
    re.ASCII | re.IGNORECASE,
)


class Rate(NamedTuple):
    """`amount` events within `seconds`."""

    amount: int
    seconds: int


@cache
def parse_rate(text: str) -> Rate:
    """Return the rate of a text such as `10 per 5 minutes` or `1/second`.

    A text may list several rates, of which only the first applies.

    Raises:
        ValueError: the text is not a rate.
    """
    first, *_ = [_parse(part) for part in SEPARATORS.split(text)]
    return first


def _parse(text: str) -> Rate:
    found = RATE.fullmatch(text)
    seconds = UNITS.get(found["unit"].lower()) if found else None
    if found is None or seconds is None:
        raise ValueError(f"not a rate: {text!r}")
    return Rate(int(found["amount"]), seconds * (int(found["number"] or 0) or 1))
