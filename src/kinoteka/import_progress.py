"""How far an import has come: a bar on a terminal, a line each second elsewhere."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kinoteka.core.imports.reading import Progress
from kinoteka.core.imports.service import Import

LINE_SECONDS = 1.0
BAR_SECONDS = 0.1


@contextmanager
def shown(running: Import, progress: Progress) -> Iterator[None]:
    """Show on standard error how far the import is, as long as the block runs.

    A thread looks, because a reader may be busy for long before it gives its first film.
    """
    stop = threading.Event()
    show = _bar if sys.stderr.isatty() else _lines
    thread = threading.Thread(target=show, args=(running, progress, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


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


def _lines(running: Import, progress: Progress, stop: threading.Event) -> None:
    while not stop.wait(LINE_SECONDS):
        sys.stderr.write(line(running, progress) + "\n")
        sys.stderr.flush()


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
