"""Whether a person's name matches a search text.

Public operations: SoughtName.
"""

from rapidfuzz.distance import OSA

from kinoteka.search.folding import fold, foreign_words
from kinoteka.search.query import MAX_WORDS, parse
from kinoteka.search.ranking import are_finished
from kinoteka.search.sounds import sounds
from kinoteka.search.typos import ONE_ERROR_FROM, TWO_ERRORS_FROM

WHOLE, FINISHED, UNFINISHED, SIMILAR = range(4)
"""How well a name matches: all of it, whole words, beginnings of words, words with typos."""


class SoughtName:
    """The words of a search text that are compared with names by their sound."""

    def __init__(self, text: str) -> None:
        self._sounds = [each.sounds for each in parse(text)[:MAX_WORDS] if each.sounds]

    def match(self, name: str, *, with_typos: bool = False) -> int | None:
        """Return how well a name matches, or None if it does not."""
        words = sounds(foreign_words(name) or " ".join(fold(name))).split()
        finished = are_finished(self._sounds, words)
        if finished is not None:
            return (
                UNFINISHED
                if not finished
                else FINISHED
                if len(words) > len(self._sounds)
                else WHOLE
            )
        if with_typos and all(_is_similar(each[0], words) for each in self._sounds):
            return SIMILAR
        return None


def _is_similar(sought: str, words: list[str]) -> bool:
    length = len(sought)
    errors = 2 if length >= TWO_ERRORS_FROM else 1 if length >= ONE_ERROR_FROM else 0
    return any(
        OSA.distance(sought, end, score_cutoff=errors) <= errors
        for word in words
        for end in (word, word[:length])
    )
