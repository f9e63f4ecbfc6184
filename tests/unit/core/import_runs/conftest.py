"""Somebody who may import."""

from collections.abc import AsyncIterator

import pytest

from kinoteka.core.services import Services
from tests.support.importers import Importing
from tests.support.people import superuser


@pytest.fixture
async def importing(services: Services) -> AsyncIterator[Importing]:
    """The imports of one server, ended with the test."""
    yield Importing(services, await superuser(services))
    await services.import_runs.close()
