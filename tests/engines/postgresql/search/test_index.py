"""How PostgreSQL's tiers are kept: they say where to look first, and never what is found."""

from importlib import import_module

import pytest

from kinoteka.database.engines.postgresql.search import index as postgresql
from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.film_search import Entry, find, index, optimize

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


def nights(count: int, first: int = 1) -> list[Entry]:
    """Films of which each is less popular than the one before it: they have no votes."""
    return [Entry(number, f"Night {number:04}", None, 0) for number in range(first, count)]


@pytest.fixture(autouse=True)
def _few_films_suffice(monkeypatch):
    monkeypatch.setattr(postgresql, "SAMPLE", 50)


@pytest.fixture
def connection(reader):
    return reader.connection


def sizes(connection) -> list[int]:
    rows = connection.execute("SELECT count(*) FROM search_films GROUP BY tier ORDER BY tier")
    return [count for (count,) in rows]


def test_the_first_migration_makes_what_the_code_works_with(engine):
    migration = import_module("kinoteka.database.migrations.versions.0001_the_first_schema")
    assert migration.POSTGRESQL_SEARCH == postgresql.SCHEMA


def test_a_few_films_need_no_tiers(connection):
    postgresql.index(connection, nights(50))
    assert sizes(connection) == [49]


def test_tiers_begin_where_a_first_sample_says(connection):
    postgresql.index(connection, nights(1281))
    assert sizes(connection) == [10, 10, 20, 40, 80, 160, 320, 640]


def test_films_come_in_order_through_all_tiers(reader):
    index(reader, nights(1281))
    assert find(reader, "night", None, limit=1280) == list(range(1, 1281))
    assert find(reader, "night", None, limit=50) == list(range(1, 51))


def test_tiers_that_have_grown_uneven_are_evened_out(reader):
    index(reader, nights(128))
    index(reader, nights(1281, first=128))
    assert max(sizes(reader.connection)) > 1000
    before = find(reader, "night", None, limit=2000)
    optimize(reader)
    assert sizes(reader.connection) == [9, 10, 20, 40, 80, 160, 320, 641]
    assert find(reader, "night", None, limit=2000) == before


def test_a_removed_film_is_removed_from_its_tier(reader):
    index(reader, nights(1281))
    postgresql.remove(reader.connection, range(1, 1281, 2))
    assert find(reader, "night", None, limit=2000) == list(range(2, 1281, 2))


def test_terms_too_long_for_an_index_are_cut(reader):
    index(reader, [Entry(1, "щ" * 3000, None, 0), Entry(2, "word " * 30_000, None, 0)])
    assert find(reader, "щ" * 100, None) == [1]
    assert find(reader, "word", None) == [2]


def test_words_are_counted_over_several_goes(connection):
    postgresql.index(connection, nights(6))
    postgresql.index(connection, nights(8, first=6))
    assert postgresql_words.times(connection, ["night", "0001", "9"]) == {"night": 7, "0001": 1}
