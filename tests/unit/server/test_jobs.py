"""The background jobs of a running server."""

import asyncio

import pytest

from kinoteka.infrastructure import tasks
from kinoteka.server import jobs
from kinoteka.server.app import METRICS, running_services
from kinoteka.server.jobs import BackgroundJobs
from tests.support.databases import execute
from tests.support.polling import TIMEOUT, wait_until
from tests.support.suspension_points import close_at_each_point


async def test_changes_of_other_processes_are_noticed_after_a_failed_check(
    settings, services, capsys
):
    changed = asyncio.Event()
    async with running_services(settings) as server:
        server.revisions.on_foreign_change("library", changed.set)
        execute(settings, "ALTER TABLE revisions RENAME TO hidden")
        await wait_until(lambda: "_check_revisions" in capsys.readouterr().out)  # it is logged
        execute(settings, "ALTER TABLE hidden RENAME TO revisions")
        execute(settings, "UPDATE revisions SET value = value + 1")
        await asyncio.wait_for(changed.wait(), TIMEOUT)


@pytest.mark.parametrize("losing", [0, 1, 3], ids="{} lost cancellations".format)
async def test_jobs_end_when_closed_at_any_suspension_point(services, monkeypatch, losing):
    monkeypatch.setattr(tasks, "RECANCEL_SECONDS", 0.01)
    monkeypatch.setattr(jobs, "REVISION_SECONDS", 0)

    def scenario():
        background = BackgroundJobs(services, METRICS)

        async def use():
            background.start()
            await asyncio.sleep(0.05)

        return use(), background.close

    await close_at_each_point(scenario, losing)
