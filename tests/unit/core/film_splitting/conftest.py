"""A superuser who splits films, and two films that imports joined by their title."""

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.services import Services
from kinoteka.infrastructure.settings import Settings
from tests.support.accounts import superuser_actor
from tests.support.splits import LENS, WIKI, import_records


@pytest.fixture
async def root(services: Services) -> Actor:
    return await superuser_actor(services)


@pytest.fixture
def outrage(settings: Settings) -> int:
    """The id of a film with the records of two films named Outrage."""
    import_records(settings, "wiki", WIKI)
    running = import_records(settings, "lens", LENS)
    assert running.joined == {3: 1}
    return 1
