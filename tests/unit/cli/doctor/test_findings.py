"""Findings as lines."""

import socket

import pytest

from kinoteka.cli.doctor.findings import error, fine, reason, warning


def test_finding_is_one_line() -> None:
    assert str(error("disk", "It is full.")) == "error    disk         It is full."
    assert str(warning("clock", "two\n  lines\n")) == "warning  clock        two lines"
    assert str(fine("keys", "Good.")).startswith("fine     keys  ")


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (PermissionError(13, "Permission denied", "/srv"), "Permission denied (/srv)"),
        (FileNotFoundError(2, "No such file or directory"), "No such file or directory"),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (TimeoutError(), "it did not answer in time"),
        (ValueError("the port is\n too large."), "the port is too large"),
        (ValueError(), "it gave no reason"),
    ],
)
def test_reason_contains_only_the_systems_message(problem: Exception, words: str) -> None:
    assert reason(problem) == words
