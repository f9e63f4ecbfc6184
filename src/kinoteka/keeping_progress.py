"""How far a copy, a backup or a restore has come: a bar on a terminal, a line now and then
elsewhere.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

LINE_SECONDS = 1.0
BAR_SECONDS = 0.1


class Progress(Protocol):
    """What is being done, and how much of it is done."""

    step: str
    done: int
    total: int


@contextmanager
def shown(progress: Progress) -> Iterator[None]:
    """Show it on standard error as long as the block runs."""
    stop = threading.Event()
    show = _bar if sys.stderr.isatty() else _lines
    thread = threading.Thread(target=show, args=(progress, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def line(progress: Progress) -> str:
    """One line: the step, and how much of it is done."""
    if not progress.total:
        return progress.step
    percent = min(progress.done * 100 // progress.total, 100)
    return f"{progress.step} {percent} %, {progress.done:,} of {progress.total:,}"


def _lines(progress: Progress, stop: threading.Event) -> None:
    while not stop.wait(LINE_SECONDS):
        if progress.step:
            sys.stderr.write(line(progress) + "\n")
            sys.stderr.flush()


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
