"""Files out of multipart/form-data: whole ones, and every way in which a body can be wrong."""

import tracemalloc
from pathlib import Path

import pytest

from kinoteka.errors import Code
from kinoteka.http.mechanics.bodies import DRAINED
from kinoteka.http.mechanics.body_memory import BODY_MEMORY
from kinoteka.http.mechanics.multipart import MAX_PARTS, OVERHEAD, read_upload
from kinoteka.http.mechanics.routes import Upload
from kinoteka.infrastructure.spooled_files import SPOOLED_BYTES
from tests.support.asgi_requests import ASGIRequest, chunks_of
from tests.support.errors import raises_error

LIMIT = 1000
UPLOAD = Upload("avatar", LIMIT)
CONTENT = b"\xff\xd8\r\n--limi\r\n-\r\0content"
OTHER = b'Content-Disposition: form-data; name="title"\r\n\r\nSelf-portrait'


def part(content: bytes = CONTENT, field: str = "avatar", filename: bytes = b"me.jpg") -> bytes:
    head = b'Content-Disposition: form-data; name="%b"; filename="%b"\r\n'
    return head % (field.encode(), filename) + b"Content-Type: image/jpeg\r\n\r\n" + content


def body(*parts: bytes) -> bytes:
    return b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"


async def read(folder: Path, sent: ASGIRequest, upload: Upload = UPLOAD) -> bytes:
    file = await read_upload(sent.request(), upload, folder / "uploads")
    try:
        return file.read()
    finally:
        file.close()


# Whole files.


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 64, 10_000])
async def test_pieces_of_any_size_give_the_same_file(tmp_path, size):
    sent = ASGIRequest(*chunks_of(body(OTHER, part(), OTHER), size))
    assert await read(tmp_path, sent) == CONTENT


async def test_boundary_may_be_split_anywhere(tmp_path):
    whole = body(part())
    for cut in range(len(whole) + 1):
        assert await read(tmp_path, ASGIRequest(whole[:cut], b"", whole[cut:])) == CONTENT


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/form-data; boundary="limit"',
        "Multipart/Form-Data; charset=utf-8; Boundary=limit",
        "multipart/form-data;boundary=limit",
    ],
)
async def test_spellings_of_the_type(tmp_path, content_type):
    assert await read(tmp_path, ASGIRequest(body(part()), content_type=content_type)) == CONTENT


@pytest.mark.parametrize(
    "filename",
    [
        "портрет.jpg".encode(),
        "портрет.jpg".encode("cp1251"),
        "肖像.jpg".encode("shift_jis"),
        b"\xff\xfe\x00",
        b"../../etc/passwd",
        b"C:\\\\me.jpg",
        b'a\\"b.jpg',
        b"",
        b"long" * 1000,
    ],
)
async def test_filename_does_not_matter(tmp_path, filename):
    assert await read(tmp_path, ASGIRequest(body(part(filename=filename)))) == CONTENT


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Disposition: form-data; name=avatar",
        b'content-disposition: form-data; name="avatar"',
        b'Content-Type: image/png\r\nContent-Disposition: form-data; filename="a"; name="avatar"',
        b"Content-Disposition: form-data; name=\"avatar\"; filename*=UTF-8''%e2%82%ac.jpg",
        b'Content-Disposition: form-data; name="avatar"\r\nContent-Transfer-Encoding: binary',
    ],
)
async def test_ways_to_write_a_part(tmp_path, head):
    assert await read(tmp_path, ASGIRequest(body(head + b"\r\n\r\n" + CONTENT))) == CONTENT


async def test_first_of_several_files_is_used(tmp_path):
    assert await read(tmp_path, ASGIRequest(body(part(b"first"), part(b"second")))) == b"first"


async def test_preamble_and_epilogue_are_ignored(tmp_path):
    sent = ASGIRequest(b"preamble\r\n", body(part()), b"epilogue")
    assert await read(tmp_path, sent) == CONTENT


async def test_empty_file_is_accepted(tmp_path):
    assert await read(tmp_path, ASGIRequest(body(part(b"")))) == b""


async def test_body_with_too_many_parts_is_rejected(tmp_path):
    others = [OTHER] * (MAX_PARTS - 1)
    assert await read(tmp_path, ASGIRequest(body(*others, part()))) == CONTENT
    for parts in ([OTHER, *others, part()], [part(), *others, OTHER]):
        with raises_error(Code.UPLOAD_MISSING):
            await read(tmp_path, ASGIRequest(body(*parts)))


