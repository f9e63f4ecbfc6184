"""How routes are put together, and what goes on in the background of a running server."""

import asyncio

import pytest

from kinoteka.http.mechanics.targets import Negotiated, Served
from kinoteka.infrastructure import tasks
from kinoteka.server import app
from kinoteka.server.app import Chores, compose, running
from kinoteka.site.contract import SITE
from tests.support.databases import execute
from tests.support.polling import TIMEOUT, wait_until
from tests.support.suspension_points import close_at_each_point


async def test_changes_of_others_are_looked_for_even_after_a_look_that_failed(
    settings, services, capsys
):
    told = asyncio.Event()
    async with running(settings) as server:
        server.revisions.on_foreign_change("library", told.set)
        execute(settings, "ALTER TABLE revisions RENAME TO hidden")
        await wait_until(lambda: "_look" in capsys.readouterr().out)  # it is logged
        execute(settings, "ALTER TABLE hidden RENAME TO revisions")
        execute(settings, "UPDATE revisions SET value = value + 1")
        await asyncio.wait_for(told.wait(), TIMEOUT)


@pytest.mark.parametrize("losing", [0, 1, 3])
async def test_chores_end_at_each_point_of_waiting(services, monkeypatch, losing):
    monkeypatch.setattr(tasks, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(app, "LOOK_SECONDS", 0)

    def scenario():
        chores = Chores(services)

        async def use():
            chores.start()
            await asyncio.sleep(0.05)

        return use(), chores.close

    await close_at_each_point(scenario, losing)


@pytest.mark.parametrize(
    ("path", "page", "other"),
    [
        ("/messages/5", "/messages/{chat_id}", "/messages/{text:text}"),
        ("/messages/new", "/messages/new", "/messages/{text:text}"),
        ("/messages/hello", None, "/messages/{text:text}"),
        ("/selections/5", "/selections/{id}", "/selections/{id}"),
    ],
)
def test_page_and_contract_share_an_address(path: str, page: str | None, other: str) -> None:
    router, _ = compose()
    found = router.find(path)
    assert found is not None
    target = found[0]["GET"]
    assert isinstance(target, Negotiated)
    assert (target.page and target.page.route.path, target.other.route.path) == (page, other)


def test_pages_of_the_site_do_not_hide_each_other() -> None:
    router, _ = compose()
    for route in SITE.routes:
        target = router.at(route.method, route.path)
        if route.method != "WEBSOCKET":
            assert isinstance(target, Negotiated | Served)
            served = target.page if isinstance(target, Negotiated) else target
            assert served == Served(SITE, route)
