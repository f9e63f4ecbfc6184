"""The indexed terms and the rank of a film, for both engines."""

import math
from collections.abc import Iterable

import msgspec

from kinoteka.search.folding import spellings

FIRST_WORD_MARK = "_"
"""The prefix of the first word of a title; folded words never contain this character."""
WHOLE_TITLE_MARK = "__"
"""The prefix of a whole title: its words without spaces, cut to `WHOLE_TITLE_LENGTH`."""
WHOLE_TITLE_LENGTH = 40

ARTICLES = frozenset(
    ("the", "a", "an", "le", "la", "les", "un", "une", "der", "die", "das", "el", "los", "il", "lo")
)

ID_BITS = 40
FILM_ID = (1 << ID_BITS) - 1
_MOST_VOTES = 2047
_VOTE_STEPS = 90
_LONGEST = 63


class IndexEntry(msgspec.Struct, frozen=True):
    """The fields of a film that the index needs."""

    film_id: int
    title: str
    original_title: str | None
    votes: int


def rank_key(entry: IndexEntry) -> int:
    """Return the rank of a film: more votes first, then shorter titles, then by id.

    The last `ID_BITS` bits are the film's id.
    """
    votes = min(int(math.log2(entry.votes + 1) * _VOTE_STEPS), _MOST_VOTES)
    rank = (_MOST_VOTES - votes) << 6 | min(len(entry.title), _LONGEST)
    return rank << ID_BITS | entry.film_id


def all_spellings(entry: IndexEntry) -> list[str]:
    """Return every spelling of both titles."""
    found = spellings(entry.title)
    if entry.original_title and entry.original_title != entry.title:
        found += [each for each in spellings(entry.original_title) if each not in found]
    return found


def terms(spellings: Iterable[str]) -> str:
    """Return the terms of a film: words, first words and whole titles, separated by spaces."""
    found: list[str] = []
    for words in filter(None, spellings):
        first, _, rest = words.partition(" ")
        found += (words, FIRST_WORD_MARK + first, whole_title_term(words))
        if rest and first in ARTICLES:
            found += (FIRST_WORD_MARK + rest.partition(" ")[0], whole_title_term(rest))
    return " ".join(found)


def whole_title_term(words: str) -> str:
    """Return the term of a whole title, given its words separated by spaces."""
    return WHOLE_TITLE_MARK + words.replace(" ", "")[:WHOLE_TITLE_LENGTH]
