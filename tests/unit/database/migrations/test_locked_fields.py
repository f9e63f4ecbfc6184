"""Edits in the audit log of the previous version become locks of the films' fields."""

import json
from typing import Any

import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import Import
from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, rows
from tests.support.migration_checks import versions_until

# The audited changes of each film, and the fields that the migration locks. Every film has the
# title "Now", the year 1979, the description "Text" and the genres Horror and Drama.
HISTORIES: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "edited": ([{"fields": ["title"], "title": ["Alien", "Now"]}], ["title"]),
    "edited twice": (
        [
            {"fields": ["title", "year"], "title": ["A", "B"], "year": [1978, 1979]},
            {"fields": ["title"], "title": ["B", "Now"]},
        ],
        ["title", "year"],
    ),
    "overwritten by an import since": ([{"fields": ["title"], "title": ["A", "Mine"]}], []),
    "genres, one in another case": (
        [{"fields": ["genres"], "genres": [[], ["horror", "Drama"]]}],
        ["genres"],
    ),
    "genres in another order": (
        [{"fields": ["genres"], "genres": [[], ["Drama", "Horror"]]}],
        [],
    ),
    "a description, whose values are not logged": ([{"fields": ["description"]}], ["description"]),
    "a description and a title that is unchanged since": (
        [{"fields": ["title", "description"], "title": ["A", "Now"]}],
        ["description", "title"],
    ),
    "a description and a title that was overwritten": (
        [{"fields": ["title", "description"], "title": ["A", "Mine"]}],
        [],
    ),
    "a value that became empty": ([{"fields": ["rating"], "rating": [8.5, None]}], ["rating"]),
    "never edited": ([], []),
}
BY_HAND = "by hand"


@pytest.fixture
def migrated(new_settings: Settings, tmp_path) -> Settings:
    migrate(new_settings, versions=versions_until(tmp_path, "0011"))
    for number, name in enumerate(("Horror", "Drama"), start=2):
        execute(
            new_settings,
            "INSERT INTO genres (name, name_key) VALUES (?, ?)",
            name,
            name.lower(),
        )
        assert rows(new_settings, "SELECT max(id) FROM genres") == [number]
    for history, (changes, _) in HISTORIES.items():
        _add_film(new_settings, "club", history, changes)
    _add_film(new_settings, BY_HAND, "x", [{"fields": ["title"], "title": ["A", "Now"]}])
    _add_entry(new_settings, 999, {"fields": ["title"], "title": ["A", "B"]})
    migrate(new_settings)
    return new_settings


def _add_film(
    settings: Settings, source: str, external_id: str, changes: list[dict[str, Any]]
) -> None:
    execute(
        settings,
        "INSERT INTO films (source, external_id, title, description, year, votes, genre_id,"
        " director_id, fingerprint) VALUES (?, ?, 'Now', 'Text', 1979, 0, 2, 1, 5)",
        *(source, external_id),
    )
    (film_id,) = rows(settings, "SELECT max(id) FROM films")
    for position, genre_id in enumerate((2, 3)):
        sql = "INSERT INTO film_genres (genre_id, film_id, position) VALUES (?, ?, ?)"
        execute(settings, sql, genre_id, film_id, position)
    for details in changes:
        _add_entry(settings, film_id, details)


def _add_entry(settings: Settings, film_id: int, details: dict[str, Any]) -> None:
    execute(
        settings,
        "INSERT INTO audit_entries (at, actor_name, action, subject_kind, subject_id,"
        " subject_name, details, address) VALUES (1, '', 'film_changed', 'film', ?, '', ?, '')",
        film_id,
        json.dumps(details),
    )


def test_fields_that_still_hold_their_edit_are_locked(migrated: Settings) -> None:
    locked: dict[str, list[str]] = {history: [] for history in HISTORIES}
    sql = "SELECT external_id, field FROM film_locks JOIN film_values USING (film_id) ORDER BY 1, 2"
    for history, field in rows(migrated, sql):
        locked[history].append(field)
    assert locked == {history: fields for history, (_, fields) in HISTORIES.items()}


def test_films_keep_their_fingerprints_as_those_of_the_first_version(migrated: Settings) -> None:
    sql = (
        "SELECT DISTINCT fingerprint, fingerprint_version, runtime_minutes"
        " FROM film_values JOIN films ON films.id = film_id"
        " WHERE film_id NOT IN (SELECT film_id FROM film_locks)"
    )
    assert rows(migrated, sql) == [(5, 1, None)]


def test_import_after_the_migration_leaves_locked_fields_as_they_are(migrated: Settings) -> None:
    record = film("edited", "Alien", year=1981, votes=7)
    Import("club").run(migrated, [[record]])
    sql = (
        "SELECT title, year, votes FROM films JOIN film_values ON film_id = films.id"
        " WHERE external_id = 'edited'"
    )
    assert rows(migrated, sql) == [("Now", 1981, 7)]
