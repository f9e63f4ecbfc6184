"""Search by itself: a million made-up titles indexed, and asked for in every way.

Words come as often as they do in real titles where the Wikipedia data lies beside the project;
elsewhere in the proportions of Zipf's law. One word in eight is made up, as names are.
"""

import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.import_data import REAL_TITLES, WORDS
from kinoteka.storage.migrations import migrate
from kinoteka.storage.search import Entry, find, index, optimize
from kinoteka.storage.search.folding import fold
from kinoteka.storage.sqlite import connect

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SYLLABLES = "ka mi ro sen ta lo vich ber an del os tra shi ne gu val der pol ti ma ja zen or ul"
NAMES = 300_000
QUERIES = 400
BUILT_IN_WORDS = (*["the", "of", "and", "in", "a", "to", "my", "is"], *WORDS.split())

INSERT = """
INSERT INTO films (id, source, external_id, title, original_title, description, year, votes,
    genre_id, director_id, label_id, fingerprint)
VALUES (?, 'made up', ?, ?, ?, '', 2000, ?, 1, 1, ?, 0)
"""


class Titles:
    """Made-up titles and queries for them; the same ones each time."""

    def __init__(self) -> None:
        self._chance = random.Random(11)
        self._words = _words(self._chance)
        self._names = [self._name() for _ in range(NAMES)]

    def entries(self, count: int) -> Iterator[Entry]:
        """So many films; three in ten have an original title of their own."""
        for film_id in range(1, count + 1):
            original = self.title() if self._chance.random() < 0.3 else None
            votes = int(self._chance.paretovariate(0.6))
            yield Entry(film_id, self.title(), original, votes)

    def title(self) -> str:
        """One title, of three words on average."""
        length = self._chance.choice((1, 2, 2, 3, 3, 3, 4, 5, 7))
        words = self._chance.choices(self._words, k=length)
        return " ".join(self._chance.choice(self._names) if self._is_name() else w for w in words)

    def queries(self) -> dict[str, Callable[[], str]]:
        """What is asked for, by kind."""
        chance = self._chance
        return {
            "one letter": lambda: chance.choice(LETTERS),
            "two letters": lambda: chance.choice(fold(self.title()))[:2],
            "one word": lambda: chance.choice(fold(self.title())),
            "a beginning": lambda: (word := self._long())[: chance.randint(3, len(word))],
            "several words": lambda: " ".join(fold(self.title())[:4]),
            "words of one title": lambda: " ".join(self._shuffled(fold(self.title()))[:3]),
            "a typing error": lambda: self._mistyped(self._long()),
            "a typing error among words": lambda: f"{self._mistyped(self._long())} {self._long()}",
            "nothing there": lambda: "".join(chance.choices(LETTERS, k=9)),
        }

    def _is_name(self) -> bool:
        return self._chance.random() < 0.12

    def _name(self) -> str:
        return "".join(self._chance.choices(SYLLABLES.split(), k=self._chance.choice((2, 3, 3, 4))))

    def _long(self) -> str:
        while True:
            words = [word for word in fold(self.title()) if len(word) > 4]
            if words:
                return self._chance.choice(words)

    def _shuffled(self, words: list[str]) -> list[str]:
        return self._chance.sample(words, len(words))

    def _mistyped(self, word: str) -> str:
        at, letter = self._chance.randrange(len(word) - 1), self._chance.choice(LETTERS)
        first, rest = word[:at], word[at:]
        swapped = first + rest[1] + rest[0] + rest[2:]
        return self._chance.choice([first + rest[1:], swapped, f"{first}{letter}{rest}"])


def run(folder: Path, films: int, show: Callable[..., None]) -> None:
    """Index so many films and show what it took and how long searches take."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "search.db"
    migrate(path)
    titles = Titles()
    _build(path, titles, films, show)
    connection = connect(path, read_only=True)
    for labels, who in ((None, "all seen"), ((), "a tenth hidden")):
        for kind, query in titles.queries().items():
            times = sorted(_seconds(connection, query(), labels) for _ in range(QUERIES))
            p50, p99 = (times[int(QUERIES * part)] * 1000 for part in (0.5, 0.99))
            name = f"search in process, {who}, {kind}: median and 99th percentile, ms"
            show(name, p50, p99, p99 / 10, "≤ 1.0 of 10 ms")
    connection.close()


def _build(path: Path, titles: Titles, films: int, show: Callable[..., None]) -> None:
    connection = connect(path)
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("INSERT INTO labels (id, name) VALUES (1, 'hidden')")
    connection.execute("BEGIN")
    seconds, entries = 0.0, titles.entries(films)
    while chosen := [entry for _, entry in zip(range(20_000), entries, strict=False)]:
        rows = (
            (
                e.film_id,
                e.film_id,
                e.title,
                e.original_title,
                e.votes,
                1 if e.film_id % 10 == 0 else None,
            )
            for e in chosen
        )
        connection.executemany(INSERT, rows)
        began = time.process_time()
        index(connection, chosen)
        seconds += time.process_time() - began
    began = time.process_time()
    optimize(connection)
    seconds += time.process_time() - began
    connection.execute("COMMIT")
    connection.close()
    show(
        "indexing for search, µs a film",
        15,
        seconds / films * 1e6,
        seconds / films / 15e-6,
        "≤ 1.0",
    )


def _seconds(connection: sqlite3.Connection, query: str, labels: tuple[int, ...] | None) -> float:
    began = time.perf_counter()
    find(connection, query, labels)
    return time.perf_counter() - began


def _words(chance: random.Random) -> list[str]:
    found = [
        word
        for path in sorted(REAL_TITLES.glob("*.json"))
        for film in json.loads(path.read_text(encoding="utf-8"))
        for word in film["title"].split()
    ]
    shares = [1 / place for place in range(1, len(BUILT_IN_WORDS) + 1)]
    return found or chance.choices(BUILT_IN_WORDS, shares, k=100_000)
