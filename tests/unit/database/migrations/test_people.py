"""Directors of a data folder of version 0.2.0 become people with credits."""

import sqlite3
from contextlib import closing

import pytest

from kinoteka.core.imports.names import sort_key
from kinoteka.database.engines import database_path
from kinoteka.database.migrations import migrate, online
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, rows
from tests.support.films import stored_counts
from tests.support.previous_versions import create_previous_database

LINKS = "SELECT film_id, position, director_id FROM film_directors ORDER BY 1, 2"
CREDITS = "SELECT film_id, position, person_id FROM credits ORDER BY 1, 2"
FILMS = "SELECT id, title, genre_id, director_id, label_id, hidden_at, votes FROM films ORDER BY id"
KEPT = (
    *("genres", "labels", "film_genres", "film_locks", "genre_counts", "director_counts"),
    *("accounts", "bookmarks", "selections"),
)
SELECTED = "SELECT selection_id, film_id, position FROM selection_films ORDER BY 1, 2"


@pytest.fixture
def previous(new_settings, tmp_path) -> Settings:
    create_previous_database(new_settings, tmp_path)
    return new_settings


def all_rows(settings):
    kept = {table: rows(settings, f"SELECT * FROM {table} ORDER BY 1, 2") for table in KEPT}
    return kept | {"films": rows(settings, FILMS), "selection_films": rows(settings, SELECTED)}


def test_directors_keep_their_ids_names_and_films(previous):
    names = rows(previous, "SELECT id, name, name_key FROM directors ORDER BY id")
    links = rows(previous, LINKS)
    assert len(links) > 80
    migrate(previous)
    assert rows(previous, "SELECT id, name, name_key FROM people ORDER BY id") == names
    assert rows(previous, CREDITS) == links
    assert rows(previous, "SELECT DISTINCT department, role FROM credits") == [(1, None)]
    keys = rows(previous, "SELECT name, sort_key FROM people")
    assert [key for _, key in keys] == [sort_key(name) for name, _ in keys]


def test_all_other_tables_stay_as_they_were(previous):
    before = all_rows(previous)
    assert len(before["films"]) == 82
    migrate(previous)
    assert all_rows(previous) == before
    assert stored_counts(previous) == stored_counts(previous, recounted=True)


def test_ids_of_deleted_directors_are_not_assigned_again(previous):
    (last,) = rows(previous, "SELECT max(id) FROM directors")
    migrate(previous)
    execute(previous, "INSERT INTO people (name, name_key, sort_key) VALUES ('A', 'a', 'a')")
    assert rows(previous, "SELECT max(id) FROM people") == [last + 2]


def test_people_can_share_a_name(previous):
    migrate(previous)
    for _ in range(2):
        execute(previous, "INSERT INTO people (name, name_key, sort_key) VALUES ('A', 'a', 'a')")
    assert rows(previous, "SELECT count(*) FROM people WHERE name_key = 'a'") == [2]


def test_interrupted_migration_is_resumed(previous, monkeypatch):
    links = rows(previous, LINKS)

    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(online, "create_index_concurrently", interrupt)
        with pytest.raises(KeyboardInterrupt):
            migrate(previous)
    migrate(previous)
    assert rows(previous, CREDITS) == links


def test_genres_get_their_keys_in_the_vocabulary(previous):
    migrate(previous)
    query = "SELECT name FROM genre_aliases JOIN genres ON genres.id = genre_id WHERE alias_key = ?"
    (noir,) = rows(previous, query, "filmnoir")
    assert noir in ("Film-Noir", "Film Noir")


@pytest.mark.engines("sqlite")
def test_foreign_keys_are_intact_after_the_migration(previous):
    migrate(previous)
    with closing(sqlite3.connect(database_path(previous))) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        schema = connection.execute("SELECT group_concat(sql) FROM sqlite_master").fetchone()[0]
        assert "directors" not in schema
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
