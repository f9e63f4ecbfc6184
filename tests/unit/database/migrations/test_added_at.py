"""Films of the previous version have no time of addition, and stay as they are."""

from pathlib import Path

from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, rows
from tests.support.migration_checks import versions_until


def test_films_of_the_previous_version_have_no_time(new_settings: Settings, tmp_path: Path) -> None:
    migrate(new_settings, versions=versions_until(tmp_path, "0030"))
    execute(
        new_settings,
        "INSERT INTO films (title, description, votes, genre_id, director_id)"
        " VALUES ('Ran', '', 7, 1, 1)",
    )
    execute(
        new_settings,
        "INSERT INTO selections (title, description, featured, public, created_at, updated_at)"
        " VALUES ('Old', '', ?, ?, 5, 6)",
        False,
        True,
    )
    execute(new_settings, "INSERT INTO selection_films VALUES (1, 1, 65536)")
    migrate(new_settings)
    assert rows(new_settings, "SELECT title, votes, added_at FROM films") == [("Ran", 7, None)]
    stored = "SELECT selection_id, film_id, position, added_at FROM selection_films"
    assert rows(new_settings, stored) == [(1, 1, 65536, None)]
