"""Films, genres and directors, as each actor sees them."""

from collections.abc import Awaitable, Callable

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import anonymous_actor
from tests.support.errors import raises_error
from tests.support.films import ADULT, CATALOGUE, PREMIUM
from tests.unit.core.catalogue.conftest import anonymous_titles, visible_films

Viewers = Callable[[], Awaitable[dict[str, Actor]]]

LABELLED = {film.title for film in CATALOGUE if film.label is not None}
PREMIUM_TITLES = {film.title for film in CATALOGUE if film.label == PREMIUM}
VISIBLE_COUNTS = {
    "anonymous": len(CATALOGUE) - len(LABELLED),
    "user": len(CATALOGUE) - len(LABELLED),
    "labelled_reader": len(CATALOGUE) - len(LABELLED - PREMIUM_TITLES),
    "superuser": len(CATALOGUE),
}


@pytest.mark.parametrize("viewer", VISIBLE_COUNTS)
async def test_labelled_films_exist_only_for_viewers_of_their_label(
    services: Services, unit: Unit, viewers: Viewers, films: dict[str, int], viewer: str
) -> None:
    actor = (await viewers())[viewer]
    visible = await visible_films(services, unit, actor)
    assert len(visible) == VISIBLE_COUNTS[viewer]
    for title in LABELLED:
        if title in {film.title for film in visible}:
            assert (await services.catalogue.film(actor, unit, films[title])).title == title
        else:
            with raises_error(Code.FILM_UNKNOWN):
                await services.catalogue.film(actor, unit, films[title])


async def test_films_are_sorted_by_id_by_default(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    visible = [film.title for film in CATALOGUE if film.label is None]
    assert await anonymous_titles(services, unit) == visible


async def test_newest_order_sorts_by_year_with_unknown_years_last(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    visible = [film for film in CATALOGUE if film.label is None]
    ordered = sorted(visible, key=lambda f: (f.year or 0, films[f.title]), reverse=True)
    assert await anonymous_titles(services, unit, order="newest") == [
        film.title for film in ordered
    ]


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
async def test_filters_match_any_genre_or_director_of_a_film(
    services: Services, unit: Unit, viewers: Viewers, column: str, name: str, order: str
) -> None:
    root = (await viewers())["superuser"]
    kind = "genres" if column == "genre_id" else "directors"
    listing = await getattr(services.catalogue, kind)(root, unit)
    ids = {item.name: item.id async for chunk in listing.chunks() for item in chunk}
    expected = {film.title for film in CATALOGUE if name in getattr(film, kind)}
    some = await visible_films(services, unit, root, order=order, **{column: ids[name]})
    assert {film.title for film in some} == expected
    by_years = sorted(some, key=lambda f: (f.year or 0, f.id), reverse=True)
    assert some == (by_years if order == "newest" else sorted(some, key=lambda f: f.id))


async def test_filters_are_combined(services: Services, unit: Unit, films: dict[str, int]) -> None:
    assert await anonymous_titles(services, unit, year=1979) == ["Stalker", "Alien"]
    stalker = await services.catalogue.film(await anonymous_actor(services), unit, films["Stalker"])
    both = {"year": 1979, "director_id": stalker.director.id}
    assert await anonymous_titles(services, unit, **both) == ["Stalker"]
    assert await anonymous_titles(services, unit, **both, genre_id=10**6) == []


async def test_film_has_its_first_genre_and_director(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    viewer = await anonymous_actor(services)
    matrix = await services.catalogue.film(viewer, unit, films["The Matrix"])
    assert (matrix.genre.name, matrix.director.name) == ("Action", "Lana Wachowski")
    anonymous = await services.catalogue.film(viewer, unit, films["Nobody Knows When"])
    assert (anonymous.genre.name, anonymous.director.name, anonymous.year) == (
        "Unknown",
        "Unknown",
        None,
    )


@pytest.mark.parametrize("film_id", [0, 999, 2**53, 2**63 - 1])
async def test_unknown_film_is_rejected(services: Services, unit: Unit, film_id: int) -> None:
    with raises_error(Code.FILM_UNKNOWN):
        await services.catalogue.film(await anonymous_actor(services), unit, film_id)


async def test_films_by_id_keep_the_order_and_skip_invisible_films(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    ids = [films[title] for title in ("Ran", "Zanzibar Nights", "M")]
    some = await services.catalogue.films_by_id(await anonymous_actor(services), unit, [*ids, 999])
    assert [film.title for film in some] == ["Ran", "M"]


@pytest.mark.parametrize(
    ("viewer", "genres", "directors"),
    [
        ("anonymous", set(), set()),
        ("user", set(), set()),
        ("labelled_reader", {"Documentary"}, {"Dziga Vertov", "Zoe Hidden"}),
        ("superuser", {"Documentary", "Erotic"}, {"Dziga Vertov", "Zoe Hidden"}),
    ],
)
async def test_genres_and_directors_without_visible_films_do_not_exist(
    services: Services,
    unit: Unit,
    viewers: Viewers,
    viewer: str,
    genres: set[str],
    directors: set[str],
) -> None:
    actors = await viewers()
    actor, root = actors[viewer], actors["superuser"]
    for kind, get, labelled_names in (
        ("genres", services.catalogue.genre, genres),
        ("directors", services.catalogue.director, directors),
    ):
        visible = await by_name(services, unit, actor, kind)
        every = await by_name(services, unit, root, kind)
        labelled = {"Documentary", "Erotic", "Dziga Vertov", "Zoe Hidden"} & set(every)
        assert labelled & set(visible) == labelled_names
        for name, item_id in every.items():
            if name in visible:
                assert (await get(actor, unit, item_id)).name == name
            else:
                with raises_error(
                    Code.GENRE_UNKNOWN if kind == "genres" else Code.DIRECTOR_UNKNOWN
                ):
                    await get(actor, unit, item_id)


async def by_name(services: Services, unit: Unit, actor: Actor, kind: str) -> dict[str, int]:
    """Return the ids of the genres or directors that an actor sees, by name."""
    listing = await getattr(services.catalogue, kind)(actor, unit)
    items = {item.name: item.id async for chunk in listing.chunks() for item in chunk}
    assert len(items) == listing.total
    return items


class TestSetLabel:
    @pytest.mark.parametrize(
        ("label", "changes"),
        [
            (PREMIUM, {"anonymous": -1, "user": -1, "labelled_reader": 0, "superuser": 0}),
            (ADULT, {"anonymous": -1, "user": -1, "labelled_reader": -1, "superuser": 0}),
            (None, {"anonymous": 0, "user": 0, "labelled_reader": 0, "superuser": 0}),
        ],
    )
    async def test_label_changes_visibility_at_once(
        self,
        services: Services,
        unit: Unit,
        viewers: Viewers,
        films: dict[str, int],
        label: str | None,
        changes: dict[str, int],
    ) -> None:
        actors = await viewers()
        for query in (label, label, None):
            await label_film(services, actors["superuser"], films["Alien"], query)
            for viewer, actor in actors.items():
                visible = {film.title for film in await visible_films(services, unit, actor)}
                change = changes[viewer] if query == label else 0
                assert len(visible) == VISIBLE_COUNTS[viewer] + change
                assert ("Alien" in visible) == (change == 0)
                genres = await by_name(services, unit, actor, "genres")
                assert ("Horror" in genres) == (change == 0)


async def label_film(services: Services, actor: Actor, film_id: int, label: str | None) -> None:
    """Set a film's label in its own transaction."""
    async with unit_of_work(services.database) as unit:
        await services.labels.set_label(actor, unit, film_id, label)
