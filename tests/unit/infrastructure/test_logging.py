"""Lines of the log, as a process of its own writes them."""

import json
from collections.abc import Sequence

import pytest

from tests.support.servers import run_forked

START = """
import logging, warnings
warnings.simplefilter("default")
import structlog
from types import SimpleNamespace
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.logging import REQUEST, configure_logging
"""


def logged(*statements: str, settings: str = "") -> Sequence[str]:
    """The lines that these statements write on standard error."""
    script = "\n".join([START, f"configure_logging(Settings({settings}))", *statements])
    done = run_forked((), {}, script=script)
    assert (done.returncode, done.stdout) == (0, "")
    return done.stderr.splitlines()


def fields(line: str) -> dict[str, str]:
    """What a line without spaces in its values says."""
    return dict(pair.split("=", 1) for pair in line.split(" "))


def test_line_has_keys_and_values():
    (line,) = logged("structlog.get_logger().info('started', port=8000)")
    known = fields(line)
    assert known.pop("timestamp").endswith("Z")
    assert known == {"event": "started", "level": "info", "port": "8000"}


def test_lines_of_libraries_have_the_same_format():
    (line,) = logged("logging.getLogger('uvicorn.error').warning('slow: %s', 'disk')")
    assert 'event="slow: disk"' in line
    assert "logger=uvicorn.error" in line
    assert "level=warning" in line


def test_debug_lines_of_libraries_are_omitted():
    assert (
        logged("logging.getLogger('asyncio').info('polling')", settings="log_level='debug'") == []
    )


def test_warnings_are_logged():
    (line,) = logged("warnings.warn('soon gone', DeprecationWarning)")
    assert "logger=py.warnings" in line
    assert "soon gone" in line


@pytest.mark.parametrize("logger", ["structlog.get_logger()", "logging.getLogger('x')"])
def test_traceback_is_one_line(logger):
    (line,) = logged("try: 1 / 0", f"except ZeroDivisionError: {logger}.exception('failed')")
    assert "ZeroDivisionError" in line
    assert "event=failed" in line


def test_lines_below_the_level_are_omitted():
    said = "structlog.get_logger().info('a'); structlog.get_logger().error('b')"
    (line,) = logged(said, settings="log_level='error'")
    assert "event=b" in line


def test_control_characters_are_escaped():
    (line,) = logged(r"structlog.get_logger().info('a\x1b[2Jb\rc\nd')")
    assert r"event=a\x1b[2Jb\x0dc\nd" in line


def test_lines_of_a_request_have_its_id_and_route():
    (line,) = logged(
        "endpoint = SimpleNamespace(contract='cinema', route='/movies/{id}')",
        "REQUEST.set({'kinoteka.request_id': b'ab-1', 'kinoteka.endpoint': endpoint})",
        "structlog.get_logger().info('found')",
    )
    assert line.endswith("request_id=ab-1 contract=cinema route=/movies/{id}")


def test_lines_of_several_workers_have_the_process_id():
    script = "structlog.get_logger().info('mine')"
    (alone,) = logged(script)
    (line,) = logged(script, settings="workers=2")
    assert "pid=" not in alone
    assert fields(line)["pid"].isdigit()


class TestJSON:
    @pytest.mark.parametrize(
        "statement",
        [
            "structlog.get_logger().warning('full', disk='/dev/sda1', text='Кино \\x1b[2J\\n')",
            "logging.getLogger('uvicorn.error').warning('full')",
            "warnings.warn('full', DeprecationWarning)",
        ],
    )
    def test_every_line_is_an_object(self, statement):
        (line,) = logged(statement, settings="log_format='json'")
        known = json.loads(line)
        assert "full" in known["event"]
        assert known["level"] == "warning"
        assert known["timestamp"].endswith("Z")
        if "disk" in known:
            assert known["disk"] == "/dev/sda1"
            assert known["text"] == "Кино \\x1b[2J\n"

    def test_traceback_is_a_field(self):
        failing = ("try: 1 / 0", "except ZeroDivisionError:")
        (line,) = logged(
            *failing, "  structlog.get_logger().exception('failed')", settings="log_format='json'"
        )
        assert "ZeroDivisionError" in json.loads(line)["exception"]

    def test_security_events_are_objects_too(self):
        (line,) = logged(
            "from kinoteka.infrastructure.security_events import SecurityEvent, report",
            "report(SecurityEvent.THROTTLED, limit='search')",
            settings="log_format='json'",
        )
        known = json.loads(line)
        assert (known["event"], known["limit"]) == ("security.throttled", "search")
