"""An account that can import, and its import runs."""

from collections.abc import AsyncIterator

import pytest

from kinoteka.core.import_runs import service
from kinoteka.core.services import Services
from tests.support.accounts import superuser_actor
from tests.support.forked_imports import fork_import
from tests.support.import_runners import ImportRunner


@pytest.fixture
async def starting_runner(services: Services) -> AsyncIterator[ImportRunner]:
    """Run imports in one server, which stops at the end of the test."""
    yield ImportRunner(services, await superuser_actor(services))
    await services.import_runs.close()


@pytest.fixture
def runner(starting_runner: ImportRunner, monkeypatch: pytest.MonkeyPatch) -> ImportRunner:
    """Fork the processes of imports, which takes a tenth of starting an interpreter for each."""
    monkeypatch.setattr(service, "_spawn", fork_import)
    return starting_runner
