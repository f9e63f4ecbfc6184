"""Copies of a process that has imported the server behave like processes of the command."""

import signal
import subprocess

import pytest

from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT
from tests.support.servers import clean_environment


def started(*arguments: str, **environment: str) -> ForkedCommand:
    return ForkedCommand(arguments, clean_environment(environment))


def test_command_runs_with_its_environment():
    process = started("settings", KINOTEKA_PORT="8123")
    with process.stdout as output:
        assert "KINOTEKA_PORT (whole number) = 8123" in output.read()
    assert process.wait(TIMEOUT) == 0


def test_errors_go_to_the_standard_error_of_the_tests(capfd):
    process = started("settings", KINOTEKA_PORT="no number")
    with process.stdout as output:
        assert output.read() == ""
    assert process.wait(TIMEOUT) == 1
    assert "KINOTEKA_PORT" in capfd.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_exit_code_is_the_signal_that_ended_it(tmp_path, number):
    process = started("serve", "--no-demo", "--port", "0", "--data", str(tmp_path))
    with process.stdout as output:
        assert "http://" in output.readline()
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.send_signal(number)
        assert process.wait(TIMEOUT) == process.poll() == -number
        process.send_signal(number)  # which is nobody's business any more
