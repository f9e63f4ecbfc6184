"""Weighted ratings: the Bayesian mean by which films are sorted as "best rated"."""

import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import Import
from kinoteka.database.weighted_ratings import MAX_PRIOR_VOTES, Prior, refresh
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, rows, write_transaction
from tests.support.films import SampleFilm, fill_catalogue

CROWD = tuple(
    SampleFilm(f"Film {number}", rating=5.0 + number % 3, votes=100 * number)
    for number in range(1, 31)
)


def stored_prior(settings: Settings) -> list[tuple[float, int]]:
    return rows(settings, "SELECT mean, votes FROM rating_prior")


def weighted_rating(settings: Settings, title: str) -> float | None:
    (value,) = rows(settings, "SELECT weighted_rating FROM films WHERE title = ?", title)
    return value


def refresh_in_transaction(settings: Settings) -> None:
    with write_transaction(settings) as reader:
        refresh(reader)


def test_prior_is_the_mean_rating_and_the_votes_that_a_tenth_of_the_films_have(
    settings: Settings,
) -> None:
    fill_catalogue(settings, CROWD)
    assert stored_prior(settings) == [(6.0, 2800)]


def test_weighted_rating_is_the_mean_of_rating_and_prior(settings: Settings) -> None:
    fill_catalogue(settings, [*CROWD, SampleFilm("Two votes", rating=10.0, votes=2)])
    ((mean, votes),) = stored_prior(settings)
    assert weighted_rating(settings, "Two votes") == pytest.approx(
        (2 * 10.0 + votes * mean) / (2 + votes)
    )


def test_film_without_rating_has_no_weighted_rating(settings: Settings) -> None:
    fill_catalogue(settings, [*CROWD, SampleFilm("Unrated")])
    assert weighted_rating(settings, "Unrated") is None


def test_weighted_rating_is_the_rating_when_no_film_has_votes(settings: Settings) -> None:
    fill_catalogue(settings, [SampleFilm("A", rating=8.0), SampleFilm("B", rating=4.0)])
    assert stored_prior(settings) == [(6.0, 0)]
    assert weighted_rating(settings, "A") == 8.0


def test_votes_of_the_prior_are_limited(settings: Settings) -> None:
    fill_catalogue(settings, [SampleFilm("A", rating=8.0, votes=2_000_000)])
    assert stored_prior(settings) == [(8.0, MAX_PRIOR_VOTES)]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("current", "drifted"),
    [
        (Prior(6.04, 1000), False),
        (Prior(6.05, 1000), True),
        (Prior(6.0, 1049), False),
        (Prior(6.0, 1050), True),
        (Prior(6.0, 950), True),
    ],
)
def test_prior_drifts_by_a_twentieth_of_a_point_or_of_its_votes(
    current: Prior, drifted: bool
) -> None:
    assert Prior(6.0, 1000).has_drifted_to(current) is drifted


def test_small_change_of_the_catalogue_keeps_the_prior(settings: Settings) -> None:
    fill_catalogue(settings, CROWD)
    before = weighted_rating(settings, "Film 7")
    execute(settings, "UPDATE films SET rating = 6.2, votes = 50 WHERE title = 'Film 1'")
    refresh_in_transaction(settings)
    assert stored_prior(settings) == [(6.0, 2800)]
    assert weighted_rating(settings, "Film 7") == before
    assert weighted_rating(settings, "Film 1") == pytest.approx((50 * 6.2 + 2800 * 6) / 2850)


def test_drifted_prior_replaces_all_weighted_ratings(settings: Settings) -> None:
    fill_catalogue(settings, CROWD)
    before = weighted_rating(settings, "Film 7")
    execute(settings, "UPDATE films SET rating = 9 WHERE title <> 'Film 7'")
    refresh_in_transaction(settings)
    ((mean, votes),) = stored_prior(settings)
    assert (mean, votes) == (8.9, 2800)
    assert weighted_rating(settings, "Film 7") != before


def test_import_stores_weighted_ratings(settings: Settings) -> None:
    films = [
        film(str(number), f"Film {number}", rating=5.0 + number % 3, votes=100 * number)
        for number in range(1, 31)
    ]
    Import("test").run(settings, [films])
    assert stored_prior(settings) == [(6.0, 2800)]
    assert weighted_rating(settings, "Film 28") == pytest.approx(6.0)
    before = weighted_rating(settings, "Film 30")
    assert before == pytest.approx((3000 * 5 + 2800 * 6) / 5800)
