"""Start, watch, cancel and report the imports of operators.

Public operations: receive, begin, page, get, progress, report, cancel, recover, close.

Each import runs in its own process, which inherits a lock on its folder. The lock shows
every process of the server, even one that starts later, whether the import is still running. One
import runs at a time. A server that stops also stops its imports. If a server is killed, its import
runs to its end. The uploaded files are deleted when the import has finished; the reports of the
newest `STORED_REPORTS` imports are kept.

While an import stores films, SQLite accepts no other writes, so the progress is in the folder.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import structlog

from kinoteka.core.access.model import FILMS_IMPORT, FILMS_LABEL, Actor
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.import_runs import queries
from kinoteka.core.import_runs.folders import RunFolder, RunFolders, StopRequest
from kinoteka.core.import_runs.formats import choose_format
from kinoteka.core.import_runs.model import (
    FailureReason,
    ImportFile,
    ImportOptions,
    ImportRequest,
    Outcome,
    Report,
    Run,
    RunPage,
    RunProgress,
    RunState,
    Upload,
)
from kinoteka.core.import_runs.undo import undo_run
from kinoteka.core.imports.model import UndoResult
from kinoteka.core.media.upload_limits import Uploads
from kinoteka.database.interface import Database
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.disk import DISK_STATE
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.tasks import BackgroundTasks

log = structlog.get_logger()

STORED_REPORTS = 50
"""How many imports have their reports stored."""
PAGE = 20
STOP_SECONDS = 3
"""How long an import may take to roll back after a request to stop."""
CLOSE_SECONDS = 6
"""How long a server that stops waits until its imports have stopped and are recorded."""
AGAIN_SECONDS = 2


class PendingUpload:
    """A folder that receives uploaded files until an import takes it over."""

    def __init__(self, folder: RunFolder, descriptor: int) -> None:
        self.folder = folder
        self.descriptor = descriptor
        self.is_taken = False

    @property
    def path(self) -> Path:
        """The folder of the files."""
        return self.folder.files

    async def close(self) -> None:
        """Delete the folder, unless an import has taken it over."""
        if not self.is_taken:
            await asyncio.to_thread(self.abandon)

    def abandon(self) -> None:
        """Delete the uploaded files and release the lock."""
        self.folder.remove()
        os.close(self.descriptor)


class ImportRuns:
    """The imports of this server."""

    def __init__(self, settings: Settings, uploads: Uploads, database: Database) -> None:
        self._settings = settings
        self._uploads = uploads
        self._database = database
        self._folders = RunFolders(settings.data)
        self._watching = BackgroundTasks()

    @asynccontextmanager
    async def receive(self, actor: Actor, unit: Unit) -> AsyncIterator[PendingUpload]:
        """Create a folder for an upload. Delete it at the end, unless an import takes it over.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, THROTTLED, BUSY, DISK_FULL)
            DomainError(IMPORT_RUNNING): another import is running.
        """
        actor.require(FILMS_IMPORT)
        async with self._uploads.slot(actor):
            await self._require_no_import(unit)
            try:
                folder, descriptor = self._folders.new()
            except OSError as error:
                raise DISK_STATE.record_failure(error) from error
            pending = PendingUpload(folder, descriptor)
            try:
                yield pending
            finally:
                await pending.close()

    async def begin(
        self,
        actor: Actor,
        unit: Unit,
        pending: PendingUpload,
        uploads: Sequence[Upload],
        options: ImportOptions,
    ) -> int:
        """Start an import of the uploaded files when the unit commits. Return its id.

        Label rules also need `films.label`, because they can make films visible to everybody.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID, IMPORT_RUNNING)
            DomainError(IMPORT_UNUSABLE): the files do not have the format.
        """
        actor.require(FILMS_IMPORT)
        if options.labels:
            actor.require(FILMS_LABEL)
        chosen = await asyncio.to_thread(choose_format, [each.path for each in uploads], options)
        options = msgspec.structs.replace(options, format=chosen.name)
        files = [ImportFile(each.name, each.size) for each in uploads]
        inserted = await unit.first(
            queries.INSERT,
            account_id=actor.account_id,
            format=chosen.name,
            files=_text(files),
            report=_text(Report(options=options)),
            at=now(),
        )
        run_id = inserted[0] if inserted else 0
        await self._require_no_import(unit, but=run_id)  # the INSERT serializes concurrent requests
        subject = Subject("import", run_id, ", ".join(each.name for each in uploads)[:200])
        await record(actor, unit, Action.IMPORT_REQUESTED, subject, format=chosen.name)
        names = tuple(str(each.path.relative_to(pending.path)) for each in uploads)
        folder = self._folders.assign(pending.folder, run_id)
        pending.folder = folder
        request = ImportRequest(_settings(self._settings), str(folder.path), names, options)
        pending.is_taken = True
        unit.after_commit(lambda: self._start(run_id, pending, request))
        unit.after_rollback(pending.abandon)
        return run_id

    async def page(self, actor: Actor, unit: Unit, before: int | None = None) -> RunPage:
        """Return a page of imports, newest first.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(FILMS_IMPORT)
        runs = await unit.all(queries.RUNS, before=before or 2**62, most=PAGE + 1)
        return RunPage(runs[:PAGE], runs[PAGE - 1].id if len(runs) > PAGE else None)

    async def get(self, actor: Actor, unit: Unit, run_id: int) -> Run:
        """Return an import.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, IMPORT_UNKNOWN)
        """
        actor.require(FILMS_IMPORT)
        run = await unit.first(queries.RUN, run_id=run_id)
        if run is None:
            raise DomainError(Code.IMPORT_UNKNOWN)
        return run

    def progress(self, run: Run) -> RunProgress | None:
        """Return the progress of an import, or None if it runs on another machine."""
        folder = self._folders.folder(run.id)
        return folder.progress() if folder.exists() else None

    def report(self, run: Run) -> Path | None:
        """Return the file of all rejected rows, or None if this machine does not have it."""
        path = self._folders.folder(run.id).report
        return path if not run.is_running and path.is_file() else None

    async def cancel(self, actor: Actor, unit: Unit, run_id: int) -> None:
        """Cancel an import: nothing of it is stored. Do nothing if it has finished.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, IMPORT_UNKNOWN)
            DomainError(BUSY): it runs on another machine.
        """
        run = await self.get(actor, unit, run_id)
        folder = self._folders.folder(run_id)
        if not run.is_running:
            return
        if not folder.exists():
            raise DomainError(Code.BUSY, retry_after=AGAIN_SECONDS)
        # The import may hold the database, so the request is only in the folder.
        _stop(folder, StopRequest(actor.account_id, unit.address))

    async def undo(self, actor: Actor, unit: Unit, run_id: int) -> UndoResult:
        """Undo an import, and return what that did.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, IMPORT_UNKNOWN)
            DomainError(IMPORT_RUNNING): another import is running.
            DomainError(IMPORT_PERMANENT): it is too old, or was undone before.
            DomainError(BUSY): the database is unavailable.
        """
        run = await self.get(actor, unit, run_id)
        return await undo_run(self._settings, actor, unit, run)

    async def recover(self, unit: Unit) -> None:
        """Record imports whose process exited, and delete abandoned uploads and old folders."""
        for folder in list(self._folders.abandoned()):
            await asyncio.to_thread(folder.remove)
        for run in await unit.all(queries.RUNNING):
            folder = self._folders.folder(run.id)
            if folder.exists():
                if not folder.is_in_use():
                    await self._finish(unit, run.id, folder)
            elif not self._settings.database_url or run.created_at < now() - DAY:
                await self._finish(unit, run.id, folder)
        await self._remove_old_folders(unit)

    async def close(self) -> None:
        """Stop the imports of this process, because the server stops."""
        await self._watching.close(recancel_after=STOP_SECONDS + 1, within=CLOSE_SECONDS)

    async def _require_no_import(self, unit: Unit, but: int | None = None) -> None:
        for run in await unit.all(queries.RUNNING):
            folder = self._folders.folder(run.id)
            if run.id != but and (not folder.exists() or folder.is_in_use()):
                raise DomainError(Code.IMPORT_RUNNING)

    def _start(self, run_id: int, pending: PendingUpload, request: ImportRequest) -> None:
        self._watching.start(self._watch(run_id, pending, request))

    async def _watch(self, run_id: int, pending: PendingUpload, request: ImportRequest) -> None:
        """Run the process of an import, and record its outcome."""
        folder = pending.folder
        try:
            try:
                process = await _spawn(pending.descriptor, request)
            finally:
                os.close(pending.descriptor)  # now only the process holds the lock
            folder.write_process_id(process.pid)
            if folder.stop_request() is not None:  # cancelled before the process had started
                process.send_signal(signal.SIGTERM)
            await _wait_until_exit(process, folder)
        except OSError as error:
            log.warning("import process could not be started", reason=str(error))
        await self._finish_soon(run_id, folder)

    async def _finish_soon(self, run_id: int, folder: RunFolder) -> None:
        while True:
            try:
                async with unit_of_work(self._database) as unit:
                    await self._finish(unit, run_id, folder)
            except DomainError:  # the database is unreachable or held by another import
                if self._watching.is_closing:  # the next server records it
                    return
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    async def _finish(self, unit: Unit, run_id: int, folder: RunFolder) -> None:
        """Store the outcome of an import, unless another process has stored it."""
        run = await unit.first(queries.RUN, run_id=run_id)
        if run is None or not run.is_running:
            return
        # First, so that no files remain if the server is killed now. The import has finished.
        await asyncio.to_thread(folder.remove_files)
        stop_request = folder.stop_request()
        outcome = _outcome(folder.outcome(), stop_request)
        report = msgspec.structs.replace(outcome.report, options=run.report.options)
        stored = await unit.run(
            queries.FINISH,
            run_id=run_id,
            new_state=outcome.state.value,
            report=_text(report),
            at=now(),
            **{name: getattr(outcome, name) for name in queries.COUNTS},
        )
        if not stored:
            return
        await _record(unit, run, outcome, stop_request)

    async def _remove_old_folders(self, unit: Unit) -> None:
        here = self._folders.ids()
        if len(here) <= STORED_REPORTS:
            return
        kept = {run_id for (run_id,) in await unit.all(queries.OLD, most=STORED_REPORTS)}
        for run_id in here - kept:
            folder = self._folders.folder(run_id)
            if not folder.is_in_use():
                await asyncio.to_thread(folder.remove)


