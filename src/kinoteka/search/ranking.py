"""How well a film matches a query.

A film has a cost: 0 if one of its titles is the query, and more for weaker matches. Films are
sorted by the cost minus their popularity, which is the logarithm of their votes to the base 2. So
the match decides, unless a film with a weaker match has very many times the votes of the other.

Public operations: RankedQuery, are_finished.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from kinoteka.search.entry import PERSON_LINE, YEAR_LINE
from kinoteka.search.equivalents import canonical
from kinoteka.search.folding import SEGMENT_END
from kinoteka.search.query import QueryWord
from kinoteka.search.sounds import SOUND_MARK


class Cost(IntEnum):
    """The costs of matches. The difference of two is in doublings of votes."""

    WHOLE_TITLE = 0
    WHOLE_SOUND = 1
    WHOLE_PART = 6
    TITLE_START = 7
    PERSON = 8
    PHRASE = 9
    TITLE_START_UNFINISHED = 10
    SOUND_START = 10
    WORDS = 12
    WORDS_AND_PEOPLE = 12
    WORDS_UNFINISHED = 15
    PERSON_UNFINISHED = 17
    NONE = 24


class RankedQuery:
    """A query, prepared for comparing it with many films."""

    def __init__(self, words: Sequence[QueryWord]) -> None:
        self._words = words
        self._years = {str(each.year) for each in words if each.year is not None}
        self._all = _Text(words)
        self._without_year = {
            year: _Text([each for each in words if each.word != year]) for year in self._years
        }

    def cost(self, lines: str) -> int:
        """Return the cost of a film with these lines."""
        year = ""
        titles: list[str] = []
        phonetic: list[list[str]] = []
        people: list[list[str]] = []
        for line in lines.split("\n"):
            if line[:1] != "_":
                titles.append(line)
            elif line.startswith(YEAR_LINE):
                year = line[len(YEAR_LINE) + 1 :]
            else:
                words = line[3:].replace(SOUND_MARK, "").split(" ")
                (people if line.startswith(PERSON_LINE) else phonetic).append(words)
        found = self._all.cost(titles, phonetic, people)
        if found and year in self._years and len(self._words) > 1:
            found = min(found, self._without_year[year].cost(titles, phonetic, people))
        return found


class _Text:
    """Words that are compared with titles and people."""

    def __init__(self, words: Sequence[QueryWord]) -> None:
        self._words = words
        self._own = canonical([each.word for each in words])
        self._phonetic = [each.sounds or (each.word,) for each in words]
        self._sounds = [sounds[0] for sounds in self._phonetic]
        self._usual = {other: sounds[0] for sounds in self._phonetic for other in sounds[1:]}
        self._joined = "".join(self._own)
        self._variants = [{each.word, *each.others, *canonical([each.word])} for each in words]

    def cost(
        self, titles: Sequence[str], phonetic: Sequence[list[str]], people: Sequence[list[str]]
    ) -> int:
        if not self._words:
            return Cost.TITLE_START
        if self._usual:
            phonetic = [[self._usual.get(word, word) for word in words] for words in phonetic]
            people = [[self._usual.get(word, word) for word in words] for words in people]
        best = int(Cost.NONE)
        for title in titles:
            best = min(best, self._title_cost(title))
            if not best:
                return best
        for words in phonetic:
            best = min(best, self._phonetic_cost(words))
        for words in people:
            best = min(best, self._person_cost(words))
        if best > Cost.WORDS_AND_PEOPLE:
            best = min(best, self._mixed_cost(titles, phonetic, people))
        return best

    def _title_cost(self, title: str) -> int:
        own = canonical(title.split())
        if own == self._own or "".join(own) == self._joined:
            return Cost.WHOLE_TITLE
        if SEGMENT_END in title:
            parts = (canonical(part.split(" ")) for part in title.split(SEGMENT_END))
            if self._own in parts:
                return Cost.WHOLE_PART
        return self._cost_in(own, self._own, Cost.TITLE_START, Cost.TITLE_START_UNFINISHED)

    def _phonetic_cost(self, words: list[str]) -> int:
        if words == self._sounds or "".join(words) == "".join(self._sounds):
            return Cost.WHOLE_SOUND
        return self._cost_in(words, self._sounds, Cost.SOUND_START, Cost.WORDS) + 1

    def _cost_in(self, words: list[str], sought: list[str], start: int, unfinished: int) -> int:
        count = len(sought)
        if words[:count] == sought:
            return start
        is_start = words[: count - 1] == sought[:-1]
        if is_start and len(words) >= count and words[count - 1].startswith(sought[-1]):
            return unfinished
        if not set(sought) & set(words):
            return Cost.NONE
        if f" {' '.join(sought)} " in f" {' '.join(words)} ":
            return Cost.PHRASE
        return Cost.WORDS if set(sought) <= set(words) else Cost.NONE

    def _person_cost(self, name: list[str]) -> int:
        found = are_finished(self._phonetic, name)
        if found is None:
            return Cost.NONE
        return Cost.PERSON if found else Cost.PERSON_UNFINISHED

    def _mixed_cost(
        self, titles: Sequence[str], phonetic: Sequence[list[str]], people: Sequence[list[str]]
    ) -> int:
        """Return the cost of a film with each word in a title or in a name."""
        written = {word for title in titles for word in title.split()}
        written.update(canonical(list(written)))
        sounding = {word for words in (*phonetic, *people) for word in words}
        cost = Cost.WORDS_AND_PEOPLE
        for variants, sounds_as in zip(self._variants, self._phonetic, strict=True):
            if not variants.isdisjoint(written) or sounds_as[0] in sounding:
                continue
            if _has_start(written, tuple(variants)):
                cost = max(cost, Cost.WORDS_UNFINISHED)
            elif _has_start(sounding, sounds_as):
                cost = Cost.PERSON_UNFINISHED
            else:
                return Cost.NONE
        return cost


def are_finished(sought: Sequence[tuple[str, ...]], words: Sequence[str]) -> bool | None:
    """Return whether all sought words are whole words, or None if one is not even a beginning."""
    whole = True
    for each in sought:
        if not set(each).isdisjoint(words):
            continue
        if not _has_start(words, each):
            return None
        whole = False
    return whole


def _has_start(words: Iterable[str], starts: tuple[str, ...]) -> bool:
    return any(word.startswith(starts) for word in words)
