"""Values of filters, as each actor sees them."""

from collections.abc import Awaitable, Callable

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.facets.service import MAX_DIRECTORS
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit
from kinoteka.errors import Code
from tests.support.accounts import anonymous_actor
from tests.support.databases import execute
from tests.support.errors import raises_error
from tests.support.films import ADULT, CATALOGUE, PREMIUM, SampleFilm, fill_catalogue

Viewers = Callable[[], Awaitable[dict[str, Actor]]]

VISIBLE_LABELS: dict[str, set[str | None]] = {
    "anonymous": {None},
    "user": {None},
    "labelled_reader": {None, PREMIUM},
    "superuser": {None, PREMIUM, ADULT},
}


@pytest.mark.parametrize("viewer", VISIBLE_LABELS)
async def test_facets_contain_only_values_with_a_visible_film(
    services: Services, unit: Unit, viewers: Viewers, films: dict[str, int], viewer: str
) -> None:
    actor = (await viewers())[viewer]
    visible = [film for film in CATALOGUE if film.label in VISIBLE_LABELS[viewer]]
    genres = {genre.name: genre.films for genre in await services.facets.genres(actor, unit)}
    expected = {name for film in visible for name in film.genres}
    assert genres == {name: sum(name in film.genres for film in visible) for name in expected}
    assert list(genres) == sorted(genres)
    years = sorted({film.year for film in visible if film.year}, reverse=True)
    assert await services.facets.years(actor, unit) == years
    labels = sorted(label for label in VISIBLE_LABELS[viewer] if label)
    assert await services.facets.labels(actor, unit) == labels
    hidden = await services.facets.directors(actor, unit, "zoe", "192.0.2.1")
    assert bool(hidden) == (PREMIUM in VISIBLE_LABELS[viewer])


async def test_facets_follow_changes_of_the_catalogue(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    viewer = await anonymous_actor(services)
    assert 2031 not in await services.facets.years(viewer, unit)
    fill_catalogue(services.settings, [SampleFilm("Later", 2031, ("Western",), ("Late Comer",))])
    await services.revisions.refresh()
    assert (await services.facets.years(viewer, unit))[0] == 2031
    assert "Western" in {genre.name for genre in await services.facets.genres(viewer, unit)}


@pytest.mark.parametrize(
    ("viewer", "expected"), [("anonymous", ["GB"]), ("labelled_reader", ["GB", "JP"])]
)
async def test_countries_have_a_visible_film(
    services: Services,
    unit: Unit,
    viewers: Viewers,
    films: dict[str, int],
    viewer: str,
    expected: list[str],
) -> None:
    labelled = next(film.title for film in CATALOGUE if film.label == PREMIUM)
    for title, country in (("Alien", "GB"), (labelled, "GB"), (labelled, "JP")):
        add = "INSERT INTO film_countries VALUES (?, ?, 0)"
        execute(services.settings, add, films[title], country)
    actor = (await viewers())[viewer]
    assert sorted(await services.facets.countries(actor, unit)) == expected


async def test_no_countries_are_offered_when_no_film_has_one(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    assert await services.facets.countries(await anonymous_actor(services), unit) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fritz", ["Fritz Lang"]),
        (" FRITZ  lang ", ["Fritz Lang"]),
        ("lan", ["Lana Wachowski", "Fritz Lang"]),
        ("wachow", ["Lana Wachowski", "Lilly Wachowski"]),
        ("ang", []),
        ("", []),
        ("   ", []),
        ("anonymous", []),
        ("unknown", []),
        ("%", []),
        ("a" * 200, []),
    ],
)
async def test_directors_are_found_by_the_start_of_a_word(
    services: Services, unit: Unit, films: dict[str, int], text: str, expected: list[str]
) -> None:
    viewer = await anonymous_actor(services)
    found = await services.facets.directors(viewer, unit, text, "192.0.2.1")
    assert [director.name for director in found] == expected


async def test_number_of_directors_is_limited(services: Services, unit: Unit) -> None:
    fill_catalogue(
        services.settings, [SampleFilm(f"F{n}", directors=(f"Ann {n}",)) for n in range(15)]
    )
    viewer = await anonymous_actor(services)
    assert len(await services.facets.directors(viewer, unit, "ann", "192.0.2.1")) == MAX_DIRECTORS


@pytest.mark.parametrize("text", ["a" * 1000, "a\x00b"])
async def test_invalid_text_is_rejected(services: Services, unit: Unit, text: str) -> None:
    with raises_error(Code.FIELD_INVALID):
        await services.facets.directors(await anonymous_actor(services), unit, text, "192.0.2.1")
