"""Who asks: by cookie, by access token, by both, by what is neither."""

import pytest

from kinoteka.app import NEUTRAL
from kinoteka.core.access.model import Actor
from kinoteka.core.services import Services
from kinoteka.core.sessions.model import Started
from kinoteka.errors import Code
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.identity import bearer, identify
from kinoteka.httpkit.routes import Identity, Route
from kinoteka.storage.unit import unit_of_work
from people import refused, sign_up


def call_with(services: Services, *, identity: Identity = "strict", **headers: str | None) -> Call:
    route = Route("GET", "/", identify, "", identity=identity)
    sent = [(name.encode(), value.encode()) for name, value in headers.items() if value is not None]

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    return Call({"headers": sent}, receive, services, NEUTRAL, route)


async def who(services: Services, **headers: str | None) -> Actor:
    return await identify(call_with(services, **headers))


def cookie(started: Started) -> str:
    return f"session_id={started.token}"


def token(services: Services, started: Started) -> str:
    pair = services.tokens.issue(started.session, started.actor.roles)
    return f"Bearer {pair.access_token}"


@pytest.fixture
async def anna(services: Services) -> Started:
    return await sign_up(services)


async def test_nobody(services: Services) -> None:
    assert (await who(services)).account_id is None


async def test_by_cookie(services: Services, anna: Started) -> None:
    assert await who(services, cookie=cookie(anna)) == anna.actor


@pytest.mark.parametrize("sent", ["session_id=", "session_id=none", "other=1", "%%%"])
async def test_a_cookie_of_no_session_is_nobody(services: Services, sent: str) -> None:
    assert (await who(services, cookie=sent)).account_id is None


async def test_by_access_token(services: Services, anna: Started) -> None:
    actor = await who(services, authorization=token(services, anna))
    assert actor.account_id == anna.account.id


async def test_the_token_comes_before_the_cookie(services: Services, anna: Started) -> None:
    boris = await sign_up(services)
    actor = await who(services, authorization=token(services, anna), cookie=cookie(boris))
    assert actor.account_id == anna.account.id


@pytest.mark.parametrize("sent", ["Bearer", "Bearer ", "Bearer undefined", "bearer null"])
async def test_what_signed_out_pages_send_is_nobody(
    services: Services, anna: Started, sent: str
) -> None:
    assert (await who(services, authorization=sent, cookie=cookie(anna))).account_id is None


async def test_other_schemes_are_passed_over(services: Services, anna: Started) -> None:
    assert await who(services, authorization="Basic YTpi", cookie=cookie(anna)) == anna.actor


@pytest.mark.parametrize("sent", ["Bearer a.b.c", "Bearer x", "Bearer \xff"])
async def test_a_token_that_is_no_good(services: Services, anna: Started, sent: str) -> None:
    with refused(Code.TOKEN_INVALID):
        await who(services, authorization=sent, cookie=cookie(anna))
    lenient = call_with(services, identity="lenient", authorization=sent, cookie=cookie(anna))
    assert (await identify(lenient)).account_id is None


async def test_a_token_of_a_session_that_has_ended(services: Services, anna: Started) -> None:
    sent = token(services, anna)
    await who(services, authorization=sent)
    async with unit_of_work(services.database) as unit:
        await services.sessions.end(unit, anna.session.id)
    with refused(Code.TOKEN_INVALID):
        await who(services, authorization=sent)


async def test_where_nobody_is_asked_for_nobody_is_told(services: Services, anna: Started) -> None:
    open_to_all = call_with(services, identity="none", cookie=cookie(anna))
    assert (await identify(open_to_all)).account_id is None


def test_bearer_is_a_word_without_regard_to_case(services: Services) -> None:
    assert bearer(call_with(services, authorization="bEARER  abc ")) == "abc"
