"""An account that can import, and its import runs."""

from collections.abc import AsyncIterator

import pytest

from kinoteka.core.services import Services
from tests.support.accounts import superuser_actor
from tests.support.import_runners import ImportRunner


@pytest.fixture
async def runner(services: Services) -> AsyncIterator[ImportRunner]:
    """Run imports in one server, which stops at the end of the test."""
    yield ImportRunner(services, await superuser_actor(services))
    await services.import_runs.close()
