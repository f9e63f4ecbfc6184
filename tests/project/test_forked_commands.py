"""Copies of a process that has imported the server behave like processes of the command."""

import signal
import subprocess

import pytest

from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT
from tests.support.servers import clean_environment


def started(*arguments: str, **environment: str) -> ForkedCommand:
    return ForkedCommand(arguments, clean_environment(environment))


def test_it_runs_the_command_with_its_environment():
    process = started("settings", KINOTEKA_PORT="8123")
    with process.stdout as told:
        assert "KINOTEKA_PORT (whole number) = 8123" in told.read()
    assert process.wait(TIMEOUT) == 0


def test_it_writes_errors_where_its_maker_does(capfd):
    process = started("settings", KINOTEKA_PORT="no number")
    with process.stdout as told:
        assert told.read() == ""
    assert process.wait(TIMEOUT) == 1
    assert "KINOTEKA_PORT" in capfd.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_a_signal_that_ends_it_is_told(tmp_path, number):
    process = started("serve", "--no-demo", "--port", "0", "--data", str(tmp_path))
    with process.stdout as told:
        assert "http://" in told.readline()
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.send_signal(number)
        assert process.wait(TIMEOUT) == process.poll() == -number
        process.send_signal(number)  # which is nobody's business any more
