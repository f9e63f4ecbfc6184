"""A folder of files: each whole or not there, under names that stay inside."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinoteka.storage.files import Files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not there yet"


@pytest.fixture
def files(folder: Path) -> Iterator[Files]:
    files = Files(folder)
    yield files
    files.close()


async def test_what_is_put_is_got_until_it_is_deleted(files):
    await files.put("a-1_B.jpg", b"content")
    assert await files.get("a-1_B.jpg") == b"content"
    await files.delete("a-1_B.jpg")
    assert await files.get("a-1_B.jpg") is None
    await files.delete("a-1_B.jpg")


async def test_a_file_deleted_soon_is_gone_at_the_latest_when_all_is_closed(files, folder):
    await files.put("a.jpg", b"content")
    files.delete_soon("a.jpg")
    files.close()
    assert list(folder.iterdir()) == []


async def test_a_file_is_replaced_whole(files, folder):
    contents = [bytes([digit]) * 300_000 for digit in range(20)]
    await files.put("a.jpg", contents[0])
    writing = [asyncio.create_task(files.put("a.jpg", content)) for content in contents]
    while not all(task.done() for task in writing):
        assert await files.get("a.jpg") in contents
    assert [path.name for path in folder.iterdir()] == ["a.jpg"]


async def test_a_file_that_could_not_be_written_leaves_nothing(files, folder):
    (folder / "a.jpg").mkdir(parents=True)
    with pytest.raises(OSError, match=r"a\.jpg"):
        await files.put("a.jpg", b"content")
    assert [path.name for path in folder.iterdir()] == ["a.jpg"]


OUTSIDE = ["", ".", "..", "../secret.key", "a/b", "a\\b", "/etc/passwd", ".hidden", "a\0b", "a\n"]


@pytest.mark.parametrize("name", [*OUTSIDE, "x" * 200, "a.tar.gz", "é.jpg"])
async def test_names_stay_inside_the_folder(files, folder, name):
    (folder.parent / "secret.key").write_bytes(b"secret")
    assert await files.get(name) is None
    with pytest.raises(ValueError, match=r".*"):
        await files.put(name, b"content")
    with pytest.raises(ValueError, match=r".*"):
        await files.delete(name)
