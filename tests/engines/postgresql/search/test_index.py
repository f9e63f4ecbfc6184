"""How PostgreSQL's tiers are kept: they say where to look first, and never what is found."""

from importlib import import_module

import pytest

from kinoteka.database.engines.postgresql.search import index as postgresql
from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.film_search import IndexEntry, find, index, optimize


def nights(count: int, first: int = 1) -> list[IndexEntry]:
    """Films of which each is less popular than the one before it: they have no votes."""
    return [IndexEntry(number, f"Night {number:04}", None, 0) for number in range(first, count)]


@pytest.fixture(autouse=True)
def _few_films_suffice(monkeypatch):
    monkeypatch.setattr(postgresql, "SAMPLE", 50)


@pytest.fixture
def connection(reader):
    return reader.connection


def sizes(connection) -> list[int]:
    rows = connection.execute("SELECT count(*) FROM search_films GROUP BY tier ORDER BY tier")
    return [count for (count,) in rows]


def test_first_migration_creates_the_current_tables(engine):
    migration = import_module("kinoteka.database.migrations.versions.0001_the_first_schema")
    assert migration.POSTGRESQL_SEARCH == postgresql.SCHEMA


def test_few_films_need_no_tiers(connection):
    postgresql.index(connection, nights(50))
    assert sizes(connection) == [49]


def test_first_sample_sets_the_limits_of_the_tiers(connection):
    postgresql.index(connection, nights(1281))
    assert sizes(connection) == [10, 10, 20, 40, 80, 160, 320, 640]


def test_films_are_ordered_across_tiers(reader):
    index(reader, nights(1281))
    assert find(reader, "night", None, limit=1280) == list(range(1, 1281))
    assert find(reader, "night", None, limit=50) == list(range(1, 51))


def test_uneven_tiers_are_rebalanced(reader):
    index(reader, nights(128))
    index(reader, nights(1281, first=128))
    assert max(sizes(reader.connection)) > 1000
    before = find(reader, "night", None, limit=2000)
    optimize(reader)
    assert sizes(reader.connection) == [9, 10, 20, 40, 80, 160, 320, 641]
    assert find(reader, "night", None, limit=2000) == before


def test_removed_film_leaves_its_tier(reader):
    index(reader, nights(1281))
    postgresql.remove(reader.connection, range(1, 1281, 2))
    assert find(reader, "night", None, limit=2000) == list(range(2, 1281, 2))


def test_overlong_terms_are_cut(reader):
    index(reader, [IndexEntry(1, "щ" * 3000, None, 0), IndexEntry(2, "word " * 30_000, None, 0)])
    assert find(reader, "щ" * 100, None) == [1]
    assert find(reader, "word", None) == [2]


def test_frequencies_add_up_over_batches(connection):
    postgresql.index(connection, nights(6))
    postgresql.index(connection, nights(8, first=6))
    assert postgresql_words.frequencies(connection, ["night", "0001", "9"]) == {
        "night": 7,
        "0001": 1,
    }
