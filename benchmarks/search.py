"""The search index alone: a million generated titles and all kinds of queries.

Words are as frequent as in real titles if the Wikipedia data is beside the project, and otherwise
as frequent as Zipf's law says. One word in eight is generated, like a name.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import bindparam, insert

from benchmarks.import_data import REAL_TITLES, WORDS
from kinoteka.database import schema
from kinoteka.database.engines.postgresql import driver as postgresql
from kinoteka.database.film_search import IndexEntry, find, index, optimize
from kinoteka.database.interface import Reader
from kinoteka.database.migrations import migrate
from kinoteka.database.statement import Statement
from kinoteka.infrastructure.settings import Settings
from kinoteka.search.folding import fold
from tests.support.databases import postgresql_server, write_transaction
from tests.support.known_entries import reading

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SYLLABLES = "ka mi ro sen ta lo vich ber an del os tra shi ne gu val der pol ti ma ja zen or ul"
NAMES = 300_000
QUERIES = 400
BUILT_IN_WORDS = (*["the", "of", "and", "in", "a", "to", "my", "is"], *WORDS.split())

FILM = {"description": "", "year": 2000, "genre_id": 1, "director_id": 1}
COLUMNS = (
    *FILM,
    "id",
    "title",
    "original_title",
    "votes",
    "label_id",
)
MAX_VOTES = 2**31 - 1


class Titles:
    """Generated titles and queries for them, the same ones in each run."""

    def __init__(self) -> None:
        self._chance = random.Random(11)
        self._words = _words(self._chance)
        self._names = [self._name() for _ in range(NAMES)]

    def entries(self, count: int) -> Iterator[IndexEntry]:
        """Yield this many films. Three in ten have a different original title."""
        for film_id in range(1, count + 1):
            original = self.title() if self._chance.random() < 0.3 else None
            votes = int(self._chance.paretovariate(0.6))
            yield IndexEntry(film_id, self.title(), original, votes)

    def title(self) -> str:
        """Return a title of three words on average."""
        length = self._chance.choice((1, 2, 2, 3, 3, 3, 4, 5, 7))
        words = self._chance.choices(self._words, k=length)
        return " ".join(self._chance.choice(self._names) if self._is_name() else w for w in words)

    def queries(self) -> dict[str, Callable[[], str]]:
        """Return the queries of each kind."""
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


def run(
    folder: Path, films: int, show: Callable[..., None], *, on_postgresql: bool = False
) -> None:
    """Index this many films and show the time of indexing and of searches."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        url = ""
        if on_postgresql:
            url = stack.enter_context(postgresql_server("shared_buffers=512MB")).new_database()
        settings = Settings(data=folder, database_url=url)
        migrate(settings)
        titles = Titles()
        name = "search in PostgreSQL" if url else "search in process"
        with write_transaction(settings) as reader:
            _build(reader, titles, films, name, show)
        _settle(settings)
        reader = stack.enter_context(reading(settings))
        for labels, who in ((None, "all seen"), ((), "a tenth hidden")):
            for kind, query in titles.queries().items():
                times = sorted(_seconds(reader, query(), labels) for _ in range(QUERIES))
                p50, p99 = (times[int(QUERIES * part)] * 1000 for part in (0.5, 0.99))
                what = f"{name}, {who}, {kind}: median and 99th percentile, ms"
                show(what, p50, p99, p99 / 10, "≤ 1.0 of 10 ms")


def _build(
    reader: Reader, titles: Titles, films: int, name: str, show: Callable[..., None]
) -> None:
    add_films = insert(schema.films).values({column: bindparam(column) for column in COLUMNS})
    compiled = Statement(add_films).compiled(reader.engine)
    reader.fetch(Statement(insert(schema.labels).values(id=1, name="hidden")))
    every = list(titles.entries(films))
    rows = [
        FILM
        | {"id": e.film_id, "title": e.title}
        | {"original_title": e.original_title, "votes": min(e.votes, MAX_VOTES)}
        | {"label_id": None if e.film_id % 10 else 1}
        for e in every
    ]
    if reader.engine == "sqlite":
        reader.connection.executemany(compiled.sql, rows)
    else:
        with reader.connection.cursor().copy(
            f"COPY films ({', '.join(COLUMNS)}) FROM STDIN"
        ) as copy:
            for row in rows:
                copy.write_row([row[column] for column in COLUMNS])
    began = time.perf_counter()
    index(reader, every)
    optimize(reader)
    seconds = time.perf_counter() - began
    show(f"{name}: indexing, µs a film", 0, seconds / films * 1e6, 0, "")


def _settle(settings: Settings) -> None:
    """Vacuum and analyze, as PostgreSQL itself does some minutes after an import."""
    if settings.database_url:
        with postgresql.connect(settings) as connection:
            connection.execute("VACUUM ANALYZE")


def _seconds(reader: Reader, query: str, labels: tuple[int, ...] | None) -> float:
    began = time.perf_counter()
    find(reader, query, labels)
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
