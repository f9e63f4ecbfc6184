"""What the commands have in common: the data folder, failing in a line, how far they are."""

import errno
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from kinoteka.infrastructure import settings as config

LINE_SECONDS = 1.0
BAR_SECONDS = 0.1

ADVICE = (
    (
        (errno.EACCES, errno.EPERM, errno.EROFS),
        "Run the command as the user that owns it, or name another data folder with --data",
    ),
    (
        (errno.EEXIST, errno.ENOTDIR),
        "There is a file where a folder is needed: name another data folder with --data "
        "(KINOTEKA_DATA)",
    ),
    (
        (errno.ENOENT, errno.EISDIR),
        "Check the path; --data names the data folder (KINOTEKA_DATA)",
    ),
)
"""Numbers of errors, and what to do about them."""

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds all state (KINOTEKA_DATA; ./data).",
)


class WholeNumber(click.ParamType[int]):
    """A whole number from `least`."""

    name = "number"

    def __init__(self, least: int) -> None:
        self._least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or end the command with what is wrong."""
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or number < self._least:
            self.fail(f"{value} is not a whole number from {self._least}.", param, ctx)
        return number


class SettingValue(click.ParamType[str]):
    """The value of a setting, checked as it is checked in the environment."""

    name = "number"

    def __init__(self, setting: str) -> None:
        self._setting = setting

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, or end the command with what is wrong."""
        if problem := config.check_value(self._setting, value):
            self.fail(f"{problem}.", param, ctx)
        return str(value)


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with this reason."""
    click.echo(f"kinoteka: {message}", err=True)
    sys.exit(code)


def explain(error: OSError) -> str:
    """Return what an error of the operating system means and what to do about it."""
    said = error.strerror or str(error)
    if not error.filename:
        return f"the operating system refused it: {said}. 'kinoteka doctor' looks for the cause"
    for numbers, advice in ADVICE:
        if error.errno in numbers:
            return f"{error.filename} cannot be used: {said}. {advice}"
    return f"{error.filename} cannot be used: {said}. 'kinoteka doctor' looks for the cause"


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
