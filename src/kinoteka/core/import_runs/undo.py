"""Undo an import that was started on the site.

Public operations: undo_run, prune_changes.
"""

import asyncio

import msgspec
import structlog

from kinoteka.core.access.model import Actor
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.import_runs import queries
from kinoteka.core.import_runs.model import Run
from kinoteka.core.imports.model import UNDO_DAYS, UndoResult
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.settings import Settings

log = structlog.get_logger()

AGAIN_SECONDS = 2
PRUNED = 20_000
"""How many changes are deleted at a time."""


async def undo_run(settings: Settings, actor: Actor, unit: Unit, run: Run) -> UndoResult:
    """Undo an import, and store with it what that did.

    Raises:
        DomainError(IMPORT_RUNNING): another import is running.
        DomainError(IMPORT_PERMANENT): it changed nothing, is too old, or was undone before.
        DomainError(BUSY): the database is unavailable.
    """
    # A server starts without these modules.
    from kinoteka.core.imports.service import AnotherImportRuns, ImportFailed
    from kinoteka.core.imports.undo import CannotUndo, Undo

    if run.report.batch is None:
        raise DomainError(Code.IMPORT_PERMANENT)
    try:
        result = await asyncio.to_thread(Undo(run.report.batch).run, settings)
    except AnotherImportRuns:
        raise DomainError(Code.IMPORT_RUNNING) from None
    except CannotUndo:
        raise DomainError(Code.IMPORT_PERMANENT) from None
    except ImportFailed as error:
        log.warning("import could not be undone", run=run.id, reason=str(error))
        raise DomainError(Code.BUSY, retry_after=AGAIN_SECONDS) from error
    report = msgspec.structs.replace(run.report, undone=result)
    await unit.run(queries.SET_REPORT, run_id=run.id, report=msgspec.json.encode(report).decode())
    subject = Subject("import", run.id, ", ".join(each.name for each in run.files)[:200])
    await record(actor, unit, Action.IMPORT_UNDONE, subject, **msgspec.structs.asdict(result))
    return result


async def prune_changes(unit: Unit) -> int:
    """Delete some of the values that imports replaced too long ago. Return how many."""
    return await unit.run(queries.PRUNE_CHANGES, until=now() - UNDO_DAYS * DAY, most=PRUNED)
