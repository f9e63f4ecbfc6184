"""What the tests of sessions share: somebody who is signed in, and more processes."""

import msgspec
import pytest

from kinoteka.server.app import close, wire
from tests.support.accounts import sign_up


@pytest.fixture
async def anna(services):
    return await sign_up(services, "anna", email="anna@example.com")


@pytest.fixture
async def wired(settings):
    """More services over the same database, with other settings where given."""
    made = []

    async def more(**other):
        made.append(await wire(msgspec.structs.replace(settings, **other)))
        return made[-1]

    yield more
    for services in made:
        await close(services)
