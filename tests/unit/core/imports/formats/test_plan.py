"""Columns of a table are recognised by option, name and content."""

import pytest

from kinoteka.core.imports.formats.mapping import FIELDS
from kinoteka.core.imports.formats.plan import plan_table, require_columns
from kinoteka.core.imports.readers import ReadOptions, Recognition
from kinoteka.core.imports.record import FormatError


def plan(columns, rows=(), **options):
    values = dict(zip(columns, zip(*rows, strict=True), strict=True)) if rows else {}
    return plan_table(columns, values, ReadOptions(**options), Recognition(path="films.csv"))


def uses(*arguments, **options):
    found = plan(*arguments, **options).recognition.columns
    return {use.name: (use.field, use.reason) for use in found}


def test_every_column_has_a_use():
    assert uses(["Title", "Plot", "Budget", "Kind"], mapping={"genres": "Kind"}) == {
        "Title": ("title", "name"),
        "Plot": ("description", "name"),
        "Budget": (None, "unknown"),
        "Kind": ("genres", "option"),
    }


def test_recognition_separates_used_and_unused_columns():
    recognition = plan(["title", "budget"]).recognition
    assert [use.name for use in recognition.used] == ["title"]
    assert [use.name for use in recognition.unused] == ["budget"]


def test_note_of_the_owner_of_an_imdb_list_is_no_description():
    found = uses(["Position", "Const", "Description", "Title", "Your Rating", "Date Rated"])
    assert found["Description"] == (None, "note")
    assert found["Your Rating"] == (None, "personal")
    assert found["Const"] == ("id", "name")


@pytest.mark.parametrize(
    "columns",
    [["Date", "Name", "Year", "Letterboxd URI", "rating"], ["title", "rating", "watched_at"]],
)
def test_rating_beside_the_date_of_watching_is_personal(columns):
    assert uses(columns)["rating"] == (None, "personal")


def test_rating_of_a_site_beside_the_date_of_watching_is_that_of_the_film():
    assert uses(["title", "IMDb Rating", "watched_at"])["IMDb Rating"] == ("rating", "name")


def test_operator_can_use_a_personal_column():
    found = uses(["title", "rating", "watched_at"], mapping={"rating": "rating"})
    assert found["rating"] == ("rating", "option")


def test_ids_pages_and_years_are_recognised_by_their_content():
    rows = [
        ("Alien", "tt0078748", "https://www.kinopoisk.ru/film/386/", "1979"),
        ("Heat", "tt0113277", "https://www.kinopoisk.ru/film/8041/", "1995"),
    ]
    assert uses(["Title", "A", "B", "C"], rows) == {
        "Title": ("title", "name"),
        "A": ("imdb_id", "content"),
        "B": ("kinopoisk_id", "content"),
        "C": ("year", "content"),
    }


def test_content_does_not_replace_a_column_with_a_name():
    found = uses(["title", "year", "made"], [("Alien", "1979", "1978"), ("Heat", "1995", "1994")])
    assert found["made"] == (None, "unknown")


def test_field_that_the_operator_left_empty_stays_empty():
    found = uses(["title", "year"], [("Alien", "1979"), ("Heat", "1995")], mapping={"year": ""})
    assert found["year"] == (None, "unknown")


def test_scale_is_named_or_obvious_or_unclear():
    stars = [(f"Film {number}", stars) for number, stars in enumerate(["4.5", "5", "3", "1"] * 5)]
    recognition = plan(["title", "rating"], stars).recognition
    assert (recognition.scale, recognition.scale_reason) == (5, "content")
    recognition = plan(["title", "rating"], stars, scale=10.0).recognition
    assert (recognition.scale, recognition.scale_reason) == (10, "option")
    with pytest.raises(FormatError) as caught:
        plan(["title", "rating"], stars[:4])
    assert caught.value.code == "scale_unclear"
    assert caught.value.parameters == {"path": "films.csv", "highest": 5.0, "count": 4}


def test_rating_of_a_known_site_has_the_scale_10():
    rows = [("A", "4.5"), ("B", "3.1"), ("C", "2.0")]
    assert plan(["title", "imdbRating"], rows).recognition.scale == 10


def test_few_stars_in_the_columns_of_letterboxd_have_the_scale_5():
    rows = [("Alien", "1979", "4.5"), ("Heat", "1995", "5"), ("Up", "2009", "3.5")]
    assert plan(["Name", "Year", "Rating"], rows).recognition.scale == 5


def test_turned_titles_and_thousands_are_recognised():
    rows = [("Matrix, The (1999)", "12,345"), ("Alien (1979)", "1,000")]
    recognition = plan(["title", "votes"], rows).recognition
    assert (recognition.turned_titles, recognition.thousands) == (True, ",")


@pytest.mark.parametrize(
    ("columns", "mapping", "missing"),
    [(["id", "budget"], {}, ["title"]), (["title"], {"rating": "Stars"}, ["Stars"])],
)
def test_missing_columns_are_named(columns, mapping, missing):
    with pytest.raises(FormatError) as caught:
        require_columns(plan(columns, mapping=mapping), columns)
    assert caught.value.parameters["columns"] == missing


def test_column_of_a_field_is_found():
    found = plan(["Name", "imdb_id"])
    assert (found.column("title"), found.column("imdb_id")) == ("Name", "imdb_id")
    assert found.column("year") is None
    assert len(found.fields) == len(FIELDS)


def test_repeated_column_and_further_fields_are_reported():
    found = plan(["tconst", "title", "title"]).recognition.columns
    assert [(use.field, use.further, use.reason) for use in found] == [
        ("id", ("imdb_id",), "name"),
        ("title", (), "name"),
        (None, (), "repeated"),
    ]


def test_number_with_two_meanings_is_reported_unless_others_show_the_separator():
    assert plan(["title", "votes"], [("Ran", "1,000")]).recognition.unclear_votes == "1,000"
    shown = plan(["title", "votes"], [("Ran", "1,000"), ("Alien", "1,234")]).recognition
    assert (shown.unclear_votes, shown.thousands) == ("", ",")
