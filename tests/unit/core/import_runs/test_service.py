"""Import runs from start to end, each in its own process."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kinoteka.core.access.model import FILMS_IMPORT
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.import_runs.folders import RunFolders
from kinoteka.core.import_runs.model import FailureReason, RunState
from kinoteka.core.import_runs.service import STORED_REPORTS, ImportRuns
from kinoteka.core.media.upload_limits import Uploads
from kinoteka.core.services import Services
from kinoteka.database.revisions import INCREMENT_REVISION
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from kinoteka.infrastructure.settings import Settings
from tests.support.accounts import (
    anonymous_actor,
    perform,
    sign_up,
    signed_in_actor,
)
from tests.support.databases import ENGINES, rows, write_transaction
from tests.support.errors import raises_error
from tests.support.films import RECORDED_FILMS
from tests.support.import_runners import BROKEN, ImportRunner
from tests.support.polling import wait_until

# The process of an import and its reports are the same. Locks, statements and stopping differ.
pytestmark = pytest.mark.engines("sqlite")
on_both_engines = pytest.mark.engines(*ENGINES)

TITLES = "SELECT title FROM films ORDER BY id"


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """The catalogue, which no import can store into before the end of the block.

    An import that has just begun has not come so far: it is a process that starts.
    """
    with write_transaction(settings) as reader:
        reader.fetch(INCREMENT_REVISION, revision="catalogue")
        yield


def folder(runner: ImportRunner, run_id: int) -> Path:
    return runner.services.settings.data / "imports" / str(run_id)


def command_line(process_id: int) -> list[bytes]:
    return Path(f"/proc/{process_id}/cmdline").read_bytes().split(b"\0")


async def at_work(runner: ImportRunner, run_id: int) -> int:
    """Return the id of the process when it waits to store films."""
    found = RunFolders(runner.services.settings.data).folder(run_id)
    await wait_until(lambda: found.process_id() is not None and found.progress().read > 0)
    return found.process_id() or 0


@on_both_engines
async def test_films_are_stored_and_reported(starting_runner: ImportRunner) -> None:
    run_id = await starting_runner.begin()
    run = await starting_runner.ended(run_id)
    assert run.state is RunState.DONE
    assert (run.read, run.added, run.changed, run.unchanged, run.refused) == (2, 2, 0, 0, 0)
    assert (run.format, [file.name for file in run.files]) == ("csv", ["films.csv"])
    assert run.account_id == starting_runner.root.account_id
    assert rows(starting_runner.services.settings, TITLES) == ["Alien", "Ran"]
    assert not (folder(starting_runner, run_id) / "files").exists()
    again = await starting_runner.ended(await starting_runner.begin())
    assert (again.added, again.unchanged) == (0, 2)


async def test_import_is_recorded_in_the_audit_log(runner: ImportRunner) -> None:
    await runner.ended(await runner.begin())
    audit = runner.services.audit
    query = AuditFilter(subject_kind="import")
    finished, asked = (await perform(runner.services, audit.entries, runner.root, query)).entries
    assert (asked.action, finished.action) == ("import_requested", "import_finished")
    assert asked.account_id == finished.account_id == runner.root.account_id
    assert finished.details["state"] == "done"
    assert finished.details["added"] == 2


async def test_invalid_row_stores_nothing(runner: ImportRunner) -> None:
    run = await runner.ended(await runner.begin(BROKEN))
    assert (run.state, run.report.failed_by) == (RunState.FAILED, FailureReason.ROWS)
    assert [(each.path, each.line) for each in run.report.listed] == [
        *(("films.csv", 3), ("films.csv", 4)),
    ]
    assert rows(runner.services.settings, TITLES) == []


async def test_keep_going_stores_the_valid_rows(runner: ImportRunner) -> None:
    run_id = await runner.begin(BROKEN, keep_going=True)
    run = await runner.ended(run_id)
    assert (run.state, run.added, run.refused) == (RunState.DONE, 1, 2)
    assert run.report.reasons == {"year_invalid": 1, "title_missing": 1}
    report = runner.runs.report(run)
    assert report is not None
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert [(line["path"], line["line"]) for line in lines] == [("films.csv", 3), ("films.csv", 4)]
    assert str(runner.services.settings.data) not in report.read_text()


async def test_options_are_stored_with_the_run(runner: ImportRunner) -> None:
    labels = ("premium:year=..1980",)
    run_id = await runner.begin(source="club", labels=labels, mapping=("year=",))
    options = (await runner.ended(run_id)).report.options
    assert (options.source, options.labels) == ("club", labels)
    assert rows(runner.services.settings, f"SELECT source, year FROM {RECORDED_FILMS}") == [
        ("club", None),
        ("club", None),
    ]


async def test_command_line_contains_no_secrets(starting_runner: ImportRunner) -> None:
    run_id = await starting_runner.begin()
    with held(starting_runner.services.settings):
        process_id = await at_work(starting_runner, run_id)
        command = command_line(process_id)
        assert command[1:-1] == [b"-m", b"kinoteka.core.import_runs.process"]
    await starting_runner.ended(run_id)


@on_both_engines
async def test_second_import_is_rejected_while_one_runs(runner: ImportRunner) -> None:
    run_id = await runner.begin()
    with held(runner.services.settings):
        with raises_error(Code.IMPORT_RUNNING):
            await runner.begin()
        await runner.recover()
        assert (await runner.get(run_id)).is_running
    assert (await runner.ended(run_id)).state is RunState.DONE
    assert len(list((runner.services.settings.data / "imports").iterdir())) == 1


async def test_progress_is_shown_while_an_import_runs(runner: ImportRunner) -> None:
    run_id = await runner.begin()
    with held(runner.services.settings):
        await at_work(runner, run_id)
        progress = runner.runs.progress(await runner.get(run_id))
        assert progress is not None
        assert (progress.read, progress.refused) == (2, 0)
    await runner.ended(run_id)


@on_both_engines
async def test_cancelled_import_stores_nothing(runner: ImportRunner) -> None:
    services = runner.services
    run_id = await runner.begin()
    with held(services.settings):
        await at_work(runner, run_id)
        await perform(services, runner.runs.cancel, runner.root, run_id)
    run = await runner.ended(run_id)
    assert (run.state, run.report.failed_by) == (RunState.CANCELLED, None)
    assert rows(services.settings, TITLES) == []
    await perform(services, runner.runs.cancel, runner.root, run_id)  # again does no harm
    query = AuditFilter(subject_kind="import")
    entries = (await perform(services, services.audit.entries, runner.root, query)).entries
    assert entries[0].action == "import_cancelled"
    assert (await runner.ended(await runner.begin())).state is RunState.DONE


@on_both_engines
async def test_stopping_server_stops_its_import(starting_runner: ImportRunner) -> None:
    settings = starting_runner.services.settings
    run_id = await starting_runner.begin()
    with held(settings):
        process_id = await at_work(starting_runner, run_id)
        await starting_runner.runs.close()
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)
    await starting_runner.recover()
    run = await starting_runner.get(run_id)
    assert (run.state, run.report.failed_by) == (RunState.FAILED, FailureReason.STOPPED)
    assert rows(settings, TITLES) == []


@on_both_engines
async def test_import_of_a_killed_server_is_recorded_by_another(
    starting_runner: ImportRunner,
) -> None:
    """Another process of the server, or one that starts later, records it."""
    services = starting_runner.services
    uploads = Uploads(services.settings, services.throttle)
    later = ImportRuns(services.settings, uploads, services.database)
    run_id = await starting_runner.begin()
    with held(services.settings):
        process_id = await at_work(starting_runner, run_id)
        assert RunFolders(services.settings.data).folder(run_id).is_in_use()
        os.kill(process_id, signal.SIGKILL)
        await wait_until(lambda: not RunFolders(services.settings.data).folder(run_id).is_in_use())
    await starting_runner.recover(later)
    run = await starting_runner.ended(run_id)
    assert (run.state, run.report.failed_by) == (RunState.FAILED, FailureReason.DIED)
    assert rows(services.settings, TITLES) == []


async def test_import_without_a_folder_has_failed(runner: ImportRunner) -> None:
    settings = runner.services.settings
    run_id = await runner.begin()
    with held(settings):
        process_id = await at_work(runner, run_id)
        os.kill(process_id, signal.SIGSTOP)
        folder(runner, run_id).rename(settings.data / "elsewhere")
    await runner.recover()
    is_running = (await runner.get(run_id)).is_running
    (settings.data / "elsewhere").rename(folder(runner, run_id))
    os.kill(process_id, signal.SIGCONT)
    await wait_until(lambda: not RunFolders(settings.data).folder(run_id).is_in_use())
    assert is_running == bool(settings.database_url)  # it may run on another machine


@pytest.mark.parametrize("content", [b"", b"\xff\xfeid", b"a,b\n1,2\n"])
async def test_unusable_files_leave_no_folder_and_no_run(
    runner: ImportRunner, content: bytes
) -> None:
    with raises_error(Code.IMPORT_UNUSABLE, field="files"):
        await runner.begin(content)
    assert list((runner.services.settings.data / "imports").iterdir()) == []
    page = await perform(runner.services, runner.runs.page, runner.root)
    assert page.runs == []


async def test_abandoned_uploads_are_deleted(runner: ImportRunner) -> None:
    root = runner.services.settings.data / "imports"
    (root / "uploading-0" / "files").mkdir(parents=True)
    new, descriptor = RunFolders(runner.services.settings.data).new()
    await runner.recover()
    assert list(root.iterdir()) == [new.path]
    os.close(descriptor)
    await runner.recover()
    assert list(root.iterdir()) == []


@on_both_engines
async def test_only_the_newest_reports_are_stored(runner: ImportRunner) -> None:
    run_id = await runner.begin(BROKEN, keep_going=True)
    run = await runner.ended(run_id)
    for number in range(1000, 1000 + STORED_REPORTS):
        folder(runner, number).mkdir()
    assert runner.runs.report(run) is not None
    await runner.recover()
    assert runner.runs.report(run) is not None
    assert not folder(runner, 1000).exists()


@on_both_engines
async def test_runs_are_listed_newest_first(runner: ImportRunner) -> None:
    ids = [(await runner.ended(await runner.begin())).id for _ in range(2)]
    page = await perform(runner.services, runner.runs.page, runner.root)
    assert [run.id for run in page.runs] == ids[::-1]
    assert page.next is None
    older = await perform(runner.services, runner.runs.page, runner.root, ids[1])
    assert [run.id for run in older.runs] == ids[:1]


async def test_permissions_are_required(runner: ImportRunner) -> None:
    services, runs = runner.services, runner.runs
    run_id = (await runner.ended(await runner.begin())).id
    nobody = await anonymous_actor(services)
    user = await signed_in_actor(services, (await sign_up(services)).token)
    for who, code in ((nobody, Code.UNAUTHORIZED), (user, Code.FORBIDDEN)):
        with raises_error(code):
            await perform(services, runs.page, who)
        for operation in (runs.get, runs.cancel):
            with raises_error(code):
                await perform(services, operation, who, run_id)
        with raises_error(code):
            async with unit_of_work(services.database) as unit, runs.receive(who, unit):
                pass
    holder = await sign_up(services)
    role = await perform(
        services, services.access.create_role, runner.root, "importers", [FILMS_IMPORT]
    )
    await perform(services, services.access.assign_role, runner.root, holder.account.id, role.id)
    importer = await signed_in_actor(services, holder.token)
    assert (await perform(services, runs.get, importer, run_id)).id == run_id
    with raises_error(Code.IMPORT_UNKNOWN):
        await perform(services, runs.get, importer, 999)
    theirs = ImportRunner(services, importer)
    with raises_error(Code.FORBIDDEN):  # a rule that names a label takes it from films, too
        await theirs.begin(labels=("hidden:year=..1900",))
    assert (await theirs.ended(await theirs.begin())).state is RunState.DONE


async def test_uploads_over_the_rate_limit_are_rejected(
    services: Services, runner: ImportRunner
) -> None:
    limited = ImportRuns(
        services.settings,
        Uploads(Settings(upload_limit="1 per hour"), services.throttle),
        services.database,
    )
    for code in (None, Code.THROTTLED):
        async with unit_of_work(services.database) as unit:
            if code is None:
                async with limited.receive(runner.root, unit):
                    pass
            else:
                with raises_error(code):
                    async with limited.receive(runner.root, unit):
                        pass
