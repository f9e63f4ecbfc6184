"""A small contract of its own behind the server: from the path to the answer."""

import itertools
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.endpoints import Endpoint, EndpointsByKey, Target
from kinoteka.http.mechanics.response import ASGIApplication, Scope, empty_response
from kinoteka.http.mechanics.router import Router
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.request import Request
from kinoteka.server.app import asgi_application
from tests.support.accounts import sign_up

COUNTER = itertools.count()
CSRF_MISSING = {"message": "the CSRF token is missing"}
CSRF_WRONG = {"message": "the CSRF token is wrong or has expired"}


class Number(msgspec.Struct):
    number: int


class Word(msgspec.Struct):
    word: str


class Query(msgspec.Struct):
    page: int = 1


async def give_number(request: Request, number: int, query: Query) -> Number:
    return Number(number * query.page)


async def take_number(request: Request, body: Number | None) -> Number:
    return body or Number(0)


async def take_word(request: Request, body: Word) -> Word:
    return body


async def give_word(request: Request) -> Word:
    return Word("kept")


async def count(request: Request) -> Number:
    return Number(next(COUNTER))


async def say_nothing(request: Request) -> None:
    """Nothing is said."""


async def say_it_itself(request: Request) -> object:
    return empty_response(202, [(b"x-own", b"yes")])


async def refuse_after_writing(request: Request) -> None:
    await request.core.revisions.increase(request.unit, "library")
    raise DomainError(Code.FORBIDDEN, permission="a.b")


async def refuse_and_keep(request: Request) -> None:
    await request.core.revisions.increase(request.unit, "library")
    raise DomainError(Code.FORBIDDEN, commits_changes=True)


async def fail_after_writing(request: Request) -> None:
    await request.core.revisions.increase(request.unit, "library")
    raise RuntimeError("the password is swordfish")


async def wait(request: Request) -> None:
    raise DomainError(Code.THROTTLED, retry_after=7)


ROUTES = (
    Route("GET", "/numbers/{number}", give_number, "", query=Query, response=Number),
    Route("PUT", "/numbers", take_number, "", body=Number, body_required=False, status=201),
    Route("GET", "/nothing", say_nothing, "", status=204),
    Route("GET", "/itself", say_it_itself, ""),
    Route("GET", "/own", say_nothing, "", signed_in=True),
    Route("GET", "/managed", say_nothing, "", permission="roles.manage"),
    Route("POST", "/csrf", say_nothing, "", csrf=True, signed_in=True),
    Route("POST", "/refused", refuse_after_writing, ""),
    Route("POST", "/refused-and-kept", refuse_and_keep, ""),
    Route("POST", "/failing", fail_after_writing, ""),
    Route("GET", "/waiting", wait, ""),
    Route("GET", "/counted", count, "", cached=("catalogue",)),
    Route("GET", "/own-and-cached", give_word, "", signed_in=True, cached=("catalogue",)),
)
BY_NUMBER = Route("POST", "/either", take_number, "", body=Number)
BY_WORD = Route("POST", "/either", take_word, "", body=Word)
CONTRACT = neutral.contract("tests", "Tests", "", (*ROUTES, BY_NUMBER, BY_WORD))


@pytest.fixture
async def application(services: Services) -> ASGIApplication:
    router: Router[Target] = Router()
    for route in ROUTES:
        router.add(route.method, route.path, Endpoint(CONTRACT, route))
    by_key = {"number": Endpoint(CONTRACT, BY_NUMBER), "word": Endpoint(CONTRACT, BY_WORD)}
    router.add("POST", "/either", EndpointsByKey(by_key, default=by_key["number"]))
    return asgi_application(services, router, Router())


@pytest.fixture
async def client(application: ASGIApplication) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


@pytest.fixture
async def cookie(services: Services) -> dict[str, str]:
    return {"cookie": f"session_id={(await sign_up(services)).token}"}


