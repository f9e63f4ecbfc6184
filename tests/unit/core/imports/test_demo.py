"""The demo catalogue is complete and covers all decades and many countries."""

import json
import re

from kinoteka.core.imports.demo import films_path, russian_names_path, selections_path

GENRES = {
    "Action", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama",
    "Family", "Fantasy", "Film Noir", "History", "Horror", "Music", "Musical", "Mystery",
    "Romance", "Science Fiction", "Thriller", "War", "Western",
}  # fmt: skip
TYPES = {
    "id": str,
    "title": str,
    "original_title": str,
    "year": int,
    "directors": list,
    "genres": list,
    "countries": list,
    "description": str,
    "rating": type(None),
    "trailer": type(None),
}

OPTIONAL = {"title_ru": str, "cast": list, "runtime_minutes": int}

FILMS = [json.loads(line) for line in films_path().read_text(encoding="utf-8").splitlines()]
SELECTIONS = json.loads(selections_path().read_text(encoding="utf-8"))


def test_demo_has_enough_films_without_duplicates():
    assert len(FILMS) >= 300
    assert len({film["id"] for film in FILMS}) == len(FILMS)
    assert len({(film["title"], film["year"]) for film in FILMS}) == len(FILMS)


def test_demo_films_have_all_fields():
    for film in FILMS:
        film_id = film["id"]
        types = {name: type(value) for name, value in film.items() if name not in OPTIONAL}
        assert types == TYPES, film_id
        assert re.fullmatch(r"[a-z0-9-]+", film["id"]), film_id
        assert film["title"] == film["title"].strip() != "", film_id
        assert 1888 <= film["year"] <= 2026, film_id
        assert film["directors"], film_id
        assert film["countries"], film_id
        assert set(film["genres"]) <= GENRES, film_id
        assert 1 <= len(film["genres"]) == len(set(film["genres"])), film_id
        assert 8 <= len(film["description"].split()) <= 40, film_id
        assert film["description"].endswith("."), film_id


def test_most_demo_films_have_a_russian_title_and_a_cast():
    for name, least in (("title_ru", 350), ("cast", 300)):
        values = [film[name] for film in FILMS if name in film]
        assert len(values) >= least
        assert all(isinstance(value, OPTIONAL[name]) and value for value in values)


def test_people_of_the_demo_have_russian_names():
    names = json.loads(russian_names_path().read_text(encoding="utf-8"))
    people = {name for film in FILMS for name in (*film["directors"], *film.get("cast", ()))}
    assert names.keys() <= people
    assert all(re.search("[а-яё]", name, re.IGNORECASE) for name in names.values())


def test_demo_covers_every_decade_and_many_countries():
    decades = {film["year"] // 10 * 10 for film in FILMS}
    assert decades >= set(range(1900, 2030, 10))
    assert len({country for film in FILMS for country in film["countries"]}) >= 25


def test_demo_descriptions_are_unique():
    assert len({film["description"] for film in FILMS}) == len(FILMS)


def test_demo_selections_contain_only_existing_films():
    ids = {film["id"] for film in FILMS}
    assert len(SELECTIONS) >= 12
    assert len({selection["id"] for selection in SELECTIONS}) == len(SELECTIONS)
    for selection in SELECTIONS:
        assert set(selection) == {"id", "title", "description", "films"}
        assert selection["title"]
        assert selection["description"].endswith(".")
        assert 6 <= len(selection["films"]) == len(set(selection["films"]))
        assert set(selection["films"]) <= ids
