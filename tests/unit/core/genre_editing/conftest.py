"""A superuser who merges genres."""

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.services import Services
from tests.support.accounts import superuser_actor


@pytest.fixture
async def root(services: Services) -> Actor:
    return await superuser_actor(services)