class TestAnswers:
    async def test_path_query_and_body_become_arguments(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/numbers/6/?page=7&more=1")).json() == {"number": 42}
        response = await client.put("/numbers", json={"number": 5, "more": 1})
        assert (response.status_code, response.json()) == (201, {"number": 5})

    async def test_optional_body_may_be_empty(self, client: httpx.AsyncClient) -> None:
        assert (await client.put("/numbers")).json() == {"number": 0}

    async def test_none_is_an_empty_response(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/nothing")
        assert (response.status_code, response.content) == (204, b"")

    async def test_handler_may_return_a_response(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/itself")
        assert (response.status_code, response.headers["x-own"]) == (202, "yes")

    @pytest.mark.parametrize("path", ["/numbers/1", "/nothing", "/own", "/no/such/path"])
    async def test_every_response_has_the_security_headers(
        self, client: httpx.AsyncClient, path: str
    ) -> None:
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["cache-control"] == "no-store"


class TestMethods:
    async def test_head_is_get_without_the_body(self, client: httpx.AsyncClient) -> None:
        got, head = await client.get("/numbers/1"), await client.head("/numbers/1")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]

    async def test_other_methods_get_the_allowed_ones(self, client: httpx.AsyncClient) -> None:
        response = await client.delete("/numbers/1")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        response = await client.options("/either")
        assert (response.status_code, response.headers["allow"]) == (204, "OPTIONS, POST")


class TestPermissions:
    async def test_anonymous_request_is_rejected_when_a_session_is_required(
        self, client: httpx.AsyncClient, cookie: dict[str, str]
    ) -> None:
        assert (await client.get("/own")).status_code == 401
        assert (await client.get("/own", headers=cookie)).status_code == 200

    async def test_permission_is_required(
        self, client: httpx.AsyncClient, cookie: dict[str, str]
    ) -> None:
        assert (await client.get("/managed")).status_code == 401
        response = await client.get("/managed", headers=cookie)
        assert response.status_code == 403
        assert response.json() == {"message": "this requires the permission roles.manage"}

    async def test_cached_response_still_requires_authorization(
        self, client: httpx.AsyncClient, cookie: dict[str, str]
    ) -> None:
        assert (await client.get("/own-and-cached")).status_code == 401
        assert (await client.get("/own-and-cached", headers=cookie)).json() == {"word": "kept"}
        assert (await client.get("/own-and-cached")).status_code == 401

    async def test_response_is_cached_when_it_is_requested_again_until_its_data_changes(
        self, client: httpx.AsyncClient, services: Services
    ) -> None:
        async def number(**headers: str) -> int:
            return (await client.get("/counted", headers=headers)).json().get("number", -1)

        first = await number()
        cached = await number()
        assert (cached, await number(), await number()) == (first + 1, cached, cached)
        nonsense = await client.get("/counted", headers={"authorization": "Bearer nonsense"})
        assert (nonsense.status_code, nonsense.json()) == (200, {"number": cached})
        async with unit_of_work(services.database) as unit:
            await services.revisions.increase(unit, "catalogue")
        assert (await number(), await number()) == (cached + 1, cached + 1)

    async def test_cookies_need_a_csrf_token(
        self, client: httpx.AsyncClient, cookie: dict[str, str]
    ) -> None:
        missing = await client.post("/csrf", headers=cookie)
        assert (missing.status_code, missing.json()) == (403, CSRF_MISSING)
        wrong = await client.post("/csrf", headers=cookie | {"csrf-token": "1.2"})
        assert (wrong.status_code, wrong.json()) == (403, CSRF_WRONG)

    async def test_basic_credentials_do_not_replace_the_csrf_token(
        self, client: httpx.AsyncClient, cookie: dict[str, str]
    ) -> None:
        """Browsers send them along by themselves, as they do cookies."""
        response = await client.post("/csrf", headers=cookie | {"authorization": "Basic YTpi"})
        assert response.json() == CSRF_MISSING

    async def test_access_token_needs_no_csrf_token(
        self, client: httpx.AsyncClient, services: Services
    ) -> None:
        anna = await sign_up(services)
        pair = services.tokens.issue(anna.session, anna.actor.roles)
        headers = {"authorization": f"Bearer {pair.access_token}"}
        assert (await client.post("/csrf", headers=headers)).status_code == 200


class TestTransactions:
    @pytest.mark.parametrize(
        ("path", "status", "kept"),
        [("/refused", 403, False), ("/refused-and-kept", 403, True), ("/failing", 500, False)],
    )
    async def test_changes_are_stored_only_when_the_error_commits_them(
        self, client: httpx.AsyncClient, services: Services, path: str, status: int, kept: bool
    ) -> None:
        await services.revisions.refresh()
        before = services.revisions.value("library")
        assert (await client.post(path)).status_code == status
        await services.revisions.refresh()
        assert (services.revisions.value("library") > before) is kept

    async def test_unexpected_error_reveals_no_details(
        self, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
    ) -> None:
        response = await client.post("/failing")
        assert response.json() == {"message": "something went wrong on the server"}
        assert "swordfish" in "".join(capsys.readouterr())

    async def test_throttled_request_gets_retry_after(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/waiting")
        assert (response.status_code, response.headers["retry-after"]) == (429, "7")
        assert response.json() == {"message": "too many requests; try again in 7 seconds"}


@pytest.mark.parametrize("path", ["/numbers", "/either"])
async def test_disconnect_within_the_body_is_not_an_error(
    application: ASGIApplication, path: str
) -> None:
    scope: Scope = {
        "type": "http",
        "method": "PUT" if path == "/numbers" else "POST",
        "path": path,
        "headers": [],
        "query_string": b"",
        "scheme": "http",
        "client": None,
    }

    async def leave() -> dict[str, object]:
        return {"type": "http.disconnect"}

    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    await application(scope, leave, send)
    assert sent == []


class TestSharedPaths:
    @pytest.mark.parametrize("body", [{"number": 1}, {"word": "one"}, {"word": "one", "other": 1}])
    async def test_key_chooses_the_endpoint(
        self, client: httpx.AsyncClient, body: dict[str, object]
    ) -> None:
        response = (await client.post("/either", json=body)).json()
        assert response.items() <= body.items()

    @pytest.mark.parametrize("body", [{}, {"number": 1, "word": "one"}])
    async def test_both_or_neither_is_refused(
        self, client: httpx.AsyncClient, body: dict[str, object]
    ) -> None:
        response = await client.post("/either", json=body)
        assert response.status_code == 400
        assert response.json() == {"message": "number or word: exactly one of them is needed"}

    @pytest.mark.parametrize("body", [b"", b"[]", b"{"])
    async def test_body_without_keys_is_rejected(
        self, client: httpx.AsyncClient, body: bytes
    ) -> None:
        assert (await client.post("/either", content=body)).status_code == 400
