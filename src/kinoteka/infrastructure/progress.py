"""Progress of a long operation, for display by another thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Progress:
    """The current step, with `done` of `total` bytes, rows, files or pages."""

    def __init__(self) -> None:
        self.step = ""
        self.done = 0
        self.total = 0

    def begin(self, step: str, total: int = 0) -> None:
        """Begin a step; a total of 0 means unknown."""
        self.step, self.done, self.total = step, 0, total


@contextmanager
def reported_by(report: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run `report` in a thread while the block runs, which may be busy for long.

    `report` returns when its event is set.
    """
    stop = threading.Event()
    thread = threading.Thread(target=report, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
