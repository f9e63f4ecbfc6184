"""Read CSV records so that a record with a stray quote does not swallow the next ones."""

import csv
from collections import deque
from collections.abc import Iterator
from itertools import islice

from kinoteka.core.imports.formats.files import RECORD_LIMIT, InputFile
from kinoteka.core.imports.record import RejectedRow, RejectionReason

LINES_LIMIT = 200
"""How many physical lines a record may span. More lines mean a missing closing quote."""

# The default limit of the csv module is too small for cells of JSON. It is process-wide.
csv.field_size_limit(RECORD_LIMIT)

Row = tuple[int, list[str]]


def csv_rows(
    file: InputFile, delimiter: str, columns: int, skip: int = 0
) -> Iterator[Row | RejectedRow]:
    """Yield (line, cells) of every record with the given number of columns, header included.

    `skip` is the number of lines before the first record.
    An invalid record is rejected at the line where it begins. If it spans several lines, reading
    continues with its second line, because a missing closing quote is the likely cause. Blank
    lines are skipped.
    """
    lines = _Lines(file.lines(), skip)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = lines.start_record()
        try:
            row = next(reader)
        except StopIteration:
            break
        except _TooLong as error:
            rejected = file.rejected_row(start, RejectionReason.TOO_LONG, error.args[0])
        except csv.Error as error:
            rejected = file.rejected_row(start, RejectionReason.CSV_INVALID, str(error))
        else:
            if len(row) == columns and not lines.undecodable:
                yield start, row
                continue
            if not row:
                continue
            rejected = _rejected_row(file, start, row, columns, undecodable=lines.undecodable)
        yield rejected
        lines.push_back_all_but_first()
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
    yield from file.failure()


def _rejected_row(
    file: InputFile, line: int, row: list[str], columns: int, *, undecodable: bool
) -> RejectedRow:
    if undecodable:
        return file.rejected_row(line, RejectionReason.ENCODING_INVALID, "not UTF-8")
    return file.rejected_row(
        line, RejectionReason.COLUMNS_MISMATCH, f"{len(row)} columns of {columns}"
    )


class _TooLong(Exception):
    """A record exceeds a limit. `_Lines` raises this through csv.reader."""


class _Lines:
    """Physical lines for csv.reader. Those of the current record can be pushed back."""

    def __init__(self, lines: Iterator[bytes], skip: int) -> None:
        self._lines = islice(lines, skip, None)
        self._pushed_back: deque[bytes] = deque()
        self._record: list[bytes] = []
        self._size = 0
        self._next_line = 1 + skip
        self.undecodable = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._pushed_back.popleft() if self._pushed_back else next(self._lines)
        self._record.append(line)
        self._size += len(line)
        if self._size > RECORD_LIMIT:
            raise _TooLong(f"more than {RECORD_LIMIT} bytes")
        if len(self._record) > LINES_LIMIT:
            raise _TooLong(f"more than {LINES_LIMIT} lines, a quote may be missing")
        try:
            return line.decode() + "\n"
        except UnicodeDecodeError:
            self.undecodable = True
            return line.decode(errors="replace") + "\n"

    def start_record(self) -> int:
        """Discard the previous record. Return the line on which the next one begins."""
        self._next_line += len(self._record)
        self._record.clear()
        self._size = 0
        self.undecodable = False
        return self._next_line

    def push_back_all_but_first(self) -> None:
        """Push back all lines of the record except the first."""
        self._pushed_back.extendleft(reversed(self._record[1:]))
        del self._record[1:]
