"""`make test` runs the tests of all folders, and fails when one lane fails."""

import sys
from pathlib import Path

import pytest

from tests.support.lanes import MARKERS_OF_PATHS
from tools.test_lanes import FAST_LANES, LANES, NOT_IMPORTED, SLOW, pytest_commands, run

TESTS = Path(__file__).parents[1]
MODULES = sorted(TESTS.rglob("test_*.py"))


def test_every_test_is_in_one_lane():
    folders = [TESTS.parent / folder for lane in LANES.values() for folder in lane]
    lanes = {path: [each for each in folders if each in path.parents] for path in MODULES}
    assert [str(path) for path, found in lanes.items() if len(found) != 1] == []


def test_fast_lanes_omit_only_folders_whose_tests_are_slow():
    fast = {folder for lane in FAST_LANES.values() for folder in lane}
    omitted = {folder for lane in LANES.values() for folder in lane} - fast
    assert omitted == {"tests/browser", "tests/deploy", "tests/engines", "tests/faults"}


def test_fast_lanes_leave_out_marked_tests(pytestconfig):
    known = {line.partition(":")[0] for line in pytestconfig.getini("markers")}
    assert set(SLOW) <= known
    for command in pytest_commands(fast=True).values():
        assert command[command.index("-m", 3) + 1] == f"not ({' or '.join(SLOW)})"


def test_fast_lanes_import_all_modules_but_those_whose_tests_are_slow():
    for path in NOT_IMPORTED:
        assert (TESTS.parent / path).exists()
        assert MARKERS_OF_PATHS[path.removeprefix("tests/")] in SLOW


@pytest.mark.parametrize(("programs", "codes"), [(("0", "3"), [0, 3]), (("2", "1"), [2, 1])])
def test_output_and_exit_code_of_each_lane_are_reported(capsys, programs, codes):
    commands = {
        f"lane {code}": [
            sys.executable,
            "-S",
            "-c",
            f"print('output {code}'); raise SystemExit({code})",
        ]
        for code in programs
    }
    assert [each.code for each in run(commands)] == codes
    shown = capsys.readouterr().out
    assert all(f"output {code}" in shown for code in programs)
