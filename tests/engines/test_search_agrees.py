"""The same films and queries give the same results, in the same order, on both engines."""

import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kinoteka.database.engines import DATABASE
from kinoteka.database.engines.postgresql.search import index as postgresql_search
from kinoteka.database.film_search import IndexEntry, find, index, optimize, remove
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.settings import Settings
from kinoteka.search import finder
from tests.support.databases import EMPTY, PostgreSQLServer, write_transaction

WORDS = (
    *("the", "of", "and", "a", "in", "i", "ii", "it", "m", "night", "day", "star", "stars"),
    *("starry", "stranger", "strangers", "strange", "love", "live", "spider-man", "straße"),
    *("брат", "братья", "журавли", "ночь", "й", "ёлки", "l'avventura", "don't", "œuvre", "łódź"),
    *("8½", "1984", "8", "千と千尋の神隠し", "ゴジラ", "기생충", "कि"),
    *("???", "$", "\\", "%", "_", "%%", "a_b", "100%", "\\'", "&", "+"),
)
LETTERS = "abdehilnorstvйрабтш"


class Catalogue:
    """Random titles, and queries that match, abbreviate or misspell them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        invented = ["".join(self.random.choices(LETTERS, k=length)) for length in range(2, 12)] * 3
        self.words = [
            *WORDS,
            *invented,
            *("".join(self.random.sample(w, len(w))) for w in invented),
        ]

    def entries(self, first: int, last: int) -> list[IndexEntry]:
        return [self.entry(film_id) for film_id in range(first, last)]

    def entry(self, film_id: int) -> IndexEntry:
        original = self.title() if self.random.random() < 0.3 else None
        return IndexEntry(film_id, self.title(), original, self.random.choice((0, 0, 1, 7, 300)))

    def title(self) -> str:
        return " ".join(self.random.choices(self.words, k=self.random.choice((1, 2, 2, 3, 4, 7))))

    def query(self) -> str:
        title = self.title()
        at = self.random.randrange(len(title))
        letter = self.random.choice(LETTERS)
        return self.random.choice(
            [
                title,
                title[: at + 1],
                title[:at] + title[at + 1 :],
                title[:at] + letter + title[at:],
                title[:at] + title[at : at + 2][::-1] + title[at + 2 :],
                " ".join(self.random.sample(title.split(), len(title.split()))),
                title.replace(" ", "", 1),
                self.random.choice(self.words),
                letter,
                title[at : at + 3],
            ]
        )


@pytest.fixture
def readers(
    tmp_path: Path, empty_database: Path, postgresql: PostgreSQLServer
) -> Iterator[tuple[Reader, Reader]]:
    shutil.copy(empty_database, tmp_path / DATABASE)
    url = postgresql.new_database(EMPTY)
    with ExitStack() as stack:
        yield (
            stack.enter_context(write_transaction(Settings(data=tmp_path))),
            stack.enter_context(write_transaction(Settings(database_url=url))),
        )
    postgresql.drop_database(url)


@pytest.mark.parametrize("seed", range(4), ids="seed {}".format)
def test_engines_find_the_same_films_in_the_same_order(readers, seed, monkeypatch):
    monkeypatch.setattr(postgresql_search, "SAMPLE", 100)
    monkeypatch.setattr(finder, "VERY_COMMON", 40)
    monkeypatch.setattr(finder, "MAX_COMPLETIONS", 20)
    monkeypatch.setattr(finder, "MAX_RANKED", 30)
    catalogue = Catalogue(seed)
    added, changed = catalogue.entries(1, 500), catalogue.entries(100, 200)
    for reader in readers:
        index(reader, added)
        index(reader, changed)
        remove(reader, range(300, 330))
        optimize(reader)
    for query in [catalogue.query() for _ in range(400)]:
        limit = catalogue.random.choice((10, 57))  # few enough that SQLite does not stop early
        sqlite_results, postgresql_results = (
            find(reader, query, None, limit) for reader in readers
        )
        assert postgresql_results == sqlite_results, query
