"""Plain and gzipped files are read as lines of bounded length, with progress in bytes on disk."""

import gzip

import pytest

from kinoteka.core.imports.formats import files
from kinoteka.core.imports.formats.files import InputFile, first_bytes, first_line
from kinoteka.core.imports.readers import Progress
from kinoteka.core.imports.record import FormatError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "films.csv"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_lines_have_no_line_ends_and_no_byte_order_mark(path, pack, chunk, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", chunk)
    path.write_bytes(pack(b"one\r\ntwo\n\nthree"))
    progress = Progress()
    assert list(InputFile(path, progress).lines()) == [b"one", b"two", b"", b"three"]
    assert progress.read == path.stat().st_size


def test_byte_order_mark_is_removed(path):
    path.write_bytes(b"\xef\xbb\xbfid,title\n")
    assert first_line(path) == "id,title"
    assert list(InputFile(path, Progress()).lines()) == [b"id,title"]


@pytest.mark.parametrize("end", [b"\nnext\n", b"\nnext", b""])
@pytest.mark.parametrize("length", [11, 25, 100])
def test_line_over_the_limit_is_truncated_and_the_next_one_is_whole(path, end, length, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", 4)
    monkeypatch.setattr(files, "RECORD_LIMIT", 10)
    path.write_bytes(b"first\n" + b"x" * length + end)
    first, long, *rest = InputFile(path, Progress()).lines()
    assert first == b"first"
    assert 10 < len(long) <= min(length, 14)
    assert rest == ([b"next"] if end else [])


def test_truncated_gzip_file_yields_its_lines_and_a_failure(path):
    text = b"".join(b"%d,Film\n" % (number * 7919 % 10007) for number in range(50_000))
    path.write_bytes(gzip.compress(text)[:-2000])
    file = InputFile(path, Progress())
    lines = list(file.lines())
    assert text.startswith(b"\n".join(lines[:-1]))
    assert [failure.reason for failure in file.failure()] == ["file_broken"]


def test_gzipped_file_that_expands_too_far_fails(path, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", 1024)
    monkeypatch.setattr(files, "EXPANSION_FLOOR", 10_000)
    path.write_bytes(gzip.compress(b"film\n" * 40_000))
    file = InputFile(path, Progress())
    expanded = sum(len(line) + 1 for line in file.lines())
    assert expanded <= max(10_000, files.EXPANSION_LIMIT * path.stat().st_size)
    (failure,) = file.failure()
    assert failure.reason == "file_broken"
    assert "expands to more than" in failure.detail


def test_plain_file_may_have_any_size(path, monkeypatch):
    monkeypatch.setattr(files, "EXPANSION_FLOOR", 10)
    monkeypatch.setattr(files, "EXPANSION_LIMIT", 0)
    path.write_bytes(b"film\n" * 100)
    assert len(list(InputFile(path, Progress()).lines())) == 100


def test_valid_file_has_no_failure(path):
    path.write_bytes(b"a\n")
    file = InputFile(path, Progress())
    assert list(file.lines()) == [b"a"]
    assert file.failure() == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \n\n", "file_empty"),
        ("id,title\n".encode("utf-16"), "encoding_unsupported"),
        (b"\x1f\x8bnothing of the kind", "file_unreadable"),
        (None, "file_unreadable"),
    ],
)
def test_unusable_file_is_rejected(path, content, code):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        first_bytes(path)
    assert caught.value.code == code
    assert caught.value.parameters["path"] == str(path)
