"""The indexed terms and the rank of a film, for both engines.

A film is stored as lines of words. A title has a line for each of its spellings. Other lines begin
with a mark: how the title sounds, the people who made the film, and its year. From its lines follow
the terms that are indexed, and how well the film matches a query (`ranking`).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from kinoteka.search.equivalents import ARTICLES, EQUIVALENTS, canonical
from kinoteka.search.folding import SEGMENT_END, fold, foreign_words, spellings
from kinoteka.search.sounds import SOUND_MARK, sounds
from kinoteka.search.written_words import marked_sounds, plain_title

INDEX_VERSION = 2
"""The version of what the index contains. Increase it with every change of the lines or terms: the
next start then rebuilds the index."""

FIRST_WORD_MARK = "_"
"""The prefix of the first word of a title; folded words never contain this character."""
WHOLE_TITLE_MARK = "__"
"""The prefix of a whole title: its canonical words without spaces, cut to `WHOLE_TITLE_LENGTH`."""
WHOLE_TITLE_LENGTH = 40

SOUND_LINE = "_~ "
"""Begins the line with the sounds of a title in another script than Latin."""
PERSON_LINE = "_@ "
"""Begins the line with the sounds of a person's name."""
YEAR_LINE = "_# "
"""Begins the line with the year."""

ID_BITS = 40
FILM_ID = (1 << ID_BITS) - 1
VOTE_STEPS = 90
"""The number of ranks from one number of votes to twice as many."""
_MOST_VOTES = 2047
_LONGEST = 63
_VOTES_SHIFT = 6 + ID_BITS


class IndexEntry(msgspec.Struct, frozen=True):
    """The fields of a film that the index needs; `titles` are its titles in other languages."""

    film_id: int
    title: str
    original_title: str | None
    votes: int
    year: int | None = None
    titles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def rank_key(entry: IndexEntry) -> int:
    """Return the rank of a film: more votes first, then shorter titles, then by id.

    The last `ID_BITS` bits are the film's id.
    """
    votes = min(int(math.log2(entry.votes + 1) * VOTE_STEPS), _MOST_VOTES)
    rank = (_MOST_VOTES - votes) << 6 | min(len(entry.title), _LONGEST)
    return rank << ID_BITS | entry.film_id


def popularity(rank: int) -> float:
    """Return how often the votes of a film with this rank double from 1."""
    return (_MOST_VOTES - (rank >> _VOTES_SHIFT)) / VOTE_STEPS


def lines_of(entry: IndexEntry) -> list[str]:
    """Return the lines of a film."""
    titles = [entry.title, *entry.titles]
    if entry.original_title and entry.original_title != entry.title:
        titles.insert(1, entry.original_title)
    found: dict[str, None] = {}
    foreign: dict[str, None] = {}
    for title in titles:
        if words := plain_title(title):
            found[words] = None
            if not words.isascii():
                foreign[words] = None
        else:
            found.update(dict.fromkeys(spellings(title)))
            foreign[foreign_words(title)] = None
    lines = [*found]
    lines += [SOUND_LINE + _marked(sounds(words)) for words in foreign if words]
    names = map(_marked_name, entry.people)
    lines += [PERSON_LINE + name for name in dict.fromkeys(names) if name]
    if entry.year is not None:
        lines.append(f"{YEAR_LINE}{SOUND_MARK}{entry.year}")
    return lines


def terms(lines: Iterable[str]) -> str:
    """Return the terms of a film: words, first words and whole titles, separated by spaces."""
    found: list[str] = []
    for line in filter(None, lines):
        if line[0] == FIRST_WORD_MARK:
            found.append(line[3:])
            if line.startswith(SOUND_LINE):
                found.append(whole_sound_term(line[3:]))
        elif SEGMENT_END in line:
            for part in line.split(SEGMENT_END):
                _add_title(part, found)
            found.append(whole_title_term(line.split()))
        else:
            _add_title(line, found)
    return " ".join(found)


def count_words(lines: Iterable[str]) -> Counter[str]:
    """Count the words in the lines of films, most frequent first."""
    counted: Counter[str] = Counter()
    for line in lines:
        counted.update(line.split())
    for mark in (SOUND_LINE, PERSON_LINE, YEAR_LINE):
        counted.pop(mark.strip(), None)
    return Counter(dict(counted.most_common()))


def whole_title_term(words: Sequence[str]) -> str:
    """Return the term of a whole title, given its words."""
    return WHOLE_TITLE_MARK + "".join(canonical(words))[:WHOLE_TITLE_LENGTH]


def whole_sound_term(marked: str) -> str:
    """Return the term of how a whole title sounds, given the marked sounds of its words."""
    joined = marked.replace(" ", "").replace(SOUND_MARK, "")
    return f"{WHOLE_TITLE_MARK}{SOUND_MARK}{joined[:WHOLE_TITLE_LENGTH]}"


def _add_title(line: str, found: list[str]) -> None:
    words = line.split(" ")
    has_article = len(words) > 1 and words[0] in ARTICLES
    if EQUIVALENTS.isdisjoint(words):
        whole = WHOLE_TITLE_MARK + "".join(words[has_article:])[:WHOLE_TITLE_LENGTH]
    else:
        whole = whole_title_term(words)
    found += (line, whole, FIRST_WORD_MARK + words[has_article])


def _marked_name(name: str) -> str:
    known = marked_sounds(name)
    if known:
        return known
    found = sounds(foreign_words(name) or " ".join(fold(name)))
    return _marked(found) if found else ""


def _marked(words: str) -> str:
    return SOUND_MARK + words.replace(" ", f" {SOUND_MARK}")
