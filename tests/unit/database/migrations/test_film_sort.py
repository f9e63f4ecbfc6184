"""Films of the previous version get the keys by which they are sorted by title."""

import pytest

from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, execute_many, rows
from tests.support.migration_checks import versions_until

KEYS = "SELECT film_id, language, key FROM film_sort ORDER BY film_id, language"


@pytest.fixture
def previous(new_settings: Settings, tmp_path) -> Settings:
    """A database of the previous version with seven films, some of them with Russian titles."""
    migrate(new_settings, versions=versions_until(tmp_path, "0028"))
    execute_many(
        new_settings,
        "INSERT INTO films (id, title, description, votes, genre_id, director_id)"
        " VALUES (?, ?, '', 0, 1, 1)",
        [(number, title) for number, title in enumerate(("The 10", "Ёлки", "10", "A", "Z"), 3)],
    )
    execute_many(
        new_settings,
        "INSERT INTO film_titles VALUES (?, ?, ?, 'translation', ?)",
        [(3, 1, "ru", "Десять"), (3, 0, "en", "Ten"), (7, 0, "ru", "Я")],
    )
    return new_settings


def test_films_get_their_keys(previous: Settings) -> None:
    migrate(previous)
    assert rows(previous, KEYS) == [
        (3, "", "1210"),
        (3, "en", "3ten"),
        (3, "ru", "2десять"),
        (4, "", "4елки\tё"),
        (4, "ru", "2елки\tё"),
        (5, "", "1210"),
        (6, "", "3a"),
        (7, "", "3z"),
        (7, "ru", "2я"),
    ]


def test_interrupted_migration_continues(previous: Settings) -> None:
    execute(previous, "INSERT INTO film_sort VALUES (4, '', 'stored before')")
    migrate(previous)
    stored = rows(previous, KEYS)
    assert stored[0] == (4, "", "stored before")
    assert {film_id for film_id, *_ in stored} == {4, 5, 6, 7}  # 3 was stored before 4
