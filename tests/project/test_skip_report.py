"""A test run ends with the number of skipped tests and the reasons."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = """
import pytest

@pytest.mark.skipif(True, reason="there is no snow")
@pytest.mark.parametrize("number", range(3))
def test_sledge(number):
    pass

def test_swim():
    pytest.skip("the lake is frozen")

def test_walk():
    pass
"""


def test_run_ends_with_skipped_tests_by_reason(tmp_path: Path) -> None:
    (tmp_path / "test_winter.py").write_text(TESTS)
    run = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.support.skip_report",
        "-p",
        "no:cacheprovider",
        ".",
    ]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(
        run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    title, snow, ice, total = done.stdout.splitlines()[-4:]
    assert "skipped tests: 4" in title
    assert snow.split(" × ") == ["    3", "there is no snow"]
    assert ice.split(" × ") == ["    1", "the lake is frozen"]
    assert total.startswith("1 passed, 4 skipped")
