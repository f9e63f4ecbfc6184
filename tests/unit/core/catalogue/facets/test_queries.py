"""Statements on similar films."""

from contextlib import closing

import pytest

from kinoteka.core.catalogue.similar_films import find_similar
from kinoteka.database.engines import database_path
from kinoteka.database.engines.sqlite.driver import SQLiteReader, connect
from kinoteka.infrastructure.settings import Settings
from tests.support.films import SampleFilm, fill_catalogue


def count_steps(settings: Settings, film_id: int) -> int:
    """Return how many hundreds of steps SQLite takes to find films similar to a film."""
    hundreds = 0

    def count() -> None:
        nonlocal hundreds
        hundreds += 1

    with closing(connect(database_path(settings))) as connection:
        query = "SELECT genre_id FROM films WHERE id = ?"
        genre_id = connection.execute(query, (film_id,)).fetchone()[0]
        connection.set_progress_handler(count, 100)
        find_similar(SQLiteReader(connection), film_id, genre_id, (), 12)
    return hundreds


@pytest.mark.engines("sqlite")
def test_similar_films_cost_the_same_when_a_year_has_many_films(settings: Settings) -> None:
    def more(number: int, start: int) -> list[int]:
        films = [SampleFilm(f"Film {start + each}", 1999, ("War",)) for each in range(number)]
        return list(fill_catalogue(settings, films).values())

    few = more(300, 0)
    before = count_steps(settings, few[150])
    many = more(2000, 300)
    assert count_steps(settings, many[1000]) < 1.5 * before
