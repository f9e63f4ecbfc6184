"""Counts by label: a film that moves leaves them as counting anew would."""

import sqlite3
from contextlib import closing

from films import ADULT, PREMIUM, names
from kinoteka.core.catalogue.counts import move, recount_all
from kinoteka.core.services import Services
from kinoteka.storage.sqlite import database_path
from kinoteka.storage.unit import unit_of_work

TABLES = ("genre_counts", "director_counts")


def counts(services: Services, *, anew: bool = False) -> list[list[tuple[int, ...]]]:
    """What is counted, as stored or as counting anew would store it."""
    with closing(sqlite3.connect(database_path(services.settings))) as connection:
        if anew:
            recount_all(connection)
        return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]


def test_counts_of_genres_by_label(services: Services, films: dict[str, int]) -> None:
    path = database_path(services.settings)
    genres, labels = names(path, "genres"), names(path, "labels")
    found = {(genre, label): many for genre, label, many in counts(services)[0]}
    assert found[genres["Drama"], 0] == 10
    assert found[genres["Drama"], labels[PREMIUM]] == 1
    assert found[genres["Erotic"], labels[ADULT]] == 1
    assert (genres["Erotic"], 0) not in found


async def test_a_film_that_moves(services: Services, films: dict[str, int]) -> None:
    labels = names(database_path(services.settings), "labels")
    before = counts(services)
    film, premium, adult = films["After Midnight"], labels[PREMIUM], labels[ADULT]
    changes = ((adult, None), (None, premium), (premium, adult))
    for old, new in changes:
        async with unit_of_work(services.database) as unit:
            await unit.work(
                lambda connection, label=new: connection.execute(  # type: ignore[misc]
                    "UPDATE films SET label_id = ? WHERE id = ?", (label, film)
                )
            )
            await move(unit, film, old, new)
        assert counts(services) == counts(services, anew=True)
        assert (counts(services) == before) == (new == adult)
