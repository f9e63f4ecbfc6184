"""Stored counts of films by label."""

from itertools import pairwise

from kinoteka.core.catalogue.counts import move_film
from kinoteka.core.catalogue.model import FilmAccess
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from tests.support.databases import execute
from tests.support.films import ADULT, PREMIUM, ids_by_name, stored_counts


def test_films_of_genres_are_counted_by_label(services: Services, films: dict[str, int]) -> None:
    genres, labels = (ids_by_name(services.settings, table) for table in ("genres", "labels"))
    counts = {(genre, label): count for genre, label, count in stored_counts(services.settings)[0]}
    assert counts[genres["Drama"], 0] == 10
    assert counts[genres["Drama"], labels[PREMIUM]] == 1
    assert counts[genres["Erotic"], labels[ADULT]] == 1
    assert (genres["Erotic"], 0) not in counts


async def test_moving_a_film_gives_the_same_counts_as_recounting(
    services: Services, films: dict[str, int]
) -> None:
    labels = ids_by_name(services.settings, "labels")
    before = stored_counts(services.settings)
    film, premium, adult = films["After Midnight"], labels[PREMIUM], labels[ADULT]
    states = [(adult, False), (None, False), (premium, False), (premium, True), (None, True)]
    states.append(states[0])
    change = "UPDATE films SET label_id = ?, hidden_at = ? WHERE id = ?"
    for old, new in pairwise(states):
        label_id, hidden = new
        execute(services.settings, change, label_id, 1 if hidden else None, film)
        was, becomes = (FilmAccess(film, "", each[0], None, each[1], False) for each in (old, new))
        async with unit_of_work(services.database) as unit:
            await move_film(unit, was, becomes)
        present = stored_counts(services.settings)
        assert present == stored_counts(services.settings, recounted=True)
        assert (present == before) == (new == states[0])
