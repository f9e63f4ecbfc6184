"""A search index with films that a test adds, on each engine."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from kinoteka.database.engines import DATABASE
from kinoteka.database.film_search import IndexEntry, find, index
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.settings import Settings
from kinoteka.search.finder import LIMIT
from tests.support.databases import EMPTY, write_transaction


class Titles:
    """An index of films by title. Later films are less popular."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.titles: dict[int, str] = {}

    def add(self, *titles: str | tuple[str, str]) -> None:
        entries = []
        for number, title in enumerate(titles, len(self.titles) + 1):
            main, original = title if isinstance(title, tuple) else (title, None)
            self.titles[number] = main
            entries.append(IndexEntry(number, main, original, votes=1_000_000 // number))
        index(self.reader, entries)

    def find(self, query: str, limit: int = LIMIT) -> list[str]:
        return [self.titles[film_id] for film_id in find(self.reader, query, None, limit)]


@pytest.fixture(scope="session")
def search_settings(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """Settings of a database that stays empty: every test rolls its changes back."""
    if engine == "sqlite":
        folder = tmp_path_factory.mktemp("search")
        shutil.copy(request.getfixturevalue("empty_database"), folder / DATABASE)
        yield Settings(data=folder)
        return
    server = request.getfixturevalue("postgresql")
    url = server.new_database(EMPTY)
    yield Settings(database_url=url)
    server.drop_database(url)


@pytest.fixture
def reader(search_settings: Settings) -> Iterator[Reader]:
    """An empty database in a transaction that is rolled back after the test."""
    with suppress(_RollBack), write_transaction(search_settings) as opened:
        yield opened
        raise _RollBack


class _RollBack(Exception):
    """Raised to roll a transaction back."""


@pytest.fixture
def titles(reader: Reader) -> Titles:
    return Titles(reader)


@pytest.fixture
def put(titles: Titles) -> Callable[..., Titles]:
    """Return a function that adds films and returns the index."""

    def put(*films: str | tuple[str, str]) -> Titles:
        titles.add(*films)
        return titles

    return put
