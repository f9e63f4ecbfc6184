"""Find the words of all titles that are similar to a word with typos.

Public operations: similar_words, trigrams.
"""

from heapq import nsmallest

from rapidfuzz.distance import OSA

from kinoteka.search.index_interface import Vocabulary
from kinoteka.search.sounds import SOUND_MARK

MIN_CORRECTED_LENGTH = 3
ONE_ERROR_FROM = 4
TWO_ERRORS_FROM = 8
"""The minimum word lengths for swapped letters, one error and two errors."""
MAX_COMPARED = 200
MAX_SIMILAR_WORDS = 5


def similar_words(words: Vocabulary, word: str) -> list[str]:
    """Return the words that the user may have meant, the likeliest first.

    Words of four letters may have one error and words of eight may have two: a wrong, missing or
    extra letter, or two swapped letters. Words of three letters may only have swapped letters. The
    word may be a prefix. Numbers are never corrected. A word with `SOUND_MARK` is compared with
    sounds, another one with words.
    """
    length = len(word.removeprefix(SOUND_MARK))
    if length < MIN_CORRECTED_LENGTH or not any(map(str.isalpha, word)):
        return []
    if length < ONE_ERROR_FROM:
        known = words.frequencies(_swapped(word))
        return sorted((each for each in known if known[each] > 0), key=lambda w: (-known[w], w))
    found = _within(words, word, 1)
    if not found and length >= TWO_ERRORS_FROM:
        found = _within(words, word, 2)
    return found


def trigrams(word: str) -> set[str]:
    """Return all sequences of three characters, with a space at both ends of the word."""
    padded = f" {word} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def _within(words: Vocabulary, word: str, errors: int) -> list[str]:
    """Return the likeliest words within so many errors, whole words before prefixes."""
    found: list[tuple[bool, int, int, str]] = []
    # Short words with two swapped letters share no trigram.
    candidates = words.candidates(word, errors) | words.frequencies(_swapped(word))
    for candidate, frequency in candidates.items():
        if (candidate[0] == SOUND_MARK) != (word[0] == SOUND_MARK):
            continue
        distance = OSA.distance(word, candidate, score_cutoff=errors)
        is_prefix = distance > errors
        if is_prefix:
            distance = OSA.distance(word, candidate[: len(word)], score_cutoff=errors)
        if distance <= errors and frequency > 0:
            found.append((is_prefix, distance, -frequency, candidate))
    return [candidate for *_, candidate in nsmallest(MAX_SIMILAR_WORDS, found)]


def _swapped(word: str) -> list[str]:
    """Return the word with each pair of neighbours swapped."""
    return [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
