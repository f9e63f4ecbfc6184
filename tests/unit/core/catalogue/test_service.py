"""What each actor sees of the catalogue."""

from collections.abc import Awaitable, Callable

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import anonymous_actor
from tests.support.errors import raises_error
from tests.support.films import ADULT, CATALOGUE, PREMIUM
from tests.unit.core.catalogue.conftest import found, titles

Viewers = Callable[[], Awaitable[dict[str, Actor]]]

HIDDEN = {film.title for film in CATALOGUE if film.label is not None}
PREMIUM_TITLES = {film.title for film in CATALOGUE if film.label == PREMIUM}
SEEN = {
    "anonymous": len(CATALOGUE) - len(HIDDEN),
    "user": len(CATALOGUE) - len(HIDDEN),
    "holder": len(CATALOGUE) - len(HIDDEN - PREMIUM_TITLES),
    "superuser": len(CATALOGUE),
}


@pytest.mark.parametrize("who", SEEN)
async def test_films_under_a_label_exist_for_who_may_see_them(
    services: Services, unit: Unit, viewers: Viewers, films: dict[str, int], who: str
) -> None:
    actor = (await viewers())[who]
    seen = await found(services, unit, actor)
    assert len(seen) == SEEN[who]
    for title in HIDDEN:
        if title in {film.title for film in seen}:
            assert (await services.catalogue.film(actor, unit, films[title])).title == title
        else:
            with raises_error(Code.FILM_UNKNOWN):
                await services.catalogue.film(actor, unit, films[title])


async def test_films_come_by_id(services: Services, unit: Unit, films: dict[str, int]) -> None:
    visible = [film.title for film in CATALOGUE if film.label is None]
    assert await titles(services, unit) == visible


async def test_the_newest_come_by_year_and_those_without_one_last(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    visible = [film for film in CATALOGUE if film.label is None]
    ordered = sorted(visible, key=lambda f: (f.year or 0, films[f.title]), reverse=True)
    assert await titles(services, unit, order="newest") == [film.title for film in ordered]


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("genre_id", "Science Fiction"),
        ("genre_id", "War"),
        ("director_id", "Lilly Wachowski"),
        ("director_id", "Fritz Lang"),
    ],
)
@pytest.mark.parametrize("order", ["id", "newest"])
async def test_any_of_a_films_genres_and_directors_counts(
    services: Services, unit: Unit, viewers: Viewers, column: str, name: str, order: str
) -> None:
    root = (await viewers())["superuser"]
    kind = "genres" if column == "genre_id" else "directors"
    listing = await getattr(services.catalogue, kind)(root, unit)
    ids = {item.name: item.id async for chunk in listing.chunks() for item in chunk}
    expected = {film.title for film in CATALOGUE if name in getattr(film, kind)}
    some = await found(services, unit, root, order=order, **{column: ids[name]})
    assert {film.title for film in some} == expected
    by_years = sorted(some, key=lambda f: (f.year or 0, f.id), reverse=True)
    assert some == (by_years if order == "newest" else sorted(some, key=lambda f: f.id))


async def test_filters_go_together(services: Services, unit: Unit, films: dict[str, int]) -> None:
    assert await titles(services, unit, year=1979) == ["Stalker", "Alien"]
    stalker = await services.catalogue.film(await anonymous_actor(services), unit, films["Stalker"])
    both = {"year": 1979, "director_id": stalker.director.id}
    assert await titles(services, unit, **both) == ["Stalker"]
    assert await titles(services, unit, **both, genre_id=10**6) == []


