"""Films as they were imported, and in a language."""

import msgspec
import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.films.queries import AS_IMPORTED, TRANSLATED, film_statements
from kinoteka.core.catalogue.model import Director, Film, FilmQuery, Genre
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit
from tests.support.accounts import anonymous_actor
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.translations import translate

ADDRESS = "192.0.2.1"
FILMS = (
    SampleFilm("Zorro"),
    SampleFilm("The Matrix", genres=("Action",), directors=("Lana Wachowski",)),
    SampleFilm("Rocky 10"),
    SampleFilm("Rocky 2"),
    SampleFilm("Брат"),
)


def test_language_decides_which_statements_read_films() -> None:
    assert film_statements("") is AS_IMPORTED
    assert film_statements("ru") is TRANSLATED


@pytest.fixture
async def readers(services: Services) -> tuple[Actor, Actor]:
    """An actor who sees the catalogue as it was imported, and one who reads Russian."""
    ids = fill_catalogue(services.settings, FILMS)
    translate(services.settings, "ru", {ids["The Matrix"]: "Матрица"}, Action="Боевик")
    translate(services.settings, "ru", {}, **{"Lana Wachowski": "Лана Вачовски"})
    actor = await anonymous_actor(services)
    return actor, msgspec.structs.replace(actor, language="ru")


async def _film(services: Services, unit: Unit, actor: Actor, title: str) -> Film:
    listing = await services.catalogue.films(actor, unit, FilmQuery(), ADDRESS)
    return next(film for film in (await listing.page(1)).items if film.title == title)


async def test_film_is_read_in_the_language_of_the_actor(
    services: Services, unit: Unit, readers: tuple[Actor, Actor]
) -> None:
    default, russian = readers
    catalogue = services.catalogue
    film = await _film(services, unit, default, "The Matrix")
    assert (film.genre.name, film.director.name) == ("Action", "Lana Wachowski")
    translated = await _film(services, unit, russian, "Матрица")
    assert translated == await catalogue.film(russian, unit, film.id)
    assert translated.original_title == "The Matrix"
    details = await catalogue.details(russian, unit, film.id)
    genre, director = Genre(film.genre.id, "Боевик"), Director(film.director.id, "Лана Вачовски")
    assert (details.film, details.genres, details.directors) == (translated, (genre,), (director,))
    assert (translated.genre, translated.director) == (genre, director)
    assert await catalogue.genre(russian, unit, genre.id) == genre
    assert await catalogue.director(russian, unit, director.id) == director
    assert genre in (await (await catalogue.genres(russian, unit)).page(1)).items
    assert director in (await (await catalogue.directors(russian, unit)).page(1)).items
    assert (await catalogue.suggest(russian, unit, "matrix", ADDRESS)).films[0].title == "Матрица"


async def test_title_order_is_that_of_the_actors_language(
    services: Services, unit: Unit, readers: tuple[Actor, Actor]
) -> None:
    found = []
    for actor in readers:
        listing = await services.catalogue.films(actor, unit, FilmQuery(order="title"), ADDRESS)
        found.append([film.title for film in (await listing.page(1)).items])
    default, russian = found
    assert default == ["The Matrix", "Rocky 2", "Rocky 10", "Zorro", "Брат"]
    assert russian == ["Брат", "Матрица", "Rocky 2", "Rocky 10", "Zorro"]
