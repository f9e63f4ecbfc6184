"""Valid and invalid CSV records: every line becomes a record or a rejected row."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.core.imports.formats.csv_rows import LINES_LIMIT, csv_rows
from kinoteka.core.imports.formats.files import RECORD_LIMIT, InputFile, line_end
from kinoteka.core.imports.readers import Progress
from kinoteka.core.imports.record import RejectedRow


def rows_of(content: bytes, columns: int = 3, delimiter: str = ","):
    """Return the valid rows and the rejected ones (line, reason) of a file with this content."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        records = list(csv_rows(InputFile(Path(file.name), Progress()), delimiter, columns))
    rows = [record for record in records if not isinstance(record, RejectedRow)]
    rejected = [(each.line, each.reason.value) for each in records if isinstance(each, RejectedRow)]
    return rows, rejected


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b,c\n1,2,3\n", [(1, ["a", "b", "c"]), (2, ["1", "2", "3"])]),
        (b"a,b,c\r\n1,2,3", [(1, ["a", "b", "c"]), (2, ["1", "2", "3"])]),
        (b"\xef\xbb\xbfa,b,c\n", [(1, ["a", "b", "c"])]),
        (b"a,b,c\n\n\n1,,3\n", [(1, ["a", "b", "c"]), (4, ["1", "", "3"])]),
        (b'1,"a, ""b""",3\n', [(1, ["1", 'a, "b"', "3"])]),
        (b'1,"two\nlines",3\n4,5,6\n', [(1, ["1", "two\nlines", "3"]), (3, ["4", "5", "6"])]),
        (b'1,5" disk,3\n', [(1, ["1", '5" disk', "3"])]),
        (b"", []),
    ],
)
def test_valid_records_are_read(content, rows):
    assert rows_of(content) == (rows, [])


def test_lines_before_the_first_record_are_skipped():
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"sep=,\n\na,b\n1,2\n")
        file.flush()
        rows = list(csv_rows(InputFile(Path(file.name), Progress()), ",", 2, skip=2))
    assert rows == [(3, ["a", "b"]), (4, ["1", "2"])]


def test_unclosed_quote_rejects_only_its_record():
    body = b"".join(b"%d,Film,Drama\n" % number for number in range(3, 1003))
    rows, rejected = rows_of(b'a,b,c\n2,"Film,Drama\n' + body)
    assert rejected == [(2, "too_long")]
    assert [line for line, _ in rows] == [1, *range(3, 1003)]


def test_unclosed_quote_rejects_only_its_record_when_a_later_quote_closes_it():
    rows, rejected = rows_of(b'1,"Bad,x\n2,Good,x\n3,"Quoted, too",x\n4,"Again",x\n')
    assert rejected == [(1, "csv_invalid")]
    assert [line for line, _ in rows] == [2, 3, 4]


def test_unclosed_quote_near_the_end_rejects_only_its_record():
    rows, rejected = rows_of(b'1,a,b\n2,"open,b\n3,a,b\n')
    assert rejected == [(2, "csv_invalid")]
    assert [line for line, _ in rows] == [1, 3]


def test_text_after_a_closing_quote_is_rejected():
    assert rows_of(b'1,"a" b,3\n4,5,6\n') == ([(2, ["4", "5", "6"])], [(1, "csv_invalid")])


def test_record_may_span_lines_up_to_the_limit():
    def cell(lines):
        return b'1,"' + b"\n".join([b"x"] * lines) + b'",3\n'

    assert len(rows_of(cell(LINES_LIMIT))[0]) == 1
    assert rows_of(cell(LINES_LIMIT + 1))[1][0] == (1, "too_long")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1,2", "columns_mismatch"),
        (b"1,2,3,4", "columns_mismatch"),
        (b"1,caf\xe9,3", "encoding_invalid"),
        (b"1,\xed\xa0\x80,3", "encoding_invalid"),
        (b"1," + b"x" * RECORD_LIMIT + b",3", "too_long"),
        (b"1," + b"x" * 3 * RECORD_LIMIT + b",3", "too_long"),
    ],
)
def test_invalid_line_is_rejected_and_reading_continues(line, reason):
    rows, rejected = rows_of(b"a,b,c\n" + line + b"\n4,5,6\n")
    assert rejected == [(2, reason)]
    assert [number for number, _ in rows] == [1, 3]


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), max_size=5))
def test_written_table_is_read_back_unchanged(table):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    rows, rejected = rows_of(text.getvalue().encode("utf-8", "replace"))
    assert rejected == []
    expected = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in table]
    # A line end within a cell may be read as \n, as everywhere in text files.
    assert [[_plain(cell) for cell in row] for _, row in rows] == [
        [_plain(cell) for cell in row] for row in expected
    ]


def _plain(cell: str) -> str:
    return cell.replace("\r\n", "\n")


@given(st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b"\r", b"\0", b"\xff", b"1,2,3\n"])))
def test_every_line_is_a_record_or_rejected_or_blank(pieces):
    content = b"".join(pieces)
    rows, rejected = rows_of(content)
    begun = [line for line, _ in rows] + [line for line, _ in rejected]
    assert len(begun) == len(set(begun))
    covered = set(begun)
    for line, row in rows:
        covered |= set(range(line, line + sum(cell.count("\n") for cell in row) + 1))
    lines = content.split(line_end(content))
    wanted = {number for number, line in enumerate(lines, 1) if line.strip(b"\r")}
    assert wanted <= covered
