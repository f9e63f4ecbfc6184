"""Keeping the index: films put in, put anew, taken out."""

from importlib import import_module

import pytest

from kinoteka.storage.search import SCHEMA, Entry, clear, find, index, optimize, remove, sqlite


def film(film_id: int, title: str, original: str | None = None, votes: int = 0) -> Entry:
    return Entry(film_id, title, original, votes)


def is_sound(connection) -> bool:
    """FTS5 compares its index with itself, and raises where they differ."""
    connection.execute("INSERT INTO search_titles (search_titles) VALUES ('integrity-check')")
    return True


def is_empty(connection) -> bool:
    """Whether the index holds no word of any film."""
    connection.execute("INSERT INTO search_titles (search_titles) VALUES ('optimize')")
    connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_titles, row)")
    return not connection.execute("SELECT term FROM temp.terms").fetchall()


def test_the_first_migration_makes_what_the_code_works_with():
    migration = import_module("kinoteka.storage.migrations.versions.0001_the_first_schema")
    assert migration.SEARCH == SCHEMA


class TestIndexing:
    def test_both_titles(self, connection):
        index(connection, [film(1, "Brother", "Брат")])
        assert find(connection, "brother", None) == find(connection, "брат", None) == [1]

    def test_a_film_put_in_again_is_found_by_its_new_titles_alone(self, connection):
        index(connection, [film(1, "Working Title", "Arbeitstitel"), film(2, "Other")])
        index(connection, [film(1, "Final Cut")])
        assert find(connection, "final", None) == [1]
        for gone in ("working", "title", "arbeitstitel"):
            assert find(connection, gone, None) == []
        assert is_sound(connection)

    def test_a_film_with_new_votes_moves(self, connection):
        index(connection, [film(1, "Night One", votes=10), film(2, "Night Two", votes=5)])
        index(connection, [film(2, "Night Two", votes=500)])
        assert find(connection, "night", None) == [2, 1]

    def test_of_a_film_given_twice_the_last_counts(self, connection):
        index(connection, [film(1, "First"), film(1, "Second")])
        assert (find(connection, "first", None), find(connection, "second", None)) == ([], [1])

    def test_more_than_fits_into_one_go(self, connection, monkeypatch):
        monkeypatch.setattr(sqlite, "SLICE", 7)
        index(connection, (film(number, f"Night {number}") for number in range(1, 51)))
        index(connection, (film(number, f"Day {number}") for number in range(1, 51, 2)))
        assert len(find(connection, "night", None)) == len(find(connection, "day", None)) == 25
        assert find(connection, "day 49", None) == [49]

    @pytest.mark.parametrize("title", ["", " ", "_", "\0"])
    def test_a_film_without_words_is_in_nobodys_way(self, connection, title):
        index(connection, [film(1, title), film(2, "Words")])
        assert find(connection, "words", None) == [2]
        remove(connection, [1])
        assert is_sound(connection)


class TestRemoving:
    def test_leaves_nothing(self, connection):
        index(connection, [film(1, "Spider-Man", "Человек-паук"), film(2, "Night")])
        remove(connection, [1, 2])
        assert find(connection, "spider", None) == find(connection, "night", None) == []
        assert is_empty(connection)

    def test_what_is_not_there_is_no_error(self, connection):
        index(connection, [film(1, "Night")])
        remove(connection, [2, 3])
        assert find(connection, "night", None) == [1]

    def test_a_typing_error_is_not_taken_for_a_word_that_is_gone(self, connection):
        index(connection, [film(1, "Stranger"), film(2, "Strangest")])
        remove(connection, [1])
        assert find(connection, "strangre", None) == [2]

    def test_all(self, connection):
        index(connection, [film(1, "Night")])
        clear(connection)
        assert find(connection, "night", None) == find(connection, "nihgt", None) == []
        index(connection, [film(1, "Night")])
        assert find(connection, "nihgt", None) == [1]


class TestOptimizing:
    def test_changes_nothing_that_is_found(self, connection):
        for number in range(1, 30):
            index(connection, [film(number, f"Night of the Strangers {number}")])
        queries = ("night", "strnagers", "nigth", "of the 7")
        before = [find(connection, query, None) for query in queries]
        optimize(connection)
        assert [find(connection, query, None) for query in queries] == before
        assert is_sound(connection)

    def test_joins_what_many_changes_have_left(self, connection):
        for number in range(1, 30):
            index(connection, [film(number, f"Night {number}")])
        optimize(connection)
        segments = connection.execute("SELECT count(DISTINCT segid) FROM search_titles_idx")
        trigrams = connection.execute(
            "SELECT count(*), count(DISTINCT trigram) FROM search_trigrams"
        )
        assert segments.fetchone()[0] == 1
        rows, distinct = trigrams.fetchone()
        assert rows == distinct

    def test_of_an_empty_index(self, connection):
        optimize(connection)
        assert find(connection, "night", None) == []
