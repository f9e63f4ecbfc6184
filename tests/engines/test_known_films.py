"""Searches find real films by what people remember, on both engines."""

from collections.abc import Iterator

import pytest

from kinoteka.database.film_search import find, index
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import write_transaction
from tests.support.known_entries import known_entries, measure, reading
from tests.support.known_films import known_queries, sealed_queries

LIMIT = 50


@pytest.fixture
def reader(settings: Settings) -> Iterator[Reader]:
    """A database whose search index has the known films."""
    with write_transaction(settings) as writer:
        index(writer, known_entries())
    with reading(settings) as reader:
        yield reader


def test_queries_find_the_film_that_people_mean(reader: Reader) -> None:
    for queries in (known_queries(), sealed_queries()):
        found = measure(lambda query: find(reader, query, None, LIMIT), queries)
        assert found.first >= 0.95, found.misses
        assert found.first_five >= 0.99, found.misses
