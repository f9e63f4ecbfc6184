"""IMDb's files: what is read, joined, skipped and rejected."""

import gzip

import pytest

from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.record import FormatError

BASICS = (
    "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear"
    "\truntimeMinutes\tgenres\n"
)
CREW = "tconst\tdirectors\twriters\n"
RATINGS = "tconst\taverageRating\tnumVotes\n"
NAMES = "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles\n"
BROTHER = "tt0118767\tmovie\tBrother\tBrat\t0\t1997\t\\N\t96\tCrime,Drama\n"


@pytest.fixture
def data_set(tmp_path, read):
    """Write and read files: `data_set(basics=…, crew=…, ratings=…, names=…)`, rows alone."""
    headers = {"basics": BASICS, "crew": CREW, "ratings": RATINGS, "names": NAMES}

    def read_rows(pack=bytes, options=None, **rows):
        paths = []
        for name, content in rows.items():
            body = content if isinstance(content, bytes) else content.encode()
            path = tmp_path / f"{name}.data"
            path.write_bytes(pack(headers[name].encode() + body))
            paths.append(path)
        return read("imdb", paths, **(options or {}))

    return read_rows


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_four_files_in_any_order_are_joined(data_set, pack):
    outcome = data_set(
        pack,
        names="nm0000002\tAleksey Balabanov\t1959\t2013\tdirector\ttt0118767\n"
        "nm0000001\tNobody Here\t\\N\t\\N\t\\N\t\\N\n"
        "nm0000009\tSecond Director\t\\N\t\\N\t\\N\t\\N\n",
        crew="tt0118767\tnm0000009,nm0000002\t\\N\ntt0000009\tnm0000001\t\\N\n",
        ratings="tt0118767\t7.8\t31000\ntt0000009\t1.0\t5\n",
        basics=BROTHER + "tt0000002\tmovie\tUnknown\tUnknown\t0\t\\N\t\\N\t\\N\t\\N\n",
    )
    brother, unknown = outcome.films
    assert outcome.rejected == []
    assert (brother.external_id, brother.title, brother.original_title, brother.year) == (
        "tt0118767",
        "Brother",
        "Brat",
        1997,
    )
    assert (brother.rating, brother.votes, brother.runtime_minutes) == (7.8, 31000, 96)
    assert brother.genres == ("Crime", "Drama")
    assert brother.directors == ("Second Director", "Aleksey Balabanov")
    assert (unknown.original_title, unknown.year, unknown.rating, unknown.votes) == (
        None,
        None,
        None,
        0,
    )
    assert unknown.genres == unknown.directors == ()


def test_title_basics_can_be_imported_alone(data_set):
    assert data_set(basics=BROTHER).titles == ["Brother"]


