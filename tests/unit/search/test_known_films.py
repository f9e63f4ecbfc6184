"""The form of the known films and queries, on which tests of search rely."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from tests.support.known_films import (
    FOLDER,
    KnownFilm,
    known_films,
    known_queries,
    russian_names,
)

MADE_UP_VOTES = 10_000  # at most, for films that tests add


def values(film: KnownFilm) -> Iterator[str]:
    yield film.title
    yield from (film.original_title or film.title, film.title_ru or film.title)
    yield from (*film.directors, *film.cast, *film.genres, *film.countries)


def test_there_are_two_thousand_films():
    assert len(known_films()) == 2_000


def test_no_two_films_share_title_and_year():
    assert len({(film.title.casefold(), film.year) for film in known_films()}) == 2_000


def test_films_are_sorted_by_year_and_title():
    keys = [(film.year, film.title.lower()) for film in known_films()]
    assert keys == sorted(keys)


def test_every_film_has_directors_genres_and_a_plausible_year():
    for film in known_films():
        assert film.directors, film
        assert film.genres, film
        assert 1895 <= film.year <= 2024, film
        assert len(film.cast) <= 5, film


def test_known_films_have_more_votes_than_made_up_ones():
    assert min(film.votes for film in known_films()) > MADE_UP_VOTES


def test_values_are_trimmed_and_composed():
    for film in known_films():
        for value in values(film):
            assert value, film
            assert value == " ".join(value.split()), film
            assert value == unicodedata.normalize("NFC", value), film


def test_no_list_repeats_a_value():
    for film in known_films():
        for names in (film.directors, film.cast, film.genres, film.countries):
            assert len(set(names)) == len(names), film


def test_original_titles_differ_from_titles():
    assert not [film for film in known_films() if film.original_title == film.title]


def test_most_films_have_russian_titles():
    assert sum(film.title_ru is not None for film in known_films()) >= 1_500


def test_russian_titles_are_cyrillic_or_have_no_translation():
    latin = {film.title for film in known_films() if not re.search("[а-яё]", film.title_ru or "а")}
    assert all(re.search(r"\d|[A-Z]", title) for title in latin)
    assert len(latin) < 25


def test_enough_films_were_made_in_russian_and_in_other_languages():
    originals = [film for film in known_films() if film.original_title is not None]
    assert sum(film.original_title == film.title_ru for film in originals) >= 250
    assert sum(film.original_title != film.title_ru for film in originals) >= 250


def test_people_with_russian_names_occur_in_the_films():
    people = {name for film in known_films() for name in (*film.directors, *film.cast)}
    assert russian_names().keys() <= people
    assert len(russian_names()) >= 400


def test_russian_names_are_cyrillic():
    for name in russian_names().values():
        assert re.fullmatch(r"[А-ЯЁа-яё .’-]+", name), name


def test_no_person_is_named_twice():
    lines = (FOLDER / "people_ru.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(russian_names())


def test_queries_are_in_several_languages():
    languages = Counter(query.language for query in known_queries())
    assert languages == {"en": 100, "ru": 67, "other": 33}


def test_no_query_is_asked_twice():
    assert len({query.query for query in known_queries()}) == 200


def test_every_queried_film_exists():
    keys = {film.key for film in known_films()}
    for query in known_queries():
        assert query.films, query
        assert keys.issuperset(query.films), query


def test_only_names_of_people_have_several_acceptable_films():
    for query in known_queries():
        if query.kind != "person":
            assert len(query.films) == 1, query


def test_queries_and_their_kinds_are_trimmed_and_composed():
    for query in known_queries():
        for value in (query.query, query.kind):
            assert value, query
            assert value == " ".join(value.split()), query
            assert value == unicodedata.normalize("NFC", value), query
