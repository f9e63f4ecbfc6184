"""Films from Wikipedia's lists: identity, and markup in titles."""

import gzip
import json

import pytest

from kinoteka.core.imports.record import FormatError

FILM = {"title": "Suspicion", "year": 1918, "cast": ["A"], "genres": ["Drama"], "href": "Suspicion"}


def test_every_field_of_an_element_is_read(read_text):
    found = FILM | {"extract": "A  film.", "thumbnail": "https://example.org/a.jpg"}
    (film,) = read_text("wikipedia", json.dumps([found])).films
    assert (film.title, film.year, film.description, film.poster, film.genres) == (
        "Suspicion",
        1918,
        "A film.",
        "https://example.org/a.jpg",
        ("Drama",),
    )


def test_article_and_year_identify_a_film_else_title_and_year(read_text):
    films = [FILM, FILM | {"year": 1919}, FILM | {"href": None}, FILM, FILM | {"href": None}]
    assert [film.external_id for film in read_text("wikipedia", json.dumps(films)).films] == [
        "Suspicion (1918)",
        "Suspicion (1919)",
        "suspicion (1918)",
        "Suspicion (1918) #2",
        "suspicion (1918) #2",
    ]


def test_file_yields_the_same_films_alone_and_with_others(tmp_path, read):
    paths = [tmp_path / "a.json.gz", tmp_path / "b.json"]
    paths[0].write_bytes(gzip.compress(json.dumps([FILM]).encode()))
    paths[1].write_text(json.dumps([FILM], indent=2))
    both = read("wikipedia", paths).films
    assert both == read("wikipedia", paths[:1]).films + read("wikipedia", paths[1:]).films


def test_markup_is_removed_from_titles(read_text):
    titles = ["Fly by Night\u00a0[fr]", "Gun .mw-parser-output .a{b:c}.mw-parser-output .d{e}33"]
    titles.append("[rec]")
    content = json.dumps([FILM | {"title": title} for title in titles])
    assert read_text("wikipedia", content).titles == ["Fly by Night", "Gun 33", "[rec]"]


def test_cast_becomes_credits_without_scraped_punctuation_and_awards(read_text):
    cast = ["Mel Gibson", "(", "Academy Award nominee", ")", "and", ".", "O", "50 Cent", 7, "Élan"]
    (film,) = read_text("wikipedia", json.dumps([FILM | {"cast": cast}])).films
    assert [(each.department, each.name) for each in film.credits] == [
        ("acting", "Mel Gibson"),
        ("acting", "50 Cent"),
        ("acting", "Élan"),
    ]


def test_malformed_cast_is_left_out(read_text):
    (film,) = read_text("wikipedia", json.dumps([FILM | {"cast": {"a": 1}}])).films
    assert film.credits == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": ""}, "title_missing"),
        ({"title": None}, "title_missing"),
        ({"title": ["x"]}, "type_invalid"),
        ({"year": 0}, "year_invalid"),
        ({"year": "soon"}, "year_invalid"),
        ({"genres": "["}, "list_invalid"),
        ({"genres": [["x"]]}, "list_invalid"),
        ({"thumbnail": "javascript:alert(1)"}, "url_invalid"),
        ({"extract": "a\0b"}, "nul_character"),
        ({"href": {}}, None),
        ({"href": 7.5}, None),
    ],
)
def test_invalid_element_is_rejected_and_reading_continues(read_text, change, reason):
    outcome = read_text(
        "wikipedia", json.dumps([FILM | change, FILM | {"title": "Next"}], indent=1)
    )
    assert outcome.reasons == ([(2, reason)] if reason else [])
    assert outcome.titles[-1] == "Next"


def test_file_without_an_array_is_rejected_before_reading(read_text):
    with pytest.raises(FormatError) as caught:
        read_text("wikipedia", json.dumps(FILM))
    assert caught.value.code == "not_a_json_array"
