"""Labels changed afterwards: totals, pages, genres and directors for everybody who looks."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.server.app import close, wire
from tests.support.accounts import superuser_actor
from tests.support.cinema_clients import Cinema
from tests.support.films import ADULT, PREMIUM
from tests.support.polling import wait_until
from tests.support.servers import RunningServer

WHO = ("anonymous", "member", "holder", "superuser")
BEFORE = (17, 17, 19, 20)


@pytest.fixture
def cinema(start_server: Callable[..., RunningServer]) -> Cinema:
    """A server of this test's own."""
    return Cinema(start_server())


@pytest.fixture
async def operating(cinema: Cinema) -> AsyncIterator[Services]:
    """The services of another process on the same data."""
    services = await wire(cinema.server.settings)
    yield services
    await close(services)


async def set_label(services: Services, actor: Actor, film_id: int, label: str | None) -> None:
    async with unit_of_work(services.database) as unit:
        await services.labels.set_label(actor, unit, film_id, label)


def totals(apps: list[httpx.Client], path: str) -> tuple[int, ...]:
    """Return how many each of them sees; nothing if a header and its list differ for now."""
    responses = [app.get(path) for app in apps]
    counted = tuple(int(response.headers["x-total-count"]) for response in responses)
    listed = tuple(len(app.get(path.replace("?page=1", "")).json()) for app in apps)
    return counted if counted == listed else ()


async def test_totals_follow_for_everybody(cinema: Cinema, operating: Services) -> None:
    apps = [getattr(cinema, name) for name in WHO]
    root = await superuser_actor(operating)
    ran, drama = cinema.films["Ran"], cinema.genres["Drama"]
    kurosawa = {"year": 1985, "director_id": cinema.directors["Akira Kurosawa"]}
    assert totals(apps, "/movies/?page=1") == BEFORE
    for label, hidden_from in ((PREMIUM, 2), (ADULT, 3), (None, 0)):
        await set_label(operating, root, ran, label)
        hidden = [n < hidden_from for n in range(4)]
        expected = tuple(many - less for many, less in zip(BEFORE, hidden, strict=True))
        await wait_until(lambda expected=expected: totals(apps, "/movies/?page=1") == expected)
        for app, less in zip(apps, hidden, strict=True):
            assert app.get(f"/movies/{ran}").status_code == (404 if less else 200)
            found = app.get("/movies/", params=kurosawa)
            assert (found.headers["x-total-count"], len(found.json())) == (
                ("0", 0) if less else ("1", 1)
            )
            dramas = app.get("/movies/", params={"genre_id": drama, "page": 1})
            assert int(dramas.headers["x-total-count"]) == 10 + (app in apps[2:]) - less


async def test_a_genre_goes_with_its_last_film_and_comes_back(
    cinema: Cinema, operating: Services
) -> None:
    apps = [getattr(cinema, name) for name in WHO]
    root = await superuser_actor(operating)
    horror, ridley = cinema.genres["Horror"], cinema.directors["Ridley Scott"]
    before = totals(apps, "/genres/?page=1")
    directors = totals(apps, "/directors/?page=1")
    assert before == (9, 9, 10, 11)
    for label, hidden_from in ((PREMIUM, 2), (None, 0)):
        await set_label(operating, root, cinema.films["Alien"], label)
        hidden = [n < hidden_from for n in range(4)]
        expected = tuple(many - less for many, less in zip(before, hidden, strict=True))
        await wait_until(lambda expected=expected: totals(apps, "/genres/?page=1") == expected)
        assert totals(apps, "/directors/?page=1") == directors
        for app, less in zip(apps, hidden, strict=True):
            assert app.get(f"/genres/{horror}").status_code == (404 if less else 200)
            assert app.get(f"/directors/{ridley}").status_code == 200


async def test_a_favourite_genre_must_be_one_that_is_seen(
    cinema: Cinema, operating: Services
) -> None:
    root, member = await superuser_actor(operating), cinema.member
    body = {"favorite_genre": cinema.genres["Horror"]}
    await set_label(operating, root, cinema.films["Alien"], PREMIUM)
    await wait_until(lambda: member.patch("/user/", json=body).status_code == 404)
    await set_label(operating, root, cinema.films["Alien"], None)
    await wait_until(lambda: member.patch("/user/", json=body).status_code == 200)
