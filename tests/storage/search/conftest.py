import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kinoteka.storage.search import Entry, find, index
from kinoteka.storage.sqlite import connect


class Titles:
    """An index of films known by title; the later in the list, the less popular."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.known: dict[int, str] = {}

    def add(self, *titles: str | tuple[str, str]) -> None:
        entries = []
        for number, title in enumerate(titles, len(self.known) + 1):
            shown, original = title if isinstance(title, tuple) else (title, None)
            self.known[number] = shown
            entries.append(Entry(number, shown, original, votes=1_000_000 // number))
        index(self.connection, entries)

    def find(self, query: str, **how) -> list[str]:
        return [self.known[found] for found in find(self.connection, query, None, **how)]


@pytest.fixture
def connection(tmp_path: Path, empty_database: Path) -> Iterator[sqlite3.Connection]:
    path = shutil.copy(empty_database, tmp_path / "search.db")
    opened = connect(Path(path))
    yield opened
    opened.close()


@pytest.fixture
def titles(connection: sqlite3.Connection) -> Titles:
    return Titles(connection)


@pytest.fixture
def put(titles: Titles) -> Callable[..., Titles]:
    def put(*of_films: str | tuple[str, str]) -> Titles:
        titles.add(*of_films)
        return titles

    return put
