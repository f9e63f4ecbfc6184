from collections import Counter

import pytest

from kinoteka.database.engines.postgresql.search.words import add, alike, pattern


@pytest.mark.parametrize(
    ("trigram", "written"),
    [("abc", "%abc%"), (" ab", "ab%"), ("bc ", "%bc"), ("%_\\", "%\\%\\_\\\\%"), (" m ", "m")],
)
def test_a_trigram_as_a_pattern(trigram, written):
    assert pattern(trigram) == written


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
class TestAlike:
    """The words that pg_trgm finds, of which the likeliest are then chosen."""

    def test_by_the_rarest_trigrams_alone(self, reader):
        common = {f"night{number}": 1 for number in range(9)}
        add(reader.connection, Counter({"knight": 3, **common}))
        assert alike(reader.connection, "xknigxx", 1) == {"knight": 3, **common}
        assert alike(reader.connection, "knxxxxx", 1) == {"knight": 3}

    def test_those_that_share_most_come_first(self, reader, monkeypatch):
        add(reader.connection, Counter({"strange": 1, "stranger": 5, "danger": 9}))
        assert list(alike(reader.connection, "stranger", 2)) == ["stranger", "strange", "danger"]

    def test_nothing(self, reader):
        assert alike(reader.connection, "stranger", 1) == {}
