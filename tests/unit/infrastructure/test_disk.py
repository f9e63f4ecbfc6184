"""Failed writes and probes; tests/faults/test_full_disk.py fills real disks."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from kinoteka.errors import Code
from kinoteka.infrastructure.disk import DiskState, disk_failure, probe
from tests.support.errors import raises_error


def test_failed_writes_are_logged_once_a_minute() -> None:
    room = DiskState()
    with capture_logs() as lines:
        codes = [room.record_failure(OSError("no space")).code for _ in range(3)]
        room.record_success()
        room.record_success()
    assert codes == [Code.DISK_FULL] * 3
    assert [line["event"] for line in lines] == [
        "the disk is full or rejects writes: free some space",
        "the disk accepts writes again",
    ]
    assert not room.has_failed


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(28, "No space left on device", "a.db"),
            "nothing was stored (a.db): free some space",
        ),
        (OSError(27, "File too large"), "nothing was stored: free some space"),
        (PermissionError(13, "Permission denied"), None),
        (ValueError(), None),
    ],
)
def test_disk_failures_differ_from_other_errors(error: Exception, sentence: str | None) -> None:
    message = disk_failure(error)
    assert (message is None) if sentence is None else sentence in str(message)


def test_probe_leaves_no_file(tmp_path: Path) -> None:
    probe(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_probe_fails_when_the_folder_is_not_writable(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    with raises_error(Code.DISK_FULL):
        probe(tmp_path / folder)
