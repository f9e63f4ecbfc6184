"""Stop with one sentence if this Python is too old for Kinoteka, or lacks a part that it needs.

    check_python.py [TARGET]    TARGET is what `make` was asked for, for the advice

Any Python may run this file, even 2.7, so its syntax is older than that of the other tools.
"""

import os
import subprocess
import sys
from contextlib import closing

OLDEST = (3, 11)
NEWER = ["python3.%d" % minor for minor in range(19, OLDEST[1] - 1, -1)]  # noqa: UP031
IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (%d, %d))" % OLDEST  # noqa: UP031
SEARCH = "CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'trigram')"
INSTALL = "on Debian 12, Ubuntu 24.04 and newer: sudo apt-get install python3 python3-venv"


def message(target, version, executable):
    """Return what is wrong and what to run instead."""
    oldest = ".".join(str(number) for number in OLDEST)
    needed = ["Kinoteka needs Python", oldest, "or newer, and", executable, "is Python", version]
    found = next((name for name in NEWER if is_new_enough(name)), None)
    if found:
        advice = ["Run: make", target, "PYTHON=" + found]
    else:
        advice = ["Install a newer one (" + INSTALL + "), then run: make", target]
    return " ".join(needed) + ". Nothing was created. " + " ".join(advice)


def is_new_enough(name):
    """Return whether a program of this name runs and is a Python that Kinoteka can use."""
    try:
        with open(os.devnull, "w") as silence:
            command = [name, "-c", IS_NEW_ENOUGH]
            return subprocess.call(command, stdout=silence, stderr=silence) == 0
    except OSError:
        return False


def missing_part():
    """Return what this Python was built without, or None if it has every part."""
    try:
        import ssl  # noqa: F401
    except ImportError:
        return "the module ssl"
    try:
        import sqlite3
    except ImportError:
        return "the module sqlite3"
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute(SEARCH)
    except sqlite3.Error:
        return "SQLite's full-text search (FTS5 with trigrams, SQLite 3.34 or newer)"
    return None


def main(target):
    """Exit with a message unless this Python can be used."""
    if sys.version_info[:2] < OLDEST:
        sys.exit(message(target, sys.version.split()[0], sys.executable))
    part = missing_part()
    if part:
        sys.exit(
            "The Python at " + sys.executable + " was built without " + part + ", which Kinoteka "
            "needs. Nothing was created. Use another Python, such as the one of Debian or Ubuntu: "
            "make " + target + " PYTHON=/usr/bin/python3"
        )


if __name__ == "__main__":
    main(" ".join(sys.argv[1:2]) or "run")
