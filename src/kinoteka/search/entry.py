"""What is indexed of a film, whatever the engine."""

import math
from collections.abc import Iterable

import msgspec

from kinoteka.search.folding import readings

FIRST = "_"
"""Marks the first word of a title; no folded word has this character."""
WHOLE = "__"
"""Marks a whole title, its words closed up and cut to `WHOLE_LENGTH`."""
WHOLE_LENGTH = 40

ARTICLES = frozenset(
    ("the", "a", "an", "le", "la", "les", "un", "une", "der", "die", "das", "el", "los", "il", "lo")
)

ID_BITS = 40
FILM_ID = (1 << ID_BITS) - 1
_MOST_VOTES = 2047
_VOTE_STEPS = 90
_LONGEST = 63


class Entry(msgspec.Struct, frozen=True):
    """A film as the index sees it."""

    film_id: int
    title: str
    original_title: str | None
    votes: int


def position(entry: Entry) -> int:
    """The place of a film among all: more votes first, then shorter titles, then by id.

    The last `ID_BITS` bits are the film's id.
    """
    votes = min(int(math.log2(entry.votes + 1) * _VOTE_STEPS), _MOST_VOTES)
    rank = (_MOST_VOTES - votes) << 6 | min(len(entry.title), _LONGEST)
    return rank << ID_BITS | entry.film_id


def all_readings(entry: Entry) -> list[str]:
    """Every reading of both titles."""
    ways = readings(entry.title)
    if entry.original_title and entry.original_title != entry.title:
        ways += [way for way in readings(entry.original_title) if way not in ways]
    return ways


def terms(ways: Iterable[str]) -> str:
    """What the index holds of a film: words, first words and whole titles, parted by spaces."""
    found: list[str] = []
    for words in filter(None, ways):
        first, _, rest = words.partition(" ")
        found += (words, FIRST + first, whole(words))
        if rest and first in ARTICLES:
            found += (FIRST + rest.partition(" ")[0], whole(rest))
    return " ".join(found)


def whole(words: str) -> str:
    """Words parted by spaces as the one term of a whole title."""
    return WHOLE + words.replace(" ", "")[:WHOLE_LENGTH]
