"""Report at the end of a test run how many tests were skipped, and why."""

from collections import Counter
from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the number of skipped tests and each reason with its number."""
    skipped = terminalreporter.stats.get("skipped", [])
    terminalreporter.section(f"skipped tests: {len(skipped)}", sep="-")
    for reason, number in Counter(map(_reason, skipped)).most_common():
        terminalreporter.write_line(f"{number:5} × {reason}")


def _reason(report: Any) -> str:
    detail = report.longrepr
    text = detail[2] if isinstance(detail, tuple) else str(detail)
    return str(text).removeprefix("Skipped: ")
