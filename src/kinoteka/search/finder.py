"""Find films by the words of their titles, their people and their years, best matches first.

This code serves both engines; their differences are behind `index_interface.Index`.

Public operations: find, films_by_person.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from kinoteka.search.entry import (
    FIRST_WORD_MARK,
    popularity,
    whole_sound_term,
    whole_title_term,
)
from kinoteka.search.equivalents import joined_numbers
from kinoteka.search.expressions import ExactTerm, Expression, Prefix, all_of, any_of
from kinoteka.search.folding import is_syllable, to_latin
from kinoteka.search.index_interface import Index
from kinoteka.search.keyboard import other_layout
from kinoteka.search.query import MAX_WORDS, QueryWord, parse
from kinoteka.search.ranking import RankedQuery
from kinoteka.search.sounds import SOUND_MARK
from kinoteka.search.typos import similar_words

LIMIT = 1000

PREFIX_INDEXED = 3
"""Prefixes up to this length are in the index; longer ones are expanded to known words."""
VERY_COMMON = 5_000
MAX_COMPLETIONS = 200
MAX_EXACT_MATCHES = 30
"""The maximum number of films whose whole title or first word matches."""
MAX_RANKED = 100
"""The maximum number of films ranked by how well they match; popularity orders the rest."""
MAX_MISSPELLED_WORDS = 3
MAX_CORRECTED_WORDS = 5
"""The maximum number of words with typos."""
MIN_LAYOUT_LENGTH = 3
"""The minimum length of a text that may have been typed with the wrong keyboard layout."""


class Found(msgspec.Struct, frozen=True):
    """The ids of films, best first. If it is not complete, the search stopped at a limit."""

    ids: list[int]
    is_complete: bool


def find(index: Index, query: str, limit: int = LIMIT) -> Found:
    """Return the films that match all words of the query.

    A word matches a word of a title or its beginning, the name of a person who made the film, or
    the film's year. If nothing else matches, words may have typos.
    """
    return _Search(index, limit).find(query)


def films_by_person(index: Index, query: str, limit: int) -> Found:
    """Return the films of people whose names contain all words of the query, by popularity."""
    return _Search(index, limit).films_by_person(parse(query))


class _Search:
    """One search in one index."""

    def __init__(self, index: Index, limit: int) -> None:
        self._index = index
        self._limit = limit
        self._known: dict[str, list[str]] = {}
        self._is_complete = True

    def find(self, query: str) -> Found:
        words = parse(query)
        if not words:
            return Found([], is_complete=True)
        found = (
            self._matching(words)
            or self._joined(words)
            or self._typed_elsewhere(query)
            or self._corrected(words)
            or self._near_year(words)
        )
        found = list(dict.fromkeys(found))
        return Found(found[: self._limit], self._is_complete and len(found) <= self._limit)

    def films_by_person(self, words: Sequence[QueryWord]) -> Found:
        words = [each for each in words[:MAX_WORDS] if each.sounds]
        if not words:
            return Found([], is_complete=True)
        beginnings = [
            any_of(self._prefix(SOUND_MARK + sound) for sound in each.sounds) for each in words
        ]
        found = self._matches(all_of(beginnings), self._limit)
        if not found:
            corrected = (self._similar_sounds(each) for each in words)
            found = self._matches(all_of(any_of(map(ExactTerm, each)) for each in corrected))
        return Found(found, self._is_complete)

    def _matching(self, words: Sequence[QueryWord]) -> list[int]:
        """Return the films that match without corrections."""
        exact = self._whole_titles(words)
        words = words[:MAX_WORDS]
        if len(words) == 1:
            exact += self._starting_with(words[0])
        different = list({each.word: each for each in words}.values())
        found = self._matches(self._all_words(different))
        for rewritten in _rewritten(words):
            found += self._matches(self._all_words(rewritten))
        return self._ranked(found, words, exact)

    def _whole_titles(self, words: Sequence[QueryWord]) -> list[int]:
        """Return films whose whole title is the query, or the query without the film's year."""
        wanted = [_whole_title(words)]
        for each in words:
            if each.year is not None and len(words) > 1:
                rest = [other for other in words if other is not each]
                wanted.append(all_of([_whole_title(rest), ExactTerm(f"{SOUND_MARK}{each.word}")]))
        return self._matches(any_of(wanted), 2 * MAX_EXACT_MATCHES, may_end=True)

    def _starting_with(self, query: QueryWord) -> list[int]:
        """Return films with a title that starts with a word, or with the word itself."""
        word = query.word
        wanted = [
            ExactTerm(FIRST_WORD_MARK + word),
            any_of([ExactTerm(word), *map(ExactTerm, query.others)]),
            any_of(ExactTerm(SOUND_MARK + each) for each in query.sounds),
            self._prefix(word, FIRST_WORD_MARK),
        ]
        return [
            film_id
            for each in wanted
            for film_id in self._matches(each, MAX_EXACT_MATCHES, may_end=True)
        ]

    def _all_words(self, words: Sequence[QueryWord]) -> Expression | None:
        *before, last = words
        letters = [each.word for each in before if len(each.word) == 1 and each.word.isalpha()]
        # Several letters are initials and not the beginnings of words.
        initials = set(letters if len(letters) > 1 else ())
        wanted = [
            self._initial(each) if each.word in initials else self._complete_word(each)
            for each in before
        ]
        return all_of([*wanted, self._word(last)])

    def _joined(self, words: Sequence[QueryWord]) -> list[int]:
        """Return films with the query as the start of a title without spaces, or with two
        neighbours joined.
        """
        words = words[:MAX_WORDS]
        plain = [each.word for each in words]
        wanted: list[Expression | None] = []
        if sum(map(len, plain)) > PREFIX_INDEXED:
            wanted.append(Prefix(whole_title_term(plain)))
        for at in range(len(plain) - 1):
            joined = [*plain[:at], plain[at] + plain[at + 1], *plain[at + 2 :]]
            wanted.append(all_of([self._prefix(word) for word in joined]))
        return self._ranked(self._matches(any_of(wanted)), words)

    def _typed_elsewhere(self, query: str) -> list[int]:
        """Return films for a query that was typed with the wrong keyboard layout."""
        meant = other_layout(query) if len(query) >= MIN_LAYOUT_LENGTH else None
        words = parse(meant) if meant else []
        return self._matching(words) if words else []

    def _corrected(self, words: Sequence[QueryWord]) -> list[int]:
        """Return films that match similar words in place of unknown ones, or of any word."""
        words = list({each.word: each for each in words[:MAX_WORDS]}.values())
        *before, last = words
        known = {each.word: self._complete_word(each) for each in before}
        known[last.word] = self._word(last)
        wrong = [each for each in words if known[each.word] is None]
        found: list[int] = []
        if 0 < len(wrong) <= MAX_MISSPELLED_WORDS:
            found = self._with_corrections(words, known, wrong)
        if not found and len(wrong) < len(words) <= MAX_CORRECTED_WORDS:
            found = self._with_corrections(words, known, words)
        return found

    def _with_corrections(
        self,
        words: Sequence[QueryWord],
        known: dict[str, Expression | None],
        wrong: Sequence[QueryWord],
    ) -> list[int]:
        """Return matches of the known words and of similar words in place of the wrong ones."""
        expressions = dict(known)
        corrected = {each.word: each for each in words}
        for each in wrong:
            written, phonetic = self._corrections(each.word), self._similar_sounds(each)
            similar = [*map(ExactTerm, written), *map(ExactTerm, phonetic)]
            expressions[each.word] = any_of([known[each.word], *similar])
            corrected[each.word] = QueryWord(
                written[0] if written else each.word,
                tuple(written),
                tuple(sound.removeprefix(SOUND_MARK) for sound in phonetic) or each.sounds,
            )
        return self._ranked(self._matches(all_of(expressions.values())), list(corrected.values()))

    def _near_year(self, words: Sequence[QueryWord]) -> list[int]:
        """Return films that match all words but the year: of the years beside it, then of any."""
        rest = [each for each in words if each.year is None]
        if not rest or len(rest) == len(words):
            return []
        wanted = [self._word(each) for each in rest[:MAX_WORDS]]
        near = [
            any_of(ExactTerm(f"{SOUND_MARK}{each.year + by}") for by in (-1, 1))
            for each in words
            if each.year is not None
        ]
        found = self._matches(all_of([*wanted, *near])) or self._matches(all_of(wanted))
        return self._ranked(found, rest)

    def _corrections(self, word: str) -> list[str]:
        """Return the words that a word may stand for, the likeliest first."""
        spelled = to_latin(word)
        if spelled in (word, ""):
            return similar_words(self._index, word)
        return self._completions(spelled) or similar_words(self._index, spelled)

    def _similar_sounds(self, word: QueryWord) -> list[str]:
        return similar_words(self._index, SOUND_MARK + word.sounds[0]) if word.sounds else []

    def _completions(self, word: str) -> list[str]:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._index.completions(word, MAX_COMPLETIONS)
        return known

    def _ranked(
        self, found: list[int], words: Sequence[QueryWord], exact: Sequence[int] = ()
    ) -> list[int]:
        """Sort by how well films match and by popularity. `found` is sorted by popularity."""
        chosen = list(dict.fromkeys([*exact, *found[:MAX_RANKED]]))
        if not chosen:
            return []
        query = RankedQuery(words)
        scores: dict[int, tuple[float, int]] = {}
        for film_id, (position, lines) in self._index.lines(chosen).items():
            scores[film_id] = (query.cost(lines) - popularity(position), position)
        return [*sorted(chosen, key=lambda film_id: scores[film_id]), *found[MAX_RANKED:]]

    def _word(self, query: QueryWord) -> Expression | None:
        """Return the expression for the beginning of a word, or what it may stand for."""
        return any_of([self._prefix(query.word), *self._others(query), self._sound(query)])

    def _complete_word(self, query: QueryWord) -> Expression | None:
        """Return the expression for a word before the last; a very common short word must be exact.

        Half of all titles have a word with the prefix `a`, and a tenth have the word itself.
        """
        word = query.word
        is_short = len(word) <= PREFIX_INDEXED
        if is_short and self._index.frequencies([word]).get(word, 0) >= VERY_COMMON:
            return any_of([ExactTerm(word), *self._others(query)])
        sound = self._sound(query, is_last=False)
        return any_of([self._prefix(word), *self._others(query), sound])

    def _initial(self, query: QueryWord) -> Expression | None:
        return any_of([ExactTerm(query.word), *self._others(query), self._sound(query)])

    def _others(self, query: QueryWord) -> Iterable[Expression]:
        yield from map(ExactTerm, query.others)
        if query.year is not None:
            yield ExactTerm(f"{SOUND_MARK}{query.year}")

    def _sound(self, query: QueryWord, *, is_last: bool = True) -> Expression | None:
        """Return the expression for how a word sounds, or for the beginning of it.

        A syllable must be exact, and so must a word before the last with very many completions.
        """
        whole = is_syllable(query.word)
        found: list[Expression | None] = []
        for each in query.sounds:
            beginning = None if whole or len(each) == 1 else self._prefix(SOUND_MARK + each)
            is_common = isinstance(beginning, Prefix) and not beginning.known
            exact = whole or len(each) == 1 or (is_common and not is_last)
            found.append(ExactTerm(SOUND_MARK + each) if exact else beginning)
        return any_of(found)

    def _prefix(self, word: str, mark: str = "") -> Expression | None:
        """Return the expression for a prefix, or None if no title has a word with it."""
        if len(mark + word) <= PREFIX_INDEXED:
            return Prefix(mark + word)
        known = self._completions(word)
        if len(known) == MAX_COMPLETIONS:
            return None if mark else Prefix(word)
        return Prefix(mark + word, tuple(mark + each for each in known)) if known else None

    def _matches(
        self, wanted: Expression | None, limit: int = 0, *, may_end: bool = False
    ) -> list[int]:
        """Return matches by popularity. Without `may_end`, reaching the limit is noted."""
        if wanted is None:
            return []
        limit = limit or max(self._limit, MAX_RANKED)
        found = self._index.matches(wanted, limit)
        if not may_end and (len(found.ids) >= limit or not found.is_complete):
            self._is_complete = False
        return found.ids


_INITIALS = re.compile(r"(?<!\S)\w(?: \w)+(?!\S)")


def _rewritten(words: Sequence[QueryWord]) -> list[list[QueryWord]]:
    """Return the query with initials joined ("e t" as "et"), and with numbers in digits."""
    plain = [each.word for each in words]
    initials = _INITIALS.sub(lambda found: found[0].replace(" ", ""), " ".join(plain)).split()
    others = [parse(" ".join(other)) for other in (initials, joined_numbers(plain))]
    # `parse` separates the syllables of a script without spaces again.
    return [other for other in others if [each.word for each in other] != plain]


def _whole_title(words: Sequence[QueryWord]) -> Expression | None:
    title = whole_title_term([each.word for each in words])
    phonetic = {
        whole_sound_term(" ".join(each.sounds[at % len(each.sounds)] for each in words))
        for at in range(2)
        if all(each.sounds for each in words)
    }
    return any_of([ExactTerm(title), *map(ExactTerm, sorted(phonetic))])
