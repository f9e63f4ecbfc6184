"""A real Chromium, a server with the demo catalogue, and visitors of its pages."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.conftest import GENEROUS
from tests.support.browsers import FONT_SETS, TIMEOUT_MS, Visitor, browser_window, chromium
from tests.support.servers import (
    PASSWORD,
    RunningServer,
    keep_clients_open,
    run_server,
    unique_name,
)
from tests.support.site_pages import SampleSite, create_sample_site

HERE = Path(__file__).parent

expect.set_options(timeout=TIMEOUT_MS)
_failed = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let all tests here share the event loop of the browser."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers() -> AsyncIterator[Callable[[str], Awaitable[Browser]]]:
    """Give the Chromium that sees a set of fonts. Each starts when a test first needs it."""
    started: dict[str, Browser] = {}
    async with AsyncExitStack() as stack:

        async def browser(fonts: str) -> Browser:
            if fonts not in started:
                started[fonts] = await stack.enter_async_context(chromium(fonts))
            return started[fonts]

        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(browsers: Callable[[str], Awaitable[Browser]]) -> Browser:
    """Chromium with the first set of fonts, for tests in which sizes do not matter."""
    return await browsers(FONT_SETS[0])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the demo catalogue, for all tests that leave others' things alone."""
    with run_server(tmp_path_factory.mktemp("site"), GENEROUS, "--workers", "1") as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def visit(
    browser: Browser, site: RunningServer, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """Gives people who are not signed in.

    `await visit(language="ru", dark=True, phone=True)`. At the end of the test, whatever went wrong
    on any of their pages fails it.
    """
    visitors: list[Visitor] = []
    async with AsyncExitStack() as stack:

        async def visit(url: str = site.url, **look: Any) -> Visitor:
            visitor = await stack.enter_async_context(browser_window(browser, url, **look))
            visitors.append(visitor)
            return visitor

        yield visit
        if request.node.stash.get(_failed, False):
            for number, visitor in enumerate(visitors, start=1):
                await visitor.leave_evidence(tmp_path, f"visitor-{number}")
    problems = [problem for visitor in visitors for problem in visitor.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def member(
    site: RunningServer, visit: Callable[..., Awaitable[Visitor]]
) -> Callable[..., Awaitable[Visitor]]:
    """Gives people with new accounts, signed in.

    `await member("anna", dark=True)`: the name is made unique, so look at `visitor.username`;
    `PASSWORD` is the password.
    """

    async def member(name: str = "member", **look: Any) -> Visitor:
        username = unique_name(name)
        visitor = await visit(**look)
        await visitor.become(username, site.signed_up(username))
        return visitor

    return member


@pytest.fixture(scope="session")
def superuser(site: RunningServer) -> str:
    """The name of a superuser."""
    site.make_superuser("operator")
    return "operator"


@pytest.fixture
def operator(
    site: RunningServer, superuser: str, visit: Callable[..., Awaitable[Visitor]]
) -> Callable[..., Awaitable[Visitor]]:
    """Return a function that signs in the superuser in a new session."""

    async def operator(**look: Any) -> Visitor:
        visitor = await visit(**look)
        client = site.client()
        response = client.post("/login", json={"login": superuser, "password": PASSWORD})
        assert response.status_code == 200, response.text
        await visitor.become(superuser, client)
        return visitor

    return operator


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleSite]:
    """A server with people, chats and selections that no test changes, to look at every page."""
    folder = tmp_path_factory.mktemp("world")
    with run_server(folder, GENEROUS, "--workers", "1") as server, keep_clients_open() as keep_open:
        world = create_sample_site(server)
        keep_open()
        yield world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows(
    browsers: Callable[[str], Awaitable[Browser]], world: SampleSite
) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """Windows that stay open: each is for one viewer and look, and shows page after page."""
    opened: dict[object, Visitor] = {}
    clients = {"member": world.anna, "operator": world.root}
    async with AsyncExitStack() as stack:

        async def window(viewer: str, fonts: str = FONT_SETS[0], **look: Any) -> Visitor:
            key = (viewer, fonts, *sorted(look.items()))
            if key not in opened:
                visitor = await stack.enter_async_context(
                    browser_window(await browsers(fonts), world.server.url, **look)
                )
                opened[key] = visitor
                if viewer in clients:
                    await visitor.become(viewer, clients[viewer])
            return opened[key]

        yield window


@pytest_asyncio.fixture(loop_scope="session")
async def look(
    windows: Callable[..., Awaitable[Visitor]], request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """Gives who looks at the pages of the world.

    `await look("member", language="ru", fonts="liberation")`, or "visitor", or "operator".
    """
    used: list[Visitor] = []

    async def look(viewer: str, **look: Any) -> Visitor:
        used.append(await windows(viewer, **look))
        return used[-1]

    yield look
    problems = []
    for number, visitor in enumerate(used, start=1):
        if request.node.stash.get(_failed, False):
            await visitor.leave_evidence(tmp_path, f"visitor-{number}")
        problems += visitor.problems
        visitor.clear_problems()
    assert not problems, "\n".join(problems)
