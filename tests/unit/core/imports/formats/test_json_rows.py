"""JSON objects from lines and arrays. Invalid ones do not affect others."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.core.imports.formats import files
from kinoteka.core.imports.formats.files import RECORD_LIMIT, InputFile
from kinoteka.core.imports.formats.json_rows import json_elements, json_lines
from kinoteka.core.imports.readers import Progress
from kinoteka.core.imports.record import RejectedRow

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), max_size=6)


def read(function, content: bytes):
    """Return (line, object) and (line, reason) of a file with that content."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        records = list(function(InputFile(Path(file.name), Progress())))
    rows = [record for record in records if not isinstance(record, RejectedRow)]
    rejected = [(each.line, each.reason.value) for each in records if isinstance(each, RejectedRow)]
    return rows, rejected


def elements(content: bytes):
    return read(json_elements, content)


def film(title: str) -> bytes:
    return json.dumps(
        {"title": title, "year": 1979, "cast": [{"name": "a"}, {"name": "b"}]}
    ).encode()


@given(OBJECTS, st.sampled_from([None, 2]), st.booleans())
def test_written_array_is_read_back_unchanged(objects, indent, ascii_only):
    text = json.dumps(objects, indent=indent, ensure_ascii=ascii_only)
    rows, rejected = elements(text.encode())
    assert rejected == []
    assert [found for _, found in rows] == objects


@given(OBJECTS)
def test_written_lines_are_read_back_unchanged(objects):
    text = "\n".join(json.dumps(each) for each in objects)
    rows, rejected = read(json_lines, text.encode())
    assert rejected == []
    assert rows == list(enumerate(objects, 1))


@given(
    st.lists(
        st.sampled_from(
            [
                b"{",
                b"}",
                b"[",
                b"]",
                b'"',
                b",",
                b":",
                b"1",
                b"\\",
                b"\xff",
                b'{"a":1}',
                b"\n",
                b'"title"',
                b"null",
            ]
        ),
        max_size=30,
    )
)
def test_arbitrary_bytes_do_not_raise_and_progress_reaches_the_end(pieces):
    for function in (json_elements, json_lines):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"".join(pieces))
            file.flush()
            progress = Progress()
            records = list(function(InputFile(Path(file.name), progress)))
        assert progress.read == sum(map(len, pieces))
        assert all(isinstance(record, RejectedRow) or type(record[1]) is dict for record in records)


def test_elements_that_span_chunks_are_whole(monkeypatch):
    content = b"[" + b",\n".join(film(f"Film {number} }},{{") for number in range(50)) + b"]"
    whole = elements(content)
    for chunk in (1, 2, 3, 7, 64):
        monkeypatch.setattr(files, "CHUNK", chunk)
        assert elements(content) == whole
    assert [line for line, _ in whole[0]] == list(range(1, 51))
    assert whole[1] == []


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"title": "no end, "year": 1979}', "json_invalid"),
        (b'{"title": "x", "year": }', "json_invalid"),
        (b'{"title": "x", "cast": ["a"}', "json_invalid"),
        (b'{"title": "x", "cast": {"a": 1}', "json_invalid"),
        (b'{"title": "caf\xe9"}', "encoding_invalid"),
        (b'{"title": "\\ud800"}', "json_invalid"),
        (b'{"title": 1e999}', "json_invalid"),
        (b'{"title": ' + b"9" * 5000 + b"}", "json_invalid"),
        (b'{"title": ' + b"[" * 5000 + b"]" * 5000 + b"}", "json_invalid"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "json_invalid"),
        (b"42", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"a {text}"', "not_an_object"),
        (b'["a", {"title": "inner"}]', "not_an_object"),
    ],
)
@pytest.mark.parametrize("indent", ["", "\n  "])
def test_invalid_element_is_rejected_alone(broken, reason, indent):
    space = indent.encode()
    many = [film(f"Film {number}") for number in range(2000)]
    content = b"[" + (b"," + space).join([film("First"), broken, *many]) + b"]"
    rows, rejected = elements(content)
    assert rejected[0] == (2 if indent else 1, reason)
    assert [found["title"] for _, found in rows if "title" in found][-2000:] == [
        f"Film {number}" for number in range(2000)
    ]
    assert all(line == rejected[0][0] for line, _ in rejected)


def test_truncated_array_yields_its_complete_elements():
    content = b"[" + film("A") + b",\n" + film("B") + b",\n" + film("C")[:30]
    rows, rejected = elements(content)
    assert [found["title"] for _, found in rows] == ["A", "B"]
    assert rejected == [(3, "json_invalid"), (3, "json_invalid")]


def test_unclosed_array_is_rejected():
    assert elements(b"[" + film("A") + b",\n")[1] == [(2, "json_invalid")]
    assert elements(b"[]\n") == ([], [])
    assert elements(b"  [ ]") == ([], [])


def test_element_over_the_limit_is_rejected_alone():
    long = film("x" * (RECORD_LIMIT * 3))
    rows, rejected = elements(b"[" + film("A") + b",\n" + long + b",\n" + film("B") + b"]")
    assert [found["title"] for _, found in rows] == ["A", "B"]
    assert rejected == [(2, "json_invalid")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "json_invalid"),
        (b'{"a": 1} x', "json_invalid"),
        (b'{"a": "\xff"}', "encoding_invalid"),
        (b"[1]", "not_an_object"),
        (b"7", "not_an_object"),
        (b"[" * 100_000, "json_invalid"),
        (b'"' + b"x" * RECORD_LIMIT + b'"', "too_long"),
    ],
)
def test_invalid_line_is_rejected_alone(line, reason):
    rows, rejected = read(json_lines, b'{"a": 1}\n' + line + b'\r\n\n{"a": 2}\r\n')
    assert rows == [(1, {"a": 1}), (4, {"a": 2})]
    assert rejected == [(2, reason)]
