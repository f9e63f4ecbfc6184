"""Films are added to, replaced in and removed from the index of each engine."""

import pytest

from kinoteka.database.film_search import IndexEntry, clear, find, index, optimize, remove
from kinoteka.search import index_rows


def film(film_id: int, title: str, original: str | None = None, votes: int = 0) -> IndexEntry:
    return IndexEntry(film_id, title, original, votes)


class TestIndexing:
    def test_both_titles_are_indexed(self, reader):
        index(reader, [film(1, "Brother", "Брат")])
        assert find(reader, "brother", None) == find(reader, "брат", None) == [1]

    def test_reindexed_film_is_found_only_by_its_new_titles(self, reader):
        index(reader, [film(1, "Working Title", "Arbeitstitel"), film(2, "Other")])
        index(reader, [film(1, "Final Cut")])
        assert find(reader, "final", None) == [1]
        for gone in ("working", "title", "arbeitstitel"):
            assert find(reader, gone, None) == []

    def test_film_with_new_votes_changes_its_rank(self, reader):
        index(reader, [film(1, "Night One", votes=10), film(2, "Night Two", votes=5)])
        index(reader, [film(2, "Night Two", votes=500)])
        assert find(reader, "night", None) == [2, 1]

    def test_last_entry_of_a_repeated_film_counts(self, reader):
        index(reader, [film(1, "First"), film(1, "Second")])
        assert (find(reader, "first", None), find(reader, "second", None)) == ([], [1])

    def test_more_films_than_one_slice_are_indexed(self, reader, monkeypatch):
        monkeypatch.setattr(index_rows, "SLICE", 7)
        index(reader, (film(number, f"Night {number}") for number in range(1, 51)))
        index(reader, (film(number, f"Day {number}") for number in range(1, 51, 2)))
        assert len(find(reader, "night", None)) == len(find(reader, "day", None)) == 25
        assert find(reader, "day 49", None) == [49]

    @pytest.mark.parametrize("title", ["", " ", "_", "\0"])
    def test_film_without_words_does_no_harm(self, reader, title):
        index(reader, [film(1, title), film(2, "Words")])
        assert find(reader, "words", None) == [2]
        remove(reader, [1])


class TestRemoving:
    def test_removed_film_is_not_found(self, reader):
        index(reader, [film(1, "Spider-Man", "Человек-паук"), film(2, "Night")])
        remove(reader, [1, 2])
        assert find(reader, "spider", None) == find(reader, "night", None) == []

    def test_unknown_film_is_ignored(self, reader):
        index(reader, [film(1, "Night")])
        remove(reader, [2, 3])
        assert find(reader, "night", None) == [1]

    def test_typo_is_not_corrected_to_a_removed_word(self, reader):
        index(reader, [film(1, "Stranger"), film(2, "Strangest")])
        remove(reader, [1])
        assert find(reader, "strangre", None) == [2]

    def test_clear_removes_all_films(self, reader):
        index(reader, [film(1, "Night")])
        clear(reader)
        assert find(reader, "night", None) == find(reader, "nihgt", None) == []
        index(reader, [film(1, "Night")])
        assert find(reader, "nihgt", None) == [1]


class TestOptimizing:
    def test_results_stay_the_same(self, reader):
        for number in range(1, 30):
            index(reader, [film(number, f"Night of the Strangers {number}")])
        queries = ("night", "strnagers", "nigth", "of the 7")
        before = [find(reader, query, None) for query in queries]
        optimize(reader)
        assert [find(reader, query, None) for query in queries] == before

    def test_empty_index_is_optimized(self, reader):
        optimize(reader)
        assert find(reader, "night", None) == []