async def _spawn(descriptor: int, request: ImportRequest) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "kinoteka.core.import_runs.process",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        pass_fds=(descriptor,),
        start_new_session=True,  # Ctrl+C goes to the server, which stops the import in order
    )
    try:
        if process.stdin is not None:
            with suppress(ConnectionError):  # the process exited, which the caller notices
                process.stdin.write(msgspec.json.encode(request))
                await process.stdin.drain()
                process.stdin.close()
    except asyncio.CancelledError:  # it has not received its task
        process.kill()
        raise
    return process


async def _wait_until_exit(process: asyncio.subprocess.Process, folder: RunFolder) -> None:
    """Wait for the process. Stop it if the server stops."""
    try:
        await process.wait()
    except asyncio.CancelledError:
        _stop(folder, StopRequest(None))
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:  # a killed process does not store anything either
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _stop(folder: RunFolder, stop_request: StopRequest) -> None:
    if folder.stop_request() is None:
        folder.write_stop_request(stop_request)
    process_id = folder.process_id()
    # The lock shows that the process with this id still belongs to the import.
    if process_id is not None and folder.is_in_use():
        with suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGTERM)


def _outcome(stored: Outcome | None, stop_request: StopRequest | None) -> Outcome:
    """Return the outcome of an import, given the request to stop it."""
    by_hand = stop_request is not None and stop_request.account_id is not None
    if stored is None:
        reason = FailureReason.STOPPED if stop_request is not None else FailureReason.DIED
        stored = Outcome(state=RunState.FAILED, interrupted=True, report=Report(failed_by=reason))
    if stored.interrupted and stored.state is RunState.FAILED and by_hand:
        report = msgspec.structs.replace(stored.report, failed_by=None)
        return msgspec.structs.replace(stored, state=RunState.CANCELLED, report=report)
    return stored


async def _record(unit: Unit, run: Run, outcome: Outcome, stop_request: StopRequest | None) -> None:
    names = ", ".join(each.name for each in run.files)[:200]
    subject = Subject("import", run.id, names)
    if outcome.state is RunState.CANCELLED and stop_request is not None:
        actor = _audit_actor(stop_request.account_id)
        await record(actor, unit, Action.IMPORT_CANCELLED, subject, address=stop_request.address)
        return
    counts = {name: getattr(outcome, name) for name in queries.COUNTS}
    actor = _audit_actor(run.account_id)
    await record(actor, unit, Action.IMPORT_FINISHED, subject, state=outcome.state.value, **counts)


def _audit_actor(account_id: int | None) -> Actor:
    """Return an actor without permissions, for an entry of the audit log."""
    return Actor(account_id, None, False, (), frozenset(), ())


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Path) else value
        for name, value in msgspec.structs.asdict(settings).items()
    }


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
