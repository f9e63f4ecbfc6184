"""Joins of the IMDb's other files with title.basics."""

import pytest

from kinoteka.core.imports.formats.files import InputFile
from kinoteka.core.imports.formats.id_set import LARGEST, IdSet
from kinoteka.core.imports.formats.imdb_joins import Directors, Ratings, number_in
from kinoteka.core.imports.readers import Progress

FILMS = (7, 133093, LARGEST)


@pytest.fixture
def films():
    ids = IdSet()
    for number in FILMS:
        ids.add(number)
    assert ids.freeze() == len(FILMS)
    return ids


@pytest.fixture
def table(tmp_path):
    """Write a file with a header and these rows."""

    def write(*rows):
        path = tmp_path / "table.tsv"
        path.write_bytes(b"header\n" + b"".join(row.encode() + b"\n" for row in rows))
        return InputFile(path, Progress())

    return write


def reasons(rejected):
    return [(each.line, each.reason) for each in rejected]


@pytest.mark.parametrize(
    ("identifier", "number"),
    [
        (b"tt0133093", 133093),
        (b"nm0905154", 905154),
        (b"tt134217727", LARGEST),
        (b"tt134217728", -1),
        (b"tt9999999999", -1),
        (b"tt", -1),
        (b"tt12x", -1),
        (b"", -1),
        (b"\\N", -1),
    ],
)
def test_number_is_read_from_an_id(identifier, number):
    assert number_in(identifier) == number


class TestRatings:
    def test_ratings_are_joined_in_any_order_of_rows(self, films, table):
        ratings = Ratings(films, len(FILMS))
        rows = ("tt134217727\t9.1\t12", "tt0133093\t8.7\t2000000", "tt0000001\t5.0\t1")
        assert reasons(ratings.read(table(*rows))) == []
        assert [ratings.of(rank) for rank in range(3)] == [
            (None, 0),
            (8.7, 2_000_000),
            (9.1, 12),
        ]

    def test_invalid_row_is_rejected_and_rates_no_film(self, films, table):
        ratings = Ratings(films, len(FILMS))
        rows = ("tt0000007\t8.7", "tt0000007\t10.1\t5", "tt0000007\t8.7\tmany", "tt0000007\t7.0\t3")
        assert reasons(ratings.read(table(*rows))) == [
            (2, "columns_mismatch"),
            (3, "rating_invalid"),
            (4, "votes_invalid"),
        ]
        assert ratings.of(0) == (7.0, 3)


class TestDirectors:
    def read(self, films, table, crew, names):
        directors = Directors(films, len(FILMS))
        rejected = reasons(directors.read_crew(table(*crew)))
        rejected += reasons(directors.read_names(table(*names)))
        return [directors.of(rank) for rank in range(3)], rejected

    def test_directors_are_in_the_order_of_the_film(self, films, table):
        crew = ("tt0133093\tnm2,nm1\t\\N", "tt0000007\tnm1\tnm9", "tt134217727\t\\N\tnm9")
        names = ("nm1\tLana Wachowski\t1965", "nm2\tLilly Wachowski\t1967", "nm3\tNobody\t\\N")
        found, rejected = self.read(films, table, crew, names)
        assert found == [("Lana Wachowski",), ("Lilly Wachowski", "Lana Wachowski"), ()]
        assert rejected == []

    def test_director_without_a_name_is_omitted(self, films, table):
        crew = ("tt0133093\tnm1,nm2,nm3\t\\N", "tt0000007\tnm2\t\\N")
        names = ("nm1\tLana  Wachowski\t1965", "nm2\t\\N\t\\N")
        found, _ = self.read(films, table, crew, names)
        assert found == [(), ("Lana Wachowski",), ()]

    def test_invalid_rows_are_rejected(self, films, table):
        crew = ("tt0133093\tnm1", "tt0133093\tnm1,who\t\\N", "tt0000007\tnm1\t\\N")
        names = ("nm1", f"nm1\t{'x' * 201}\t", "nm1\tLana\t")
        found, rejected = self.read(films, table, crew, names)
        assert rejected == [
            (2, "columns_mismatch"),
            (3, "id_invalid"),
            (2, "columns_mismatch"),
            (3, "too_long"),
        ]
        assert found == [("Lana",), (), ()]
