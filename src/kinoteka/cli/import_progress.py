"""How far an import has come."""

import threading
from contextlib import AbstractContextManager

from kinoteka.cli import output as console
from kinoteka.cli.output import BAR_SECONDS
from kinoteka.core.imports.reading import Progress
from kinoteka.core.imports.service import Import


def shown(running: Import, progress: Progress) -> AbstractContextManager[None]:
    """Show on standard error how far the import is, as long as the block runs."""
    return console.shown(
        lambda: line(running, progress), lambda stop: _bar(running, progress, stop)
    )


def line(running: Import, progress: Progress) -> str:
    """One line: what is being done, and how much of it is done."""
    if running.to_store:
        percent = _percent(running.stored, running.to_store)
        return f"storing {percent} %, {running.stored:,} of {running.to_store:,} films"
    refused = running.refused.total()
    return (
        f"reading {_percent(progress.read, progress.total)} %,"
        f" {progress.read / 1e6:,.1f} of {progress.total / 1e6:,.1f} MB, {running.read:,} films"
        + (f", {refused:,} refused" if refused else "")
    )


def _percent(done: int, total: int) -> int:
    return min(done * 100 // total, 100) if total else 0


def _bar(running: Import, progress: Progress, stop: threading.Event) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        reading = bars.add_task("", total=progress.total)
        storing: TaskID | None = None
        while True:
            if running.to_store and storing is None:
                bars.remove_task(reading)
                storing = bars.add_task("", total=running.to_store)
            if storing is None:
                bars.update(reading, completed=progress.read, description=line(running, progress))
            else:
                bars.update(storing, completed=running.stored, description=line(running, progress))
            if stop.wait(BAR_SECONDS):
                return
