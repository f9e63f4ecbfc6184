"""What the commands have in common: the data folder, failing in a line, how far they are."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

LINE_SECONDS = 1.0
BAR_SECONDS = 0.1

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds all state (KINOTEKA_DATA; ./data).",
)


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with this reason."""
    click.echo(f"kinoteka: {message}", err=True)
    sys.exit(code)


@contextmanager
def shown(line: Callable[[], str], bar: Callable[[threading.Event], None]) -> Iterator[None]:
    """Show on standard error how far the block is, as long as it runs.

    On a terminal `bar` does, until its event is set; elsewhere it is a `line` each second. A
    thread looks, because what is watched may be busy for long.
    """
    stop = threading.Event()
    show = bar if sys.stderr.isatty() else lambda stop: _lines(line, stop)
    thread = threading.Thread(target=show, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _lines(line: Callable[[], str], stop: threading.Event) -> None:
    while not stop.wait(LINE_SECONDS):
        if text := line():
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
