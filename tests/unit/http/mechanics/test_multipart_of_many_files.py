"""Forms with many files, which go to the disk; over the wire they are tried with imports."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from kinoteka.errors import Code
from kinoteka.http.mechanics import multipart as uploads
from kinoteka.http.mechanics.multipart import ReceivedForm, drain, plain_name, receive_files
from kinoteka.http.mechanics.request import Request
from tests.support.errors import raises_error

LIMIT = 1000


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    called = f'; filename="{filename}"' if filename is not None else ""
    return (
        f'--b\r\ncontent-disposition: form-data; name="{name}"{called}\r\n\r\n'.encode()
        + content
        + b"\r\n"
    )


def request(pieces: list[bytes], *, whole: bool = True, length: int = 0) -> Request:
    """A request whose body comes in these pieces."""

    def messages() -> Iterator[dict[str, Any]]:
        for number, piece in enumerate(pieces):
            more = not whole or number < len(pieces) - 1
            yield {"type": "http.request", "body": piece, "more_body": more}
        yield {"type": "http.disconnect"}

    coming = messages()

    async def receive() -> dict[str, Any]:
        return next(coming)

    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    if length:
        headers.append((b"content-length", str(length).encode()))
    return Request({"headers": headers}, receive)


async def received(folder: Path, body: bytes, size: int = 7, **options: Any) -> ReceivedForm:
    pieces = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    return await receive_files(request(pieces, **options), "files", folder, LIMIT)


async def test_files_and_fields(tmp_path: Path) -> None:
    body = (
        part("format", b"csv")
        + part("files", b"one\r\n--", "a.csv")
        + part("files", b"two", "../a.csv")
        + part("files", b"", "")
        + part("other", b"passed over", "b.csv")
        + part("mapping", "год=Год".encode())
        + b"--b--"
    )
    found = await received(tmp_path, body)
    assert found.fields == [("format", "csv"), ("mapping", "год=Год")]
    assert [(file.name, file.size) for file in found.files] == [("a.csv", 7), ("a.csv", 3)]
    assert [file.path.read_bytes() for file in found.files] == [b"one\r\n--", b"two"]
    assert all(tmp_path in file.path.parents for file in found.files)


async def test_files_are_written_while_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SPOOLED_BYTES", 10)
    with pytest.raises(ConnectionResetError):
        await received(tmp_path, part("files", b"x" * 500, "a"), whole=False)
    assert (tmp_path / "0" / "a").stat().st_size > 400


@pytest.mark.parametrize(
    "body",
    [b"", b"--b--", b"nothing", part("files", b"x"), part("files", b"x", "a"), b"--b\r\n\r\n"],
)
async def test_incomplete_file_is_rejected(tmp_path: Path, body: bytes) -> None:
    with raises_error(Code.UPLOAD_MISSING, field="files"):
        await received(tmp_path, body)


async def test_too_much(tmp_path: Path) -> None:
    half = part("files", b"x" * 600, "a")
    for options in ({}, {"length": 10**9}):
        with raises_error(Code.UPLOAD_TOO_LARGE, limit=LIMIT):
            await received(tmp_path, half + half + b"--b--", **options)
    with raises_error(Code.BODY_TOO_LARGE):
        await received(tmp_path, part("text", b"x" * 70_000) + b"--b--", 9000)
    with raises_error(Code.UPLOAD_MISSING):
        await received(tmp_path / "many", part("files", b"x", "a") * 51 + b"--b--", 9000)


async def test_disconnect_ends_the_upload(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await received(tmp_path, part("files", b"x" * 600, "a"), whole=False)


async def test_full_disk_is_reported(tmp_path: Path) -> None:
    (tmp_path / "0").write_bytes(b"")  # where the file's folder would be
    with raises_error(Code.DISK_FULL):
        await received(tmp_path, part("files", b"x" * 600, "a") + b"--b--")


async def test_draining_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "DRAINED", 10)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"xxxx"

    await drain(endless())


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("films.csv", "films.csv"),
        ("/etc/passwd", "passwd"),
        ("C:\\films\\мои.csv", "мои.csv"),
        ("..", "file"),
        ("", "file"),
        ("a\nb\0.csv", "ab.csv"),
        ("ж" * 100 + ".csv", "ж" * 48 + ".csv"),
        ("ж" * 100 + "a.csv", "ж" * 47 + "a.csv"),  # half a letter is none
    ],
)
def test_names_of_files(name: str, plain: str) -> None:
    assert plain_name(name) == plain
