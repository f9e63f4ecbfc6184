"""The deadline for stopping, in a process of its own, which it ends."""

import subprocess
import sys
import textwrap

import pytest

from kinoteka.server.stop_deadline import TIMED_OUT
from tests.support.polling import TIMEOUT

PROGRAM = """
    import sys, threading
    from kinoteka.server.stop_deadline import StopDeadline

    deadline = StopDeadline({within}, lambda: print("last"))
    threading.Thread(target=threading.Event().wait).start()  # the interpreter waits for it
    {calls}
"""


def run(within: float, calls: str) -> "subprocess.CompletedProcess[str]":
    program = textwrap.dedent(PROGRAM).format(within=within, calls=calls)
    command = [sys.executable, "-u", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)


@pytest.mark.parametrize(
    ("within", "calls", "code", "logged"),
    [
        (0.05, "deadline.count_signal()", TIMED_OUT, "did not stop in time"),
        (0.05, "deadline.start(); deadline.start()", TIMED_OUT, "did not stop in time"),
        (1000, "deadline.count_signal(); deadline.count_signal()", 0, "ended at once"),
        (
            1000,
            "deadline.start(); deadline.count_signal(); deadline.count_signal()",
            0,
            "ended at once",
        ),
    ],
    ids=["one signal", "no signal", "two signals", "two signals after the start"],
)
def test_hanging_process_is_ended(within, calls, code, logged):
    ended = run(within, calls)
    assert ended.returncode == code
    assert "last" in ended.stdout
    assert logged in ended.stdout
