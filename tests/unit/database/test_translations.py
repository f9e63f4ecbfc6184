"""Titles and names in a language, as statements read them."""

import pytest
from sqlalchemy import select

from kinoteka.database.schema import films, genres, people
from kinoteka.database.statement import Statement
from kinoteka.database.translations import (
    genre_name,
    original_title_in_language,
    person_name,
    title_in_language,
)
from tests.support.databases import execute_many, write_transaction
from tests.support.films import SampleFilm, fill_catalogue

TITLES: Statement[tuple[str, str | None]] = Statement(
    select(title_in_language(), original_title_in_language()).order_by(films.c.id)
)
PEOPLE: Statement[tuple[str]] = Statement(
    select(person_name()).where(people.c.id != 1).order_by(people.c.id)
)
GENRES: Statement[tuple[str]] = Statement(
    select(genre_name()).where(genres.c.id != 1).order_by(genres.c.id)
)
FILMS = (
    SampleFilm("The Matrix", genres=("Mumblecore",), directors=("Lana Wachowski", "A. Nobody")),
    SampleFilm("Mirror", genres=("Giallo",), original_title="Zerkalo"),
    SampleFilm("Alien"),
)


@pytest.fixture
def read(settings):
    ids = fill_catalogue(settings, FILMS)
    matrix, mirror, alien = ids.values()
    execute_many(
        settings,
        "INSERT INTO film_titles VALUES (?, ?, ?, 'translation', ?)",
        [
            (matrix, 0, "", "Unknown"),
            (matrix, 1, "ru", "Матрица"),
            (matrix, 2, "ru", "Другая"),
            (mirror, 0, "ru", "Зеркало"),
            (alien, 0, "de", "Das unheimliche Wesen"),
        ],
    )
    for kind, key in (("person", "people"), ("genre", "genres")):
        execute_many(
            settings,
            f"INSERT INTO {kind}_names SELECT id, 'ru', ? FROM {key} WHERE name = ?",
            [("Лана Вачовски", "Lana Wachowski"), ("Мамблкор", "Mumblecore")],
        )

    def read(statement, language):
        with write_transaction(settings) as reader:
            return [tuple(row) for row in reader.fetch(statement, language=language)]

    return read


def test_film_has_its_first_title_in_the_language(read):
    assert read(TITLES, "ru") == [
        ("Матрица", "The Matrix"),
        ("Зеркало", "Zerkalo"),
        ("Alien", None),
    ]


def test_names_are_in_the_language(read):
    assert read(PEOPLE, "ru") == [("Лана Вачовски",), ("A. Nobody",)]
    assert read(GENRES, "ru") == [("Мамблкор",), ("Giallo",)]


def test_empty_language_means_as_imported(read):
    assert read(TITLES, "") == [("The Matrix", None), ("Mirror", "Zerkalo"), ("Alien", None)]
    assert read(PEOPLE, "") == [("Lana Wachowski",), ("A. Nobody",)]
    assert read(GENRES, "") == [("Mumblecore",), ("Giallo",)]