async def test_a_film_has_the_first_of_its_genres_and_directors(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    who = await anonymous_actor(services)
    matrix = await services.catalogue.film(who, unit, films["The Matrix"])
    assert (matrix.genre.name, matrix.director.name) == ("Action", "Lana Wachowski")
    nobody = await services.catalogue.film(who, unit, films["Nobody Knows When"])
    assert (nobody.genre.name, nobody.director.name, nobody.year) == ("Unknown", "Unknown", None)


@pytest.mark.parametrize("film_id", [0, 999, 2**53, 2**63 - 1])
async def test_unknown_films(services: Services, unit: Unit, film_id: int) -> None:
    with raises_error(Code.FILM_UNKNOWN):
        await services.catalogue.film(await anonymous_actor(services), unit, film_id)


async def test_films_by_id_keep_the_order_and_leave_out_what_is_hidden(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    ids = [films[title] for title in ("Ran", "Zanzibar Nights", "M")]
    some = await services.catalogue.films_by_id(await anonymous_actor(services), unit, [*ids, 999])
    assert [film.title for film in some] == ["Ran", "M"]


@pytest.mark.parametrize(
    ("who", "genres", "directors"),
    [
        ("anonymous", set(), set()),
        ("user", set(), set()),
        ("holder", {"Documentary"}, {"Dziga Vertov", "Zoe Hidden"}),
        ("superuser", {"Documentary", "Erotic"}, {"Dziga Vertov", "Zoe Hidden"}),
    ],
)
async def test_genres_and_directors_with_nothing_to_see_are_not_there(
    services: Services,
    unit: Unit,
    viewers: Viewers,
    who: str,
    genres: set[str],
    directors: set[str],
) -> None:
    everybody = await viewers()
    actor, root = everybody[who], everybody["superuser"]
    for kind, one, hidden in (
        ("genres", services.catalogue.genre, genres),
        ("directors", services.catalogue.director, directors),
    ):
        seen = await by_name(services, unit, actor, kind)
        every = await by_name(services, unit, root, kind)
        labelled = {"Documentary", "Erotic", "Dziga Vertov", "Zoe Hidden"} & set(every)
        assert labelled & set(seen) == hidden
        for name, item_id in every.items():
            if name in seen:
                assert (await one(actor, unit, item_id)).name == name
            else:
                with raises_error(
                    Code.GENRE_UNKNOWN if kind == "genres" else Code.DIRECTOR_UNKNOWN
                ):
                    await one(actor, unit, item_id)


async def by_name(services: Services, unit: Unit, actor: Actor, kind: str) -> dict[str, int]:
    """The ids of the genres or directors that an actor sees, by name."""
    listing = await getattr(services.catalogue, kind)(actor, unit)
    items = {item.name: item.id async for chunk in listing.chunks() for item in chunk}
    assert len(items) == listing.total
    return items


class TestSetLabel:
    """Labels changed by hand."""

    @pytest.mark.parametrize(
        ("label", "changes"),
        [
            (PREMIUM, {"anonymous": -1, "user": -1, "holder": 0, "superuser": 0}),
            (ADULT, {"anonymous": -1, "user": -1, "holder": -1, "superuser": 0}),
            (None, {"anonymous": 0, "user": 0, "holder": 0, "superuser": 0}),
        ],
    )
    async def test_hides_and_shows_at_once(
        self,
        services: Services,
        unit: Unit,
        viewers: Viewers,
        films: dict[str, int],
        label: str | None,
        changes: dict[str, int],
    ) -> None:
        everybody = await viewers()
        for wanted in (label, label, None):
            await label_film(services, everybody["superuser"], films["Alien"], wanted)
            for who, actor in everybody.items():
                seen = {film.title for film in await found(services, unit, actor)}
                change = changes[who] if wanted == label else 0
                assert len(seen) == SEEN[who] + change
                assert ("Alien" in seen) == (change == 0)
                genres = await by_name(services, unit, actor, "genres")
                assert ("Horror" in genres) == (change == 0)


async def label_film(services: Services, actor: Actor, film_id: int, label: str | None) -> None:
    """Set a film's label in a transaction of its own."""
    async with unit_of_work(services.database) as unit:
        await services.labels.set_label(actor, unit, film_id, label)
