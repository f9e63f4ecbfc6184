"""What FTS5 itself keeps: nothing is left behind, and what lies in pieces is joined."""

from importlib import import_module

import pytest

from kinoteka.database.engines.sqlite.search import index as sqlite
from kinoteka.database.engines.sqlite.search.index import index, optimize, remove
from kinoteka.database.film_search import IndexEntry
from tests.support.databases import rows, write_transaction


@pytest.fixture
def connection(reader):
    return reader.connection


def film(film_id: int, title: str, original: str | None = None, votes: int = 0) -> IndexEntry:
    return IndexEntry(film_id, title, original, votes)


def is_sound(connection) -> bool:
    """FTS5 compares its index with itself, and raises where they differ."""
    connection.execute("INSERT INTO search_titles (search_titles) VALUES ('integrity-check')")
    return True


def is_empty(connection) -> bool:
    """Whether the index holds no word of any film."""
    connection.execute("INSERT INTO search_titles (search_titles) VALUES ('optimize')")
    connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_titles, row)")
    return not connection.execute("SELECT term FROM temp.terms").fetchall()


def test_first_migration_creates_the_current_tables(engine):
    migration = import_module("kinoteka.database.migrations.versions.0001_the_first_schema")
    assert migration.SEARCH == sqlite.SCHEMA


def test_reindexed_film_leaves_no_old_terms(connection):
    index(connection, [film(1, "Working Title", "Arbeitstitel"), film(2, "Other")])
    index(connection, [film(1, "Final Cut")])
    assert is_sound(connection)


@pytest.mark.parametrize("title", ["", " ", "_", "\0"])
def test_film_without_words_is_removed(connection, title):
    index(connection, [film(1, title), film(2, "Words")])
    remove(connection, [1])
    assert is_sound(connection)


def test_removal_leaves_no_rows(connection):
    index(connection, [film(1, "Spider-Man", "Человек-паук"), film(2, "Night")])
    remove(connection, [1, 2])
    assert is_empty(connection)


def test_optimizing_merges_segments(settings):
    for number in range(1, 30):
        with write_transaction(settings) as reader:
            index(reader.connection, [film(number, f"Night {number}")])
    with write_transaction(settings) as reader:
        optimize(reader.connection)
        assert is_sound(reader.connection)
    assert rows(settings, "SELECT count(DISTINCT segid) FROM search_titles_idx") == [1]
    assert rows(settings, "SELECT count(*) - count(DISTINCT trigram) FROM search_trigrams") == [0]
