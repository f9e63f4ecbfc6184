"""The bound on stopping, in a process of its own, which it ends."""

import subprocess
import sys
import textwrap

import pytest

from kinoteka.server.stop_bound import OVERDUE
from tests.support.polling import TIMEOUT

HANGS = """
    import sys, threading
    from kinoteka.server.stop_bound import StopBound

    bound = StopBound({within}, lambda: print("last"))
    threading.Thread(target=threading.Event().wait).start()  # the interpreter waits for it
    {told}
"""


def run(within: float, told: str) -> "subprocess.CompletedProcess[str]":
    program = textwrap.dedent(HANGS).format(within=within, told=told)
    command = [sys.executable, "-u", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)


@pytest.mark.parametrize(
    ("within", "told", "code", "logged"),
    [
        (0.05, "bound.tell()", OVERDUE, "did not stop in time"),
        (0.05, "bound.begin(); bound.begin()", OVERDUE, "did not stop in time"),
        (1000, "bound.tell(); bound.tell()", 0, "ended at once"),
        (1000, "bound.begin(); bound.tell(); bound.tell()", 0, "ended at once"),
    ],
    ids=["told once", "stops for another reason", "told twice", "told three times"],
)
def test_process_that_hangs_is_ended(within, told, code, logged):
    ended = run(within, told)
    assert ended.returncode == code
    assert "last" in ended.stdout
    assert logged in ended.stdout
