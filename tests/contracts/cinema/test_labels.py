"""Label changes: totals, pages, genres and directors follow for every kind of reader."""

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

READERS = ("anonymous", "member", "holder", "superuser")
TOTALS_BEFORE = (17, 17, 19, 20)


@pytest.fixture
def cinema(start_server: Callable[..., RunningServer]) -> Cinema:
    """A server for one test."""
    return Cinema(start_server())


@pytest.fixture
async def other_process(cinema: Cinema) -> AsyncIterator[Services]:
    """The services of another process with the same data."""
    services = await wire(cinema.server.settings)
    yield services
    await close(services)


async def set_label(services: Services, actor: Actor, film_id: int, label: str | None) -> None:
    async with unit_of_work(services.database) as unit:
        await services.labels.set_label(actor, unit, film_id, label)


def totals(apps: list[httpx.Client], path: str) -> tuple[int, ...]:
    """Return the total that each app gets, or nothing while a header and its list differ."""
    responses = [app.get(path) for app in apps]
    counted = tuple(int(response.headers["x-total-count"]) for response in responses)
    listed = tuple(len(app.get(path.replace("?page=1", "")).json()) for app in apps)
    return counted if counted == listed else ()


async def test_totals_follow_a_label_for_every_reader(
    cinema: Cinema, other_process: Services
) -> None:
    apps = [getattr(cinema, name) for name in READERS]
    root = await superuser_actor(other_process)
    ran, drama = cinema.films["Ran"], cinema.genres["Drama"]
    kurosawa = {"year": 1985, "director_id": cinema.directors["Akira Kurosawa"]}
    assert totals(apps, "/movies/?page=1") == TOTALS_BEFORE
    for label, hidden_from in ((PREMIUM, 2), (ADULT, 3), (None, 0)):
        await set_label(other_process, root, ran, label)
        hidden = [n < hidden_from for n in range(4)]
        expected = tuple(
            total - is_hidden for total, is_hidden in zip(TOTALS_BEFORE, hidden, strict=True)
        )
        await wait_until(lambda expected: totals(apps, "/movies/?page=1") == expected, expected)
        for app, is_hidden in zip(apps, hidden, strict=True):
            assert app.get(f"/movies/{ran}").status_code == (404 if is_hidden else 200)
            found = app.get("/movies/", params=kurosawa)
            assert (found.headers["x-total-count"], len(found.json())) == (
                ("0", 0) if is_hidden else ("1", 1)
            )
            dramas = app.get("/movies/", params={"genre_id": drama, "page": 1})
            assert int(dramas.headers["x-total-count"]) == 10 + (app in apps[2:]) - is_hidden


async def test_genre_disappears_with_its_last_visible_film_and_returns(
    cinema: Cinema, other_process: Services
) -> None:
    apps = [getattr(cinema, name) for name in READERS]
    root = await superuser_actor(other_process)
    horror, ridley = cinema.genres["Horror"], cinema.directors["Ridley Scott"]
    before = totals(apps, "/genres/?page=1")
    directors = totals(apps, "/directors/?page=1")
    assert before == (9, 9, 10, 11)
    for label, hidden_from in ((PREMIUM, 2), (None, 0)):
        await set_label(other_process, root, cinema.films["Alien"], label)
        hidden = [n < hidden_from for n in range(4)]
        expected = tuple(total - is_hidden for total, is_hidden in zip(before, hidden, strict=True))
        await wait_until(lambda expected: totals(apps, "/genres/?page=1") == expected, expected)
        assert totals(apps, "/directors/?page=1") == directors
        for app, is_hidden in zip(apps, hidden, strict=True):
            assert app.get(f"/genres/{horror}").status_code == (404 if is_hidden else 200)
            assert app.get(f"/directors/{ridley}").status_code == 200


async def test_favourite_genre_must_be_visible(cinema: Cinema, other_process: Services) -> None:
    root, member = await superuser_actor(other_process), cinema.member
    body = {"favorite_genre": cinema.genres["Horror"]}
    await set_label(other_process, root, cinema.films["Alien"], PREMIUM)
    await wait_until(lambda: member.patch("/user/", json=body).status_code == 404)
    await set_label(other_process, root, cinema.films["Alien"], None)
    await wait_until(lambda: member.patch("/user/", json=body).status_code == 200)
