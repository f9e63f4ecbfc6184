"""Films of the previous version get a weighted rating."""

import pytest

from kinoteka.database.migrations import migrate
from kinoteka.database.weighted_ratings import refresh
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute_many, rows, write_transaction
from tests.support.migration_checks import versions_until

FILMS = "SELECT id, weighted_rating FROM films ORDER BY id"


def test_films_get_the_weighted_rating_that_an_import_would_store(
    new_settings: Settings, tmp_path
) -> None:
    migrate(new_settings, versions=versions_until(tmp_path, "0012"))
    execute_many(
        new_settings,
        "INSERT INTO films (source, external_id, title, description, rating, votes, genre_id,"
        " director_id, fingerprint) VALUES ('club', ?, 'Now', 'Text', ?, ?, 1, 1, 5)",
        [(str(number), number / 4 if number % 3 else None, number * 10) for number in range(40)],
    )
    migrate(new_settings)
    migrated, prior = rows(new_settings, FILMS), rows(new_settings, "SELECT * FROM rating_prior")
    assert prior == [(350, pytest.approx(4.88))]
    with write_transaction(new_settings) as reader:
        refresh(reader)
    assert rows(new_settings, FILMS) == migrated
