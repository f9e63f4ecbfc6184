"""Fixtures of the tests of sessions: a signed-in account, and services of other processes."""

import msgspec
import pytest

from kinoteka.server.app import close, wire
from tests.support.accounts import sign_up


@pytest.fixture
async def anna(services):
    return await sign_up(services, "anna", email="anna@example.com")


@pytest.fixture
async def wired(settings):
    """Return a function that wires services over the same database, with changed settings."""
    wired = []

    async def wire_services(**changed):
        wired.append(await wire(msgspec.structs.replace(settings, **changed)))
        return wired[-1]

    yield wire_services
    for services in wired:
        await close(services)
