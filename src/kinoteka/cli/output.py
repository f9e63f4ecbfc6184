"""How commands report failures: one line on standard error that says what to do."""

import errno
import sys
from typing import NoReturn

import click

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
"""Error numbers of the operating system, and what to do about them."""


def fail(message: str, code: int = 1) -> NoReturn:
    """Print the reason and end the command with this exit code."""
    click.echo(f"kinoteka: {message}", err=True)
    sys.exit(code)


def explain(error: OSError) -> str:
    """Return what an error of the operating system means and what to do about it."""
    reason = error.strerror or str(error)
    if not error.filename:
        return f"the operating system refused it: {reason}. 'kinoteka doctor' looks for the cause"
    for numbers, advice in ADVICE:
        if error.errno in numbers:
            return f"{error.filename} cannot be used: {reason}. {advice}"
    return f"{error.filename} cannot be used: {reason}. 'kinoteka doctor' looks for the cause"
