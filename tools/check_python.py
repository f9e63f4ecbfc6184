"""Stop with one sentence if this Python is too old for Kinoteka.

    check_python.py [TARGET]    TARGET is what `make` was asked for, for the advice

Any Python may run this file, even 2.7, so its syntax is older than that of the other tools.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)
NEWER = ["python3.%d" % minor for minor in range(19, OLDEST[1] - 1, -1)]  # noqa: UP031
IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (%d, %d))" % OLDEST  # noqa: UP031
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
            return subprocess.request(command, stdout=silence, stderr=silence) == 0
    except OSError:
        return False


if __name__ == "__main__" and sys.version_info[:2] < OLDEST:
    sys.exit(message(" ".join(sys.argv[1:2]) or "run", sys.version.split()[0], sys.executable))
