"""Files in a folder and in an object store: whole or not there, under names that stay inside."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kinoteka.infrastructure.files import MAX_FILE_BYTES, Files, LocalFiles, open_files
from kinoteka.infrastructure.settings import Settings
from tests.support.object_stores import PREFIX, URL, ObjectStore, run_object_store

FOLDER = "avatars"


@pytest.fixture(scope="module")
def object_store() -> Iterator[ObjectStore]:
    with run_object_store() as store:
        yield store


@pytest.fixture(params=["folder", "object store"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def settings(kind: str, tmp_path: Path, request, monkeypatch: pytest.MonkeyPatch) -> Settings:
    if kind == "folder":
        return Settings(data=tmp_path)
    store = request.getfixturevalue("object_store")
    store.empty()
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    return Settings(data=tmp_path, files_url=URL, files_endpoint=store.endpoint)


@pytest.fixture
def files(settings: Settings) -> Iterator[Files]:
    files = open_files(settings, FOLDER)
    yield files
    files.close()


@pytest.fixture
def stored(kind: str, settings: Settings, request) -> Callable[[], set[str]]:
    """What lies where the files are, as names."""
    if kind == "folder":
        return lambda: {path.name for path in (settings.data / FOLDER).glob("*")}
    keys = request.getfixturevalue("object_store").stored
    return lambda: {key.removeprefix(f"{PREFIX}/{FOLDER}/") for key in keys()}


@pytest.fixture
def store(kind: str, settings: Settings, request) -> Callable[[str, bytes], object]:
    """Put something there past the server."""
    if kind == "folder":
        return lambda name, content: (settings.data / FOLDER / name).write_bytes(content)
    store = request.getfixturevalue("object_store")
    return lambda name, content: store.put_object(f"{PREFIX}/{FOLDER}/{name}", content)


async def test_file_can_be_read_until_it_is_deleted(files, stored):
    await files.put("a-1_B.jpg", b"content")
    assert await files.get("a-1_B.jpg") == b"content"
    assert stored() == {"a-1_B.jpg"}
    await files.delete("a-1_B.jpg")
    assert await files.get("a-1_B.jpg") is None
    assert stored() == set()
    await files.delete("a-1_B.jpg")


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 30_000], ids=["empty", "7 MB"])
async def test_content_is_stored_unchanged(files, content):
    await files.put("a", content)
    got = await files.get("a")
    assert type(got) is bytes
    assert got == content


async def test_missing_file_is_none(files):
    assert await files.get("a.jpg") is None
    await files.delete("a.jpg")


async def test_background_removal_finishes_before_close(files, stored):
    names = [f"{number}.jpg" for number in range(20)]
    for name in names:
        await files.put(name, b"content")
        files.delete_soon(name)
    files.delete_soon("never-there.jpg")
    files.close()
    assert stored() == set()


async def test_file_is_replaced_atomically(files, stored):
    contents = [bytes([digit]) * 300_000 for digit in range(20)]
    await files.put("a.jpg", contents[0])
    writing = [asyncio.create_task(files.put("a.jpg", content)) for content in contents]
    while not all(task.done() for task in writing):
        assert await files.get("a.jpg") in contents
    assert stored() == {"a.jpg"}


async def test_concurrent_operations_succeed(files, stored):
    names = {f"{number}.jpg" for number in range(50)}
    await asyncio.gather(*(files.put(name, name.encode()) for name in names))
    assert stored() == names
    got = await asyncio.gather(*(files.get(name) for name in names))
    assert got == [name.encode() for name in names]


OUTSIDE = ["", ".", "..", "../secret.key", "a/b", "a\\b", "/etc/passwd", ".hidden", "a\0b", "a\n"]


@pytest.mark.parametrize("name", [*OUTSIDE, "x" * 200, "a.tar.gz", "é.jpg", "a%2fb.jpg", "a?b"])
async def test_names_outside_the_folder_are_rejected(files, settings, name):
    (settings.data / "secret.key").write_bytes(b"secret")
    assert await files.get(name) is None
    with pytest.raises(ValueError, match=r".*"):
        await files.put(name, b"content")
    with pytest.raises(ValueError, match=r".*"):
        await files.delete(name)
    with pytest.raises(ValueError, match=r".*"):
        files.delete_soon(name)


async def test_oversized_file_is_neither_stored_nor_read(files, stored, store):
    largest = bytes(MAX_FILE_BYTES)
    await files.put("a.jpg", largest)
    assert await files.get("a.jpg") == largest
    with pytest.raises(ValueError, match=r"bytes"):
        await files.put("b.jpg", largest + b"\0")
    store("foreign.jpg", largest + b"\0")
    assert await files.get("foreign.jpg") is None
    assert stored() == {"a.jpg", "foreign.jpg"}


class TestFolder:
    """What only a folder can do wrong."""

    @pytest.fixture
    def kind(self) -> str:
        return "folder"

    async def test_failed_write_leaves_no_file(self, files, settings, stored):
        (settings.data / FOLDER / "a.jpg").mkdir(parents=True)
        with pytest.raises(OSError, match=r"a\.jpg"):
            await files.put("a.jpg", b"content")
        assert stored() == {"a.jpg"}

    async def test_failed_removal_is_logged(self, files, settings, capsys):
        (settings.data / FOLDER / "a.jpg").mkdir(parents=True)
        files.delete_soon("a.jpg")
        files.close()
        assert "file not removed" in capsys.readouterr().out

    def test_folder_is_the_default(self, files):
        assert isinstance(files, LocalFiles)
