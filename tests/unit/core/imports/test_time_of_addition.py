"""Imports store when a film was added, which later imports do not change."""

import msgspec

from kinoteka.core.imports.formats.values import film

ALIEN = film("1", "Alien", year=1979, votes=5, rating=8.0, genres=["Horror"], directors=["Scott"])
RAN = film("2", "Ran", year=1985, genres=["War"], directors=["Akira Kurosawa"])


def test_new_film_has_the_time_of_its_import(stored) -> None:
    stored.run([ALIEN])
    assert stored.rows("SELECT added_at FROM films") == stored.rows(
        "SELECT created_at FROM batches"
    )


def test_changed_film_keeps_its_time(stored) -> None:
    stored.run([ALIEN])
    before = stored.rows("SELECT added_at FROM films")
    stored.run([msgspec.structs.replace(ALIEN, votes=6), RAN])
    assert stored.rows("SELECT added_at FROM films WHERE title = 'Alien'") == before
    assert stored.rows("SELECT votes FROM films WHERE title = 'Alien'") == [6]
    assert None not in stored.rows("SELECT added_at FROM films")
