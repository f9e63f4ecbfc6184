from collections import Counter

import pytest

from kinoteka.database.engines.postgresql.search.words import add, candidates, pattern


@pytest.mark.parametrize(
    ("trigram", "written"),
    [("abc", "%abc%"), (" ab", "ab%"), ("bc ", "%bc"), ("%_\\", "%\\%\\_\\\\%"), (" m ", "m")],
)
def test_trigram_becomes_a_like_pattern(trigram, written):
    assert pattern(trigram) == written


class TestCandidates:
    """The words that pg_trgm finds, of which the likeliest are then chosen."""

    def test_only_the_rarest_trigrams_are_used(self, reader):
        common = {f"night{number}": 1 for number in range(9)}
        add(reader.connection, Counter({"knight": 3, **common}))
        assert candidates(reader.connection, "xknigxx", 1) == {"knight": 3, **common}
        assert candidates(reader.connection, "knxxxxx", 1) == {"knight": 3}

    def test_words_that_share_most_trigrams_come_first(self, reader, monkeypatch):
        add(reader.connection, Counter({"strange": 1, "stranger": 5, "danger": 9}))
        assert list(candidates(reader.connection, "stranger", 2)) == [
            "stranger",
            "strange",
            "danger",
        ]

    def test_unknown_word_has_no_candidates(self, reader):
        assert candidates(reader.connection, "stranger", 1) == {}
