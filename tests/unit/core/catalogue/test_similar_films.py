"""Well-known films lead to films that people find similar, and not to unrelated ones."""

import pytest

from kinoteka.core.catalogue.similar_films import MIN_POINTS, Properties, similarity
from kinoteka.database.unit import unit_of_work
from tests.support.accounts import anonymous_actor
from tests.support.known_catalogue import fill_with_known_films
from tests.support.known_films import FilmKey

# The film, some of its similar films, and films that must not be among them.
SIMILAR = (
    (
        FilmKey("The Matrix", 1999),
        ("The Matrix Reloaded", "The Matrix Revolutions"),
        ("Bicentennial Man", "Toy Story 2", "American Beauty"),
    ),
    (FilmKey("Bicentennial Man", 1999), ("Mrs. Doubtfire",), ("The Matrix", "Fight Club")),
    (
        FilmKey("Alien", 1979),
        ("Aliens", "Alien 3", "Alien: Covenant"),
        ("Manhattan", "Kramer vs. Kramer", "Apocalypse Now"),
    ),
    (
        FilmKey("The Godfather", 1972),
        ("The Godfather Part II", "The Godfather Part III"),
        ("Cabaret", "Solaris"),
    ),
    (FilmKey("Stalker", 1979), ("Solaris", "Dead Man's Letters"), ("Alien", "Manhattan")),
    (FilmKey("Casablanca", 1942), ("Notorious",), ("Bambi", "To Be or Not to Be")),
    (FilmKey("Toy Story", 1995), ("Toy Story 2", "A Bug's Life"), ("Heat", "Seven", "Braveheart")),
    (FilmKey("Heat", 1995), ("Collateral", "Casino"), ("Toy Story", "Apollo 13")),
    (
        FilmKey("Back to the Future", 1985),
        ("Back to the Future Part II", "Back to the Future Part III"),
        ("Come and See", "The Breakfast Club"),
    ),
    (
        FilmKey("The Lord of the Rings: The Fellowship of the Ring", 2001),
        ("The Lord of the Rings: The Two Towers", "The Lord of the Rings: The Return of the King"),
        ("Amélie", "Mulholland Drive"),
    ),
    (FilmKey("Seven Samurai", 1954), ("Yojimbo", "Sanjuro"), ("Rear Window", "Sabrina")),
    (FilmKey("Brother", 1997), ("Brother 2", "Cargo 200"), ("Titanic", "Men in Black")),
    (FilmKey("Psycho", 1960), ("Vertigo", "The Birds"), ("The Apartment", "Spartacus")),
    (
        FilmKey("Spirited Away", 2001),
        ("My Neighbor Totoro", "Howl's Moving Castle"),
        ("Mulholland Drive", "Ocean's Eleven"),
    ),
    (
        FilmKey("The Terminator", 1984),
        ("Terminator 2: Judgment Day", "Aliens"),
        ("Amadeus", "Paris, Texas"),
    ),
    (FilmKey("The Irony of Fate", 1976), ("Office Romance",), ("Rocky", "Taxi Driver")),
)


@pytest.fixture
async def similar_titles(services):
    ids = fill_with_known_films(services.settings)
    await services.revisions.refresh()

    async def find(key):
        async with unit_of_work(services.database) as unit:
            viewer = await anonymous_actor(services)
            film = await services.catalogue.film(viewer, unit, ids[key])
            return {each.title for each in await services.catalogue.related(viewer, unit, film)}

    return find


async def test_well_known_films_lead_to_similar_ones(similar_titles):
    for key, expected, unrelated in SIMILAR:
        titles = await similar_titles(key)
        assert set(expected) <= titles, (key, titles)
        assert titles.isdisjoint(unrelated), (key, titles)


FILM = Properties(1999, 8.7, frozenset((1,)), frozenset((2, 3)), frozenset((1, 2)), frozenset("U"))


@pytest.mark.parametrize(
    "other",
    [
        Properties(1999, 8.7, genres=frozenset((1, 3)), countries=frozenset("U")),
        Properties(1999, 8.7, genres=frozenset((1,)), countries=frozenset("U")),
        Properties(1960, 5.0, genres=frozenset((1, 2, 3)), countries=frozenset("F")),
        Properties(1999, 8.7, countries=frozenset("U")),
    ],
)
def test_one_genre_or_a_country_or_the_year_are_too_little(other):
    assert similarity(FILM, other) < MIN_POINTS


@pytest.mark.parametrize(
    "other",
    [
        Properties(1950, 3.0, directors=frozenset((1,))),
        Properties(1999, 8.0, people=frozenset((2, 3))),
        Properties(1995, 8.0, genres=frozenset((1, 2))),
    ],
)
def test_a_director_or_two_people_or_the_same_genres_are_enough(other):
    assert similarity(FILM, other) >= MIN_POINTS
