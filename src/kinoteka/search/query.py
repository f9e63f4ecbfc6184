"""The words of a search text, with everything that each may stand for.

Public operations: parse.
"""

import re
import unicodedata
from collections.abc import Sequence

import msgspec

from kinoteka.search.equivalents import alternatives
from kinoteka.search.folding import fold
from kinoteka.search.sounds import possible_sounds

MAX_QUERY_LENGTH = 100
MAX_WORDS = 8
FIRST_YEAR, LAST_YEAR = 1870, 2100
YEAR_DIGITS = 4

_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_ONE_LETTER = re.compile("([aou])e")


class QueryWord(msgspec.Struct, frozen=True):
    """A folded word. `others` are words for the same thing, `sounds` how the word may sound.

    `year` is the year that the word may be.
    """

    word: str
    others: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    year: int | None = None


def parse(text: str) -> list[QueryWord]:
    """Return the words of a search text."""
    text = text[:MAX_QUERY_LENGTH]
    words = fold(text)
    return [
        _word(word, second)
        for word, second in zip(words, _second_spelling(text, words), strict=True)
    ]


def _second_spelling(text: str, words: Sequence[str]) -> Sequence[str]:
    """Return the words with ae for ä and the like."""
    if text.isascii():
        return words
    lower = unicodedata.normalize("NFC", text).lower()
    second = fold("".join(_TWO_LETTERS.get(letter, letter) for letter in lower))
    return second if len(second) == len(words) else words


def _word(word: str, second: str) -> QueryWord:
    others = list(alternatives(word))
    if second != word:
        others.append(second)
    elif _ONE_LETTER.search(word):
        others.append(_ONE_LETTER.sub(r"\1", word))
    is_number = word.isdecimal() and word.isascii()
    year = int(word) if is_number and len(word) == YEAR_DIGITS else None
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        year = None
    return QueryWord(word, tuple(others), () if is_number else possible_sounds(word), year)
