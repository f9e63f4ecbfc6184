"""Statements on films that are like another."""

from contextlib import closing

import pytest

from kinoteka.core.catalogue.facets.queries import LIKE_IT
from kinoteka.database.engines import database_path
from kinoteka.database.engines.sqlite.driver import SQLiteReader, connect
from kinoteka.infrastructure.settings import Settings
from tests.support.films import SampleFilm, fill_catalogue


def steps(settings: Settings, film_id: int) -> int:
    """How many hundreds of steps SQLite takes to find films like one."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1

    with closing(connect(database_path(settings))) as connection:
        (row,) = connection.execute(
            "SELECT genre_id, year, rating FROM films WHERE id = ?", (film_id,)
        )
        given = dict(zip(("genre_id", "year", "rating"), row, strict=True))
        connection.set_progress_handler(count, 100)
        SQLiteReader(connection).fetch(
            LIKE_IT, every=False, labels=[], film_id=film_id, most=12, **given
        )
    return taken


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_a_year_of_many_films_takes_no_longer(settings: Settings) -> None:
    def more(number: int, start: int) -> list[int]:
        films = [SampleFilm(f"Film {start + each}", 1999, ("War",)) for each in range(number)]
        return list(fill_catalogue(settings, films).values())

    few = more(300, 0)
    before = steps(settings, few[150])
    many = more(2000, 300)
    assert steps(settings, many[1000]) < 1.5 * before
