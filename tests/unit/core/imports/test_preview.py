"""Previews of imports."""

import pytest

from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.preview import MAX_PARTS, SAMPLE_FILMS, preview_import
from kinoteka.core.imports.readers import ReadOptions
from kinoteka.core.imports.record import FormatCode, FormatError

BASICS = (
    "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes"
    "\tgenres\n" + "tt1\tmovie\tRan\tRan\t0\t1985\t\\N\t162\tWar\n" * 2
)
RATINGS = "tconst\taverageRating\tnumVotes\ntt1\t8.2\t100\n"


@pytest.fixture
def preview(tmp_path):
    def preview(*contents, name="csv", limit=None, **options):
        paths = [tmp_path / f"films{number or ''}.{name}" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return preview_import(FORMATS[name], paths, ReadOptions(**options), limit)

    return preview


def codes(found):
    return [question.code for question in found.questions]


def test_preview_has_the_columns_and_the_first_films(preview):
    rows = "".join(f"Film {number},1985,x\n" for number in range(10))
    found = preview(f"title,year,mood\n{rows}")
    (part,) = found.parts
    assert (found.format, found.source, found.questions) == ("csv", "films", [])
    assert [(use.name, use.field) for use in part.recognition.columns] == [
        ("title", "title"),
        ("year", "year"),
        ("mood", None),
    ]
    assert [film.title for film in part.films] == [f"Film {at}" for at in range(SAMPLE_FILMS)]


def test_preview_has_the_first_rejected_rows_and_counts_other_kinds(preview):
    found = preview("title,year,type\nRan,0,movie\nAlien,1979,movie\nLost,2004,series\n")
    (part,) = found.parts
    assert [row.line for row in part.rejected] == [2]
    assert [film.title for film in part.films] == ["Alien"]
    assert part.skipped == {"series": 1}


@pytest.mark.parametrize("highest", ["5", "90"])
def test_films_have_no_rating_while_its_scale_is_unclear(preview, highest):
    found = preview(f"title,rating\nRan,4\nAlien,{highest}\nMirror,{highest}\n")
    (part,) = found.parts
    assert codes(found) == [FormatCode.SCALE_UNCLEAR]
    assert [(film.title, film.rating) for film in part.films] == [
        ("Ran", None),
        ("Alien", None),
        ("Mirror", None),
    ]
    assert [use.field for use in part.recognition.columns] == ["title", "rating"]


def test_number_of_votes_with_two_meanings_is_asked(preview):
    table = 'title,votes\nRan,"1,000"\n'
    assert codes(preview(table)) == [FormatCode.THOUSANDS_UNCLEAR]
    assert codes(preview(table, thousands=",")) == []


def test_columns_are_shown_although_a_mapped_column_or_the_title_is_missing(preview):
    found = preview("Jahr,Film X\n1985,Ran\n")
    (part,) = found.parts
    assert codes(found) == [FormatCode.COLUMN_MISSING]
    assert [use.name for use in part.recognition.columns] == ["Jahr", "Film X"]
    found = preview("title,year\nRan,1985\n", mapping={"votes": "Stimmen"})
    assert codes(found) == [FormatCode.COLUMN_MISSING]


def test_table_without_a_header_row_is_asked_about(preview):
    assert codes(preview("Ran,1985,8.2\nAlien,1979,8.5\n")) == [FormatCode.HEADER_MISSING]


def test_empty_file_has_no_preview(preview):
    with pytest.raises(FormatError) as caught:
        preview("")
    assert caught.value.code is FormatCode.FILE_EMPTY


def test_nothing_that_a_binary_file_contains_raises_another_error(preview):
    try:
        found = preview(bytes(range(256)) * 50)
    except FormatError:
        return
    assert not found.parts[0].films


def test_table_of_500_columns_is_previewed(preview):
    names = ",".join(["title", *(f"c{number}" for number in range(499))])
    (part,) = preview(f"{names}\nRan{',' * 499}\n").parts
    assert len(part.recognition.columns) == 500
    assert [film.title for film in part.films] == ["Ran"]


def test_preview_stops_at_the_limit(preview):
    series = "Lost,series\n" * 200_000
    (part,) = preview(f"title,type\n{series}Ran,movie\n", limit=300_000).parts
    assert part.is_cut
    assert not part.films


def test_files_of_a_joined_format_have_one_preview(tmp_path):
    paths = [tmp_path / "title.basics.tsv", tmp_path / "title.ratings.tsv"]
    for path, content in zip(paths, (BASICS, RATINGS), strict=True):
        path.write_text(content)
    (part,) = preview_import(FORMATS["imdb"], paths, ReadOptions()).parts
    assert part.recognition is None
    assert [(film.title, film.rating) for film in part.films] == [("Ran", 8.2)] * 2


def test_first_files_of_many_are_previewed(preview):
    found = preview(*["title\nRan\n"] * (MAX_PARTS + 2))
    assert (len(found.parts), found.more) == (MAX_PARTS, 2)


def test_json_is_previewed(preview):
    (part,) = preview('[{"name": "Ran", "box": {"count": 3}}]', name="json").parts
    assert [film.title for film in part.films] == ["Ran"]
