"""Show on standard error how far a command is: a bar on a terminal, a line per second elsewhere."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kinoteka.infrastructure.progress import reported_by

if TYPE_CHECKING:
    from rich.progress import TaskID

    from kinoteka.core.imports.readers import Progress as ReadProgress
    from kinoteka.core.imports.service import Import
    from kinoteka.infrastructure.progress import Progress

LINE_SECONDS = 1.0
BAR_SECONDS = 0.1


class Status(NamedTuple):
    """The current step, how much of it is done (total 0: not known), and a line that says so."""

    step: str
    done: int
    total: int
    text: str


@contextmanager
def show_progress(status: Callable[[], Status]) -> Iterator[None]:
    """Show the status while the block runs.

    A thread reads it, because the work may keep the main thread busy for long.
    """
    show = _show_bar if sys.stderr.isatty() else _show_lines
    with reported_by(partial(show, status)):
        yield


def status_of(progress: "Progress") -> Status:
    """Return the status of a copy, a backup or a restore."""
    text = progress.step
    if progress.total:
        percent = _percent(progress.done, progress.total)
        text += f" {percent} %, {progress.done:,} of {progress.total:,}"
    return Status(progress.step, progress.done, progress.total, text)


def import_status(run: "Import", progress: "ReadProgress") -> Status:
    """Return the status of an import, which first reads its files and then stores the films."""
    if run.to_store:
        percent = _percent(run.stored, run.to_store)
        text = f"storing {percent} %, {run.stored:,} of {run.to_store:,} films"
        return Status("storing", run.stored, run.to_store, text)
    rejected = run.rejected.total()
    text = (
        f"reading {_percent(progress.read, progress.total)} %,"
        f" {progress.read / 1e6:,.1f} of {progress.total / 1e6:,.1f} MB, {run.read:,} films"
        + (f", {rejected:,} rejected" if rejected else "")
    )
    return Status("reading", progress.read, progress.total, text)


def _percent(done: int, total: int) -> int:
    return min(done * 100 // total, 100) if total else 0


def _show_lines(status: Callable[[], Status], stop: threading.Event) -> None:
    while not stop.wait(LINE_SECONDS):
        if text := status().text:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()


def _show_bar(status: Callable[[], Status], stop: threading.Event) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        step: str | None = None
        task: TaskID | None = None
        while True:
            now = status()
            if task is None or now.step != step:  # a new task estimates its own remaining time
                if task is not None:
                    bars.remove_task(task)
                step, task = now.step, bars.add_task("")
            bars.update(task, description=now.text, completed=now.done, total=now.total or None)
            if stop.wait(BAR_SECONDS):
                return
