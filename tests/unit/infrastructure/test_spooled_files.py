"""Files in memory, on the disk, and half in both."""

import stat
import tracemalloc
from pathlib import Path

import pytest

from kinoteka.infrastructure.spooled_files import SpooledFile


@pytest.mark.parametrize("stored_after", [set(), {0}, {1}, {0, 1, 2}])
def test_content_is_read_from_memory_and_disk(tmp_path: Path, stored_after: set[int]) -> None:
    file = SpooledFile(tmp_path / "uploads")
    for number, piece in enumerate((b"one", b"two", b"three")):
        file.add(piece)
        if number in stored_after:
            file.store()
            assert file.buffered == 0
    assert file.read() == b"onetwothree"
    assert file.size == 11
    file.close()


def test_file_without_a_path_has_no_name_on_the_disk(tmp_path: Path) -> None:
    file = SpooledFile(tmp_path / "uploads")
    file.store()
    assert list((tmp_path / "uploads").iterdir()) == []
    file.close()


def test_file_with_a_path_is_private(tmp_path: Path) -> None:
    path = tmp_path / "0" / "a.csv"
    file = SpooledFile(tmp_path, path)
    file.add(b"x")
    file.store()
    file.close()
    assert path.read_bytes() == b"x"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_tiny_parts_take_only_the_memory_of_their_content(tmp_path: Path) -> None:
    tracemalloc.start()
    file = SpooledFile(tmp_path)
    for _ in range(20_000):
        file.add(bytes(bytearray(2)))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 4 * 40_000
    file.close()
