"""How far a copy, a backup or a restore has come."""

import threading
from contextlib import AbstractContextManager

from kinoteka.cli import output as console
from kinoteka.cli.output import BAR_SECONDS
from kinoteka.infrastructure.progress import Progress


def shown(progress: Progress) -> AbstractContextManager[None]:
    """Show it on standard error as long as the block runs."""
    return console.shown(lambda: line(progress), lambda stop: _bar(progress, stop))


def line(progress: Progress) -> str:
    """One line: the step, and how much of it is done."""
    if not progress.total:
        return progress.step
    percent = min(progress.done * 100 // progress.total, 100)
    return f"{progress.step} {percent} %, {progress.done:,} of {progress.total:,}"


def _bar(progress: Progress, stop: threading.Event) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("")
        while not stop.wait(BAR_SECONDS):
            bars.update(
                task,
                description=line(progress),
                completed=progress.done,
                total=progress.total or None,
            )
