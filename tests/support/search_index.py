import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from kinoteka.database.engines import DATABASE
from kinoteka.database.film_search import IndexEntry, find, index
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import EMPTY, write_transaction


class Titles:
    """An index of films known by title; the later in the list, the less popular."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.known: dict[int, str] = {}

    def add(self, *titles: str | tuple[str, str]) -> None:
        entries = []
        for number, title in enumerate(titles, len(self.known) + 1):
            shown, original = title if isinstance(title, tuple) else (title, None)
            self.known[number] = shown
            entries.append(IndexEntry(number, shown, original, votes=1_000_000 // number))
        index(self.reader, entries)

    def find(self, query: str, **how) -> list[str]:
        return [self.known[found] for found in find(self.reader, query, None, **how)]


@pytest.fixture(scope="session")
def search_settings(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """A database that no test changes: each undoes what it has done."""
    if engine == "sqlite":
        folder = tmp_path_factory.mktemp("search")
        shutil.copy(request.getfixturevalue("empty_database"), folder / DATABASE)
        yield Settings(data=folder)
        return
    server = request.getfixturevalue("postgresql")
    url = server.new_database(EMPTY)
    yield Settings(database_url=url)
    server.drop(url)


@pytest.fixture
def reader(search_settings: Settings) -> Iterator[Reader]:
    """A database without films, in a transaction that writes and is undone."""
    with suppress(_Undone), write_transaction(search_settings) as opened:
        yield opened
        raise _Undone


class _Undone(Exception):
    """Ends a transaction without effect."""


@pytest.fixture
def titles(reader: Reader) -> Titles:
    return Titles(reader)


@pytest.fixture
def put(titles: Titles) -> Callable[..., Titles]:
    def put(*of_films: str | tuple[str, str]) -> Titles:
        titles.add(*of_films)
        return titles

    return put
