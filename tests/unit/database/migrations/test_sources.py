"""The sources, ids and fingerprints of films move from their rows to tables of their own."""

import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import Import
from kinoteka.database.import_target import Changes
from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, rows
from tests.support.migration_checks import versions_until
from tests.support.previous_versions import create_previous_database

# id, source, external_id, title, imdb_id, tmdb_id, fingerprint, version
FILMS = (
    (1, "imdb", "tt0133093", "The Matrix", "tt0133093", None, 11, 2),
    (2, "movielens", "2571", "Matrix, The (1999)", "tt0133093", 603, 12, 2),
    (3, "tmdb", "603", "The Matrix", None, 603, 13, 1),
    (4, "club", "1", "Edited", None, None, 14, 2),
    (5, "by hand", "0f", "Ours", None, None, 0, 0),
    (9, "club", "2", "Deleted", None, None, 15, 2),
)
INSERT = """
INSERT INTO films (id, source, external_id, title, imdb_id, tmdb_id, fingerprint,
    fingerprint_version, description, votes, genre_id, director_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 7, 1, 1)
"""


@pytest.fixture
def before(new_settings: Settings, tmp_path) -> Settings:
    """A database of the previous schema, in which the film with the highest id was deleted."""
    migrate(new_settings, versions=versions_until(tmp_path, "0012"))
    for each in FILMS:
        execute(new_settings, INSERT, *each)
    if new_settings.database_url:
        execute(new_settings, "SELECT setval('films_id_seq', 9)")
    execute(new_settings, "DELETE FROM films WHERE id = 9")
    execute(new_settings, "INSERT INTO film_locks (film_id, field) VALUES (4, 'title')")
    execute(
        new_settings,
        "INSERT INTO accounts (id, username, username_key, password_hash, created_at)"
        " VALUES (1, 'anna', 'anna', '', 1)",
    )
    execute(new_settings, "INSERT INTO bookmarks VALUES (1, 2, 5)")
    return new_settings


@pytest.fixture
def migrated(before: Settings) -> Settings:
    migrate(before)
    return before


def test_every_film_has_the_record_of_its_source(migrated: Settings) -> None:
    sql = (
        "SELECT film_id, name, external_id, fingerprint FROM film_values"
        " JOIN sources ON sources.id = source_id ORDER BY film_id"
    )
    expected = [(each[0], each[1], each[2], each[6]) for each in FILMS[:-1]]
    assert rows(migrated, sql) == expected


def test_next_import_stores_films_with_locked_fields(migrated: Settings) -> None:
    sql = "SELECT fingerprint_version FROM film_values ORDER BY film_id"
    assert rows(migrated, sql) == [2, 2, 1, 0, 0]


def test_sources_are_ranked(migrated: Settings) -> None:
    names = ["by hand", "imdb", "tmdb", "club", "movielens"]
    assert rows(migrated, "SELECT name FROM sources ORDER BY rank, id") == names


def test_first_of_several_films_gets_an_id_and_the_others_are_possible_duplicates(
    migrated: Settings,
) -> None:
    sql = "SELECT kind, value, film_id FROM film_ids ORDER BY kind"
    assert rows(migrated, sql) == [("imdb", "tt0133093", 1), ("tmdb", "603", 2)]
    sql = "SELECT film_id, other_id, reason FROM possible_duplicates ORDER BY film_id"
    assert rows(migrated, sql) == [(1, 2, "ids"), (2, 3, "ids")]


def test_references_to_films_and_ids_of_deleted_films_stay(migrated: Settings) -> None:
    assert rows(migrated, "SELECT account_id, film_id FROM bookmarks") == [(1, 2)]
    assert rows(migrated, "SELECT film_id FROM film_locks") == [4]
    Import("club").run(migrated, [[film("7", "New")]])
    assert rows(migrated, "SELECT max(id) FROM films") == [10]


def test_import_after_the_migration_knows_the_films(migrated: Settings) -> None:
    running = Import("club")
    assert running.run(migrated, [[film("1", "Other", votes=8)]]) == Changes(0, 1, 0)
    assert rows(migrated, "SELECT title, votes FROM films WHERE id = 4") == [("Edited", 8)]


def test_data_folder_of_the_previous_version_keeps_all_sources_and_ids(
    new_settings: Settings, tmp_path
) -> None:
    (tmp_path / "old").mkdir()
    create_previous_database(new_settings, tmp_path / "old")
    records = "SELECT source, external_id, id, fingerprint FROM films ORDER BY 1, 2"
    ids = "SELECT imdb_id, id FROM films WHERE imdb_id IS NOT NULL ORDER BY 1"
    before = rows(new_settings, records), rows(new_settings, ids)
    assert len(before[0]) == 82
    migrate(new_settings)
    records = (
        "SELECT name, external_id, film_id, fingerprint FROM film_values"
        " JOIN sources ON sources.id = source_id ORDER BY 1, 2"
    )
    ids = "SELECT value, film_id FROM film_ids WHERE kind = 'imdb' ORDER BY 1"
    assert (rows(new_settings, records), rows(new_settings, ids)) == before


def test_interrupted_migration_continues_after_the_rows_that_it_has_filled(
    before: Settings, tmp_path
) -> None:
    (tmp_path / "next").mkdir()
    migrate(before, versions=versions_until(tmp_path / "next", "0014"))
    execute(before, "UPDATE alembic_version SET version_num = '0013'")
    execute(before, "DELETE FROM film_values WHERE film_id > 2")
    migrate(before)
    assert rows(before, "SELECT film_id FROM film_values ORDER BY 1") == [1, 2, 3, 4, 5]
