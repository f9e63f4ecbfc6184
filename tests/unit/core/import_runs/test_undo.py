"""An import that was started on the site is undone by its batch."""

import pytest

from kinoteka.core.import_runs.undo import prune_changes
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import DAY
from tests.support.databases import execute, rows
from tests.support.import_runners import TABLE, ImportRunner


async def undo(runner: ImportRunner, run_id: int) -> None:
    async with unit_of_work(runner.services.database) as unit:
        await runner.runs.undo(runner.root, unit, run_id)


async def test_undone_import_says_so_and_cannot_be_undone_again(runner: ImportRunner) -> None:
    run_id = await runner.begin()
    assert (await runner.ended(run_id)).can_be_undone
    await undo(runner, run_id)
    run = await runner.get(run_id)
    assert run.report.undone is not None
    assert (run.report.undone.removed, run.can_be_undone) == (2, False)
    assert rows(runner.services.settings, "SELECT count(*) FROM films") == [0]
    sql = "SELECT action FROM audit_entries ORDER BY id DESC LIMIT 1"
    assert rows(runner.services.settings, sql) == ["import_undone"]
    with pytest.raises(DomainError) as raised:
        await undo(runner, run_id)
    assert raised.value.code is Code.IMPORT_PERMANENT


async def test_import_that_changed_nothing_cannot_be_undone(runner: ImportRunner) -> None:
    await runner.ended(await runner.begin())
    again = await runner.begin(TABLE)
    assert not (await runner.ended(again)).can_be_undone
    with pytest.raises(DomainError) as raised:
        await undo(runner, again)
    assert raised.value.code is Code.IMPORT_PERMANENT


async def test_replaced_values_are_pruned_after_thirty_days(runner: ImportRunner) -> None:
    await runner.ended(await runner.begin())
    await runner.ended(await runner.begin(TABLE.replace(b"1979", b"1980")))
    settings = runner.services.settings
    async with unit_of_work(runner.services.database) as unit:
        assert await prune_changes(unit) == 0
    execute(settings, f"UPDATE batches SET created_at = created_at - {31 * DAY}")
    async with unit_of_work(runner.services.database) as unit:
        assert await prune_changes(unit) == 1
    assert rows(settings, "SELECT count(*) FROM batch_changes") == [0]
