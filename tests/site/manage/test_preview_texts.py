"""Texts about previews of imports."""

from kinoteka.core.imports.formats.mapping import ALL_FIELDS
from kinoteka.core.imports.record import Credit, FilmRecord
from kinoteka.site.manage.preview_texts import FIELDS, REASONS, further_values


def test_every_field_has_a_name():
    assert set(FIELDS) == set(ALL_FIELDS)


def test_every_reason_of_a_column_has_a_text():
    assert set(REASONS) == {
        *("option", "name", "content", "unknown", "repeated", "note", "personal")
    }


def test_values_without_a_column_are_named():
    film = FilmRecord(
        title="Ran",
        original_title=None,
        year=1985,
        description="War",
        rating=None,
        trailer=None,
        poster=None,
        genres=(),
        directors=(),
        runtime_minutes=None,
        external_id="7",
        votes=0,
        tmdb_id=11645,
        ids=(("kinopoisk", "508"), ("own", "9")),
        countries=("JP", "FR"),
        credits=(Credit("acting", "Tatsuya Nakadai"),),
    )
    assert further_values(film) == [
        ("Description", "War"),
        ("Countries", "JP, FR"),
        ("Cast", "Tatsuya Nakadai"),
        ("TMDB ID", "11645"),
        ("Kinopoisk ID", "508"),
        ("own", "9"),
    ]
