"""Counts by label: a film that moves leaves them as counting anew would."""

from databases import execute, rows, writing
from films import ADULT, PREMIUM, names
from kinoteka.core.catalogue.counts import move, recount_all
from kinoteka.core.services import Services
from kinoteka.storage.unit import unit_of_work

TABLES = ("genre_counts", "director_counts")


def counts(services: Services, *, anew: bool = False) -> list[list[tuple[int, ...]]]:
    """What is counted, as stored or as counting anew would store it."""
    if anew:
        with writing(services.settings) as reader:
            recount_all(reader)
    return [rows(services.settings, f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES]


def test_counts_of_genres_by_label(services: Services, films: dict[str, int]) -> None:
    genres, labels = (names(services.settings, table) for table in ("genres", "labels"))
    found = {(genre, label): many for genre, label, many in counts(services)[0]}
    assert found[genres["Drama"], 0] == 10
    assert found[genres["Drama"], labels[PREMIUM]] == 1
    assert found[genres["Erotic"], labels[ADULT]] == 1
    assert (genres["Erotic"], 0) not in found


async def test_a_film_that_moves(services: Services, films: dict[str, int]) -> None:
    labels = names(services.settings, "labels")
    before = counts(services)
    film, premium, adult = films["After Midnight"], labels[PREMIUM], labels[ADULT]
    changes = ((adult, None), (None, premium), (premium, adult))
    for old, new in changes:
        execute(services.settings, "UPDATE films SET label_id = ? WHERE id = ?", new, film)
        async with unit_of_work(services.database) as unit:
            await move(unit, film, old, new)
        present = counts(services)
        assert present == counts(services, anew=True)
        assert (present == before) == (new == adult)
