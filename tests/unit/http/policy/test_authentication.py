"""Who asks: by cookie, by access token, by both, by what is neither."""

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.services import Services
from kinoteka.core.sessions.model import SignInResult
from kinoteka.database.unit import unit_of_work
from kinoteka.http.mechanics.response import Response
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy.authentication import identify, with_invalid_token
from kinoteka.http.policy.request import Request
from kinoteka.server.app import NEUTRAL
from tests.support.accounts import sign_up

ASKED = Route("GET", "/", identify, "")
WITHOUT_IDENTITY = Route("GET", "/", identify, "", identity="ignored")
BEGINNING = Route("POST", "/", identify, "", begins_session=True)
UNUSABLE = ["Bearer", "Bearer ", "Bearer undefined", "bearer null", "Bearer a.b.c", "Bearer \xff"]


def call_with(services: Services, route: Route = ASKED, /, **headers: str | None) -> Request:
    sent = [(name.encode(), value.encode()) for name, value in headers.items() if value is not None]

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    return Request({"headers": sent}, receive, services, NEUTRAL, route)


async def who(services: Services, **headers: str | None) -> Actor:
    return await identify(call_with(services, **headers))


def cookie(started: SignInResult) -> str:
    return f"session_id={started.token}"


def token(services: Services, started: SignInResult) -> str:
    pair = services.tokens.issue(started.session, started.actor.roles)
    return f"Bearer {pair.access_token}"


@pytest.fixture
async def anna(services: Services) -> SignInResult:
    return await sign_up(services)


async def test_nobody(services: Services) -> None:
    assert (await who(services)).account_id is None


async def test_by_cookie(services: Services, anna: SignInResult) -> None:
    assert await who(services, cookie=cookie(anna)) == anna.actor


@pytest.mark.parametrize("sent", ["session_id=", "session_id=none", "other=1", "%%%"])
async def test_cookie_without_a_session_is_anonymous(services: Services, sent: str) -> None:
    assert (await who(services, cookie=sent)).account_id is None


async def test_by_access_token(services: Services, anna: SignInResult) -> None:
    actor = await who(services, authorization=token(services, anna))
    assert actor.account_id == anna.account.id


async def test_token_takes_precedence_over_the_cookie(
    services: Services, anna: SignInResult
) -> None:
    boris = await sign_up(services)
    actor = await who(services, authorization=token(services, anna), cookie=cookie(boris))
    assert actor.account_id == anna.account.id


@pytest.mark.parametrize("sent", UNUSABLE)
async def test_unusable_token_makes_the_request_anonymous_despite_a_cookie(
    services: Services, anna: SignInResult, sent: str
) -> None:
    request = call_with(services, authorization=sent, cookie=cookie(anna))
    assert (await identify(request)).account_id is None
    assert request.unusable_token


async def test_usable_credentials_are_not_called_unusable(
    services: Services, anna: SignInResult
) -> None:
    for headers in ({}, {"cookie": cookie(anna)}, {"authorization": token(services, anna)}):
        request = call_with(services, **headers)
        await identify(request)
        assert not request.unusable_token


@pytest.mark.parametrize(
    ("sent", "is_found"),
    [
        ("session_id=a; {}", True),
        ("session_id=a; session_id=b; session_id=c; {}", True),
        ("session_id=a; session_id=b; session_id=c; session_id=d; {}", False),
    ],
)
async def test_first_valid_of_four_session_cookies_counts(
    services: Services, anna: SignInResult, sent: str, is_found: bool
) -> None:
    boris = await sign_up(services)
    actor = await who(services, cookie=f"{sent.format(cookie(anna))}; {cookie(boris)}")
    assert (actor.account_id == anna.account.id) is is_found


async def test_cookies_of_several_header_lines_are_all_tried(
    services: Services, anna: SignInResult
) -> None:
    request = call_with(services, cookie=cookie(anna))
    request.scope["headers"].append((b"cookie", b"session_id=x"))
    request.headers[b"cookie"] = b"session_id=x"  # a dictionary keeps the last line
    assert await identify(request) == anna.actor


class TestBeginningASession:
    """The actor is that of the session that the new one replaces."""

    async def test_cookie_session_is_replaced(self, services: Services, anna: SignInResult) -> None:
        assert await identify(call_with(services, BEGINNING, cookie=cookie(anna))) == anna.actor

    async def test_token_session_is_not_replaced(
        self, services: Services, anna: SignInResult
    ) -> None:
        request = call_with(services, BEGINNING, authorization=token(services, anna))
        assert (await identify(request)).session_id is None

    async def test_cookie_session_is_replaced_beside_a_token_of_another(
        self, services: Services, anna: SignInResult
    ) -> None:
        sent = token(services, await sign_up(services))
        request = call_with(services, BEGINNING, cookie=cookie(anna), authorization=sent)
        assert await identify(request) == anna.actor

    async def test_session_of_both_token_and_cookie_is_not_replaced(
        self, services: Services, anna: SignInResult
    ) -> None:
        sent = token(services, anna)
        request = call_with(services, BEGINNING, cookie=cookie(anna), authorization=sent)
        assert (await identify(request)).session_id is None


def test_challenge_of_a_response_is_replaced(services: Services) -> None:
    response = Response(401, b"", [(b"x", b"y"), (b"www-authenticate", b"Bearer")])
    marked = with_invalid_token(call_with(services), response)
    assert marked.headers == [(b"x", b"y"), (b"www-authenticate", b'Bearer error="invalid_token"')]


@pytest.mark.parametrize(("status", "is_marked"), [(200, False), (201, False), (401, True)])
def test_response_that_begins_a_session_does_not_call_the_old_token_unusable(
    services: Services, status: int, is_marked: bool
) -> None:
    marked = with_invalid_token(call_with(services, BEGINNING), Response(status, b"", []))
    assert bool(marked.headers) is is_marked


async def test_other_schemes_are_passed_over(services: Services, anna: SignInResult) -> None:
    assert await who(services, authorization="Basic YTpi", cookie=cookie(anna)) == anna.actor


async def test_token_of_an_ended_session_is_unusable(
    services: Services, anna: SignInResult
) -> None:
    sent = token(services, anna)
    await who(services, authorization=sent)
    async with unit_of_work(services.database) as unit:
        await services.sessions.end(unit, anna.session.id)
    request = call_with(services, authorization=sent)
    assert (await identify(request)).account_id is None
    assert request.unusable_token


async def test_credentials_are_ignored_when_the_route_does_not_read_them(
    services: Services, anna: SignInResult
) -> None:
    open_to_all = call_with(services, WITHOUT_IDENTITY, cookie=cookie(anna))
    assert (await identify(open_to_all)).account_id is None


def test_bearer_is_a_word_without_regard_to_case(services: Services) -> None:
    assert call_with(services, authorization="bEARER  abc ").bearer == "abc"