def test_other_title_types_and_adult_films_are_skipped_and_counted(data_set):
    rows = (
        "tt0000001\tshort\tA\tA\t0\t1894\t\\N\t1\tShort\n"
        "tt0000002\ttvEpisode\tB\tB\t0\t1994\t\\N\t1\t\\N\n"
        "tt0000003\tunheardOf\tC\tC\t0\t1994\t\\N\t1\t\\N\n"
        "tt0000004\tmovie\tD\tD\t1\t1994\t\\N\t1\tAdult\n"
        "tt0000005\ttvMovie\tE\tE\t0\t1994\t\\N\t1\tDrama\n"
    )
    outcome = data_set(basics=rows)
    assert outcome.titles == ["E"]
    assert outcome.rejected == []
    assert outcome.progress.skipped == {"short": 1, "tvEpisode": 1, "other": 1, "adult": 1}
    chosen = {"title_types": frozenset({"short", "movie"}), "adult": True}
    assert data_set(basics=rows, options=chosen).titles == ["A", "D"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"tt0000001\tmovie\tA\n", "columns_mismatch"),
        (b"tt0000001\tmovie\tA\tA\t0\t1994\t\\N\t1\tDrama\textra\n", "columns_mismatch"),
        (b"tt0000001\tmovie\t\\N\tA\t0\t1994\t\\N\t1\tDrama\n", "title_missing"),
        (b"tt0000001\tmovie\t \tA\t0\t1994\t\\N\t1\tDrama\n", "title_missing"),
        (b"tt0000001\tmovie\tA\tA\t0\t0\t\\N\t1\tDrama\n", "year_invalid"),
        (b"tt0000001\tmovie\tA\tA\t0\t99999\t\\N\t1\tDrama\n", "year_invalid"),
        (b"tt0000001\tmovie\tcaf\xe9\tA\t0\t1994\t\\N\t1\tDrama\n", "encoding_invalid"),
        (b"tt0000001\tmovie\tA\0B\tA\t0\t1994\t\\N\t1\tDrama\n", "nul_character"),
        (b"one\tmovie\tA\tA\t0\t1994\t\\N\t1\tDrama\n", "id_invalid"),
        (b"tt9999999999\tmovie\tA\tA\t0\t1994\t\\N\t1\tDrama\n", "id_invalid"),
        (b"tt0000001\tmovie\t" + b"x" * 501 + b"\tA\t0\t1994\t\\N\t1\tDrama\n", "too_long"),
        (b"x" * 1_100_000 + b"\n", "too_long"),
    ],
)
def test_invalid_row_is_rejected_and_reading_continues(data_set, row, reason):
    outcome = data_set(basics=row + BROTHER.encode(), ratings="tt0118767\t7.8\t31000\n")
    assert outcome.reasons == [(2, reason)]
    assert outcome.titles == ["Brother"]


def test_quotation_marks_are_ordinary_characters(data_set):
    row = 'tt0000001\tmovie\t"Open\t"Open\t0\t1994\t\\N\t1\tDrama\n'
    assert data_set(basics=row + BROTHER).titles == ['"Open', "Brother"]


def test_invalid_row_of_another_file_is_rejected_and_the_film_stays(data_set):
    outcome = data_set(
        basics=BROTHER,
        ratings=b"tt0118767\n\ntt0118767\t70\t5\ntt0118767\t7.0\tmany\ntt0118767\t7.0\t"
        + b"9" * 5000
        + b"\ntt0118767\t\xff\t5\n",
        crew="tt0118767\ntt0118767\tsomebody\t\\N\ntt0118767\tnm0000001,nm0000002\t\\N\n",
        names=b"nm0000001\nnm0000001\tcaf\xe9\nnm0000002\tKnown\t\\N\n",
    )
    assert [film.directors for film in outcome.films] == [("Known",)]
    assert [film.rating for film in outcome.films] == [None]
    assert outcome.reasons == [
        (2, "columns_mismatch"),
        (4, "rating_invalid"),
        (5, "votes_invalid"),
        (6, "votes_invalid"),
        (7, "rating_invalid"),
        (2, "columns_mismatch"),
        (3, "id_invalid"),
        (2, "columns_mismatch"),
        (3, "encoding_invalid"),
    ]


def test_directors_need_title_crew_and_name_basics(data_set):
    outcome = data_set(basics=BROTHER, crew="tt0118767\tnm0000001\t\\N\n")
    assert [path.name for path in outcome.progress.ignored] == ["crew.data"]
    assert outcome.films[0].directors == ()


def test_columns_in_another_order_are_rejected_before_reading(tmp_path, read):
    path = tmp_path / "title.basics.tsv"
    path.write_text(BASICS.replace("tconst\ttitleType", "titleType\ttconst"))
    with pytest.raises(FormatError) as caught:
        read("imdb", [path])
    assert caught.value.code == "column_missing"


def test_label_rule_matches_a_column(data_set):
    rules = {"labels": LabelRules(["long:column:runtimeMinutes=96"])}
    assert data_set(basics=BROTHER, options=rules).films[0].label == "long"
