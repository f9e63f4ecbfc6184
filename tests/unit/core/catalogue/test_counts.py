"""Counts by label: a film that moves leaves them as counting anew would."""

from itertools import pairwise

from kinoteka.core.catalogue.counts import move
from kinoteka.core.catalogue.model import FilmAccess
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from tests.support.databases import execute
from tests.support.films import ADULT, PREMIUM, ids_by_name, stored_counts


def test_counts_of_genres_by_label(services: Services, films: dict[str, int]) -> None:
    genres, labels = (ids_by_name(services.settings, table) for table in ("genres", "labels"))
    found = {(genre, label): many for genre, label, many in stored_counts(services.settings)[0]}
    assert found[genres["Drama"], 0] == 10
    assert found[genres["Drama"], labels[PREMIUM]] == 1
    assert found[genres["Erotic"], labels[ADULT]] == 1
    assert (genres["Erotic"], 0) not in found


async def test_film_that_moves_leaves_the_counts_as_counting_anew_does(
    services: Services, films: dict[str, int]
) -> None:
    labels = ids_by_name(services.settings, "labels")
    before = stored_counts(services.settings)
    film, premium, adult = films["After Midnight"], labels[PREMIUM], labels[ADULT]
    places = [(adult, False), (None, False), (premium, False), (premium, True), (None, True)]
    places.append(places[0])
    change = "UPDATE films SET label_id = ?, hidden_at = ? WHERE id = ?"
    for old, new in pairwise(places):
        label_id, hidden = new
        execute(services.settings, change, label_id, 1 if hidden else None, film)
        was, becomes = (FilmAccess(film, "", each[0], None, each[1], False) for each in (old, new))
        async with unit_of_work(services.database) as unit:
            await move(unit, was, becomes)
        present = stored_counts(services.settings)
        assert present == stored_counts(services.settings, recounted=True)
        assert (present == before) == (new == places[0])