# Parts that are not files.


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"--limit--\r\n",
        body(),
        body(OTHER),
        body(part(field="file")),
        body(part(field="Avatar")),
        body(part()).replace(b"--limit", b"--other"),
        body(part())[: -len(b"--limit--\r\n")],
        body(part())[: -len(b"--\r\n")],
        body(part(), OTHER)[:-20],
        body(part())[:20],
        body(b'Content-Disposition: attachment; name="avatar"\r\n\r\ncontent'),
        body(b"Content-Type: image/jpeg\r\n\r\ncontent"),
        body(b"no header\r\n\r\ncontent"),
        body(b"X: " + b"x" * 5000 + b"\r\n" + part()),
        body(b"X: x\r\n" * 50 + part()),
        body(part()).replace(b"\r\n", b"\n"),
        b"\0" * 900,
    ],
)
async def test_broken_body_or_missing_field_is_rejected(tmp_path, sent):
    for size in (1, 10_000):
        with raises_error(Code.UPLOAD_MISSING, field="avatar"):
            await read(tmp_path, ASGIRequest(*chunks_of(sent, size)))


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        'multipart/form-data; boundary="\n"',
        f"multipart/form-data; boundary={'b' * 5000}",
        "multipart/mixed; boundary=limit",
        "application/x-www-form-urlencoded; boundary=limit",
        "image/jpeg",
        "\xff\xfe",
    ],
)
async def test_body_of_another_content_type_is_rejected(tmp_path, content_type):
    with raises_error(Code.UPLOAD_MISSING):
        await read(tmp_path, ASGIRequest(body(part()), content_type=content_type))


# How large it may be.


@pytest.mark.parametrize("size", [7, 100_000])
async def test_limit_applies_to_the_file_alone(tmp_path, size):
    whole = body(OTHER, part(bytes(LIMIT)))
    assert len(whole) > LIMIT
    assert await read(tmp_path, ASGIRequest(*chunks_of(whole, size))) == bytes(LIMIT)
    with raises_error(Code.UPLOAD_TOO_LARGE, limit=LIMIT):
        await read(tmp_path, ASGIRequest(*chunks_of(body(OTHER, part(bytes(LIMIT + 1))), size)))


async def test_other_parts_may_not_be_large_either(tmp_path):
    large = OTHER + bytes(LIMIT + OVERHEAD)
    with raises_error(Code.UPLOAD_TOO_LARGE):
        await read(tmp_path, ASGIRequest(*chunks_of(body(large, part()), 4096)))


async def test_body_with_too_large_declared_length_is_read_before_it_is_rejected(tmp_path):
    whole = body(part())
    sent = ASGIRequest(*chunks_of(whole, 50), length=LIMIT + OVERHEAD + 1)
    with raises_error(Code.UPLOAD_TOO_LARGE):
        await read(tmp_path, sent)
    assert sent.taken == len(whole)


@pytest.mark.parametrize("length", [None, 10**12, 10**30])
async def test_endless_body_is_not_read_to_its_end(tmp_path, length):
    piece = bytes(1024 * 1024)
    sent = ASGIRequest.endless(piece, 1000, length)
    with raises_error(Code.UPLOAD_TOO_LARGE):
        await read(tmp_path, sent)
    assert DRAINED < sent.taken <= DRAINED + len(piece)


async def test_file_has_64_kib_in_memory_at_most(tmp_path):
    limit = 4_000_000
    content = bytes(range(256)) * (limit // 256)
    sent = ASGIRequest(*chunks_of(body(OTHER, part(content), part(bytes(OVERHEAD // 2))), 8192))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        file = await read_upload(sent.request(), Upload("avatar", limit), tmp_path / "uploads")
        assert tracemalloc.get_traced_memory()[1] - before < 400_000
        assert file.size == len(content)
        assert file.buffered <= SPOOLED_BYTES
    finally:
        tracemalloc.stop()
    assert file.read() == content
    assert list((tmp_path / "uploads").iterdir()) == []  # it has no name there
    file.close()


async def test_small_file_never_touches_the_disk(tmp_path):
    await read(
        tmp_path,
        ASGIRequest(*chunks_of(body(part(bytes(SPOOLED_BYTES))), 8192)),
        Upload("avatar", 10**6),
    )
    assert not (tmp_path / "uploads").exists()


async def test_file_goes_to_the_disk_at_once_when_memory_is_used_up(tmp_path, monkeypatch):
    monkeypatch.setattr(BODY_MEMORY, "limit", 0)
    assert await read(tmp_path, ASGIRequest(*chunks_of(body(part()), 8))) == CONTENT
    assert (tmp_path / "uploads").is_dir()


async def test_full_disk_is_reported_and_the_body_read_to_its_end(tmp_path):
    (tmp_path / "uploads").touch()  # where the folder would be
    whole = body(part(bytes(SPOOLED_BYTES * 3)))
    sent = ASGIRequest(*chunks_of(whole, 8192))
    with raises_error(Code.DISK_FULL):
        await read(tmp_path, sent, Upload("avatar", 10**6))
    assert sent.taken == len(whole)


async def test_upload_fails_when_the_client_disconnects(tmp_path):
    class Disconnected(ASGIRequest):
        async def receive(self) -> dict[str, object]:
            return {"type": "http.disconnect"}

    sent = Disconnected(body(part())[:60])
    with pytest.raises(ConnectionResetError):
        await read(tmp_path, sent)
