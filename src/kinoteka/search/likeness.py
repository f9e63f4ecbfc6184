"""Which of the words of all titles resemble a word that is written wrongly.

Public operations: resembling, trigrams.
"""

from heapq import nsmallest

from rapidfuzz.distance import OSA

from kinoteka.search.reading import Words

SHORTEST_FORGIVEN = 3
ONE_ERROR_FROM = 4
TWO_ERRORS_FROM = 8
"""Letters from which two may be swapped, or a word be written wrongly once, or twice."""
MOST_COMPARED = 200
MOST_RESEMBLING = 5


def resembling(words: Words, word: str) -> list[str]:
    """Words that this one may have been meant to be, the likeliest first.

    One error is forgiven from four letters, two from eight: a letter wrong, missing, too many,
    or two swapped; of three letters two may be swapped. The word may be a beginning. Numbers are
    never taken for others.
    """
    if len(word) < SHORTEST_FORGIVEN or not any(map(str.isalpha, word)):
        return []
    if len(word) < ONE_ERROR_FROM:
        known = words.times(_swapped(word))
        return sorted((each for each in known if known[each] > 0), key=lambda w: (-known[w], w))
    found = _within(words, word, 1)
    if not found and len(word) >= TWO_ERRORS_FROM:
        found = _within(words, word, 2)
    return found


def trigrams(word: str) -> set[str]:
    """Every three characters in a row, with a space at either end of the word."""
    padded = f" {word} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def _within(words: Words, word: str, errors: int) -> list[str]:
    """The likeliest words at so many errors from this one, whole words before beginnings."""
    found: list[tuple[bool, int, int, str]] = []
    # Short words that have two letters swapped share no trigram.
    candidates = words.alike(word, errors) | words.times(_swapped(word))
    for candidate, times in candidates.items():
        distance = OSA.distance(word, candidate, score_cutoff=errors)
        is_beginning = distance > errors
        if is_beginning:
            distance = OSA.distance(word, candidate[: len(word)], score_cutoff=errors)
        if distance <= errors and times > 0:
            found.append((is_beginning, distance, -times, candidate))
    return [candidate for *_, candidate in nsmallest(MOST_RESEMBLING, found)]


def _swapped(word: str) -> list[str]:
    """The word with each two neighbours swapped."""
    return [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
