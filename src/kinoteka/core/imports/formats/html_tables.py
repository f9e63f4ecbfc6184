"""Read the rows of a table in HTML, in bounded memory."""

from collections.abc import Iterator
from html.parser import HTMLParser

from kinoteka.core.imports.formats.csv_rows import Row
from kinoteka.core.imports.formats.files import InputFile

_CELLS = ("td", "th")


def html_rows(file: InputFile) -> Iterator[Row]:
    """Yield (line, cells) of every row of the tables in a file."""
    parser = _Rows()
    rest = b""
    for chunk in file.chunks():
        content = rest + chunk
        cut = content.rfind(b">") + 1  # so that no character is divided
        rest = content[cut:]
        parser.feed(content[:cut].decode(errors="replace"))
        yield from parser.take()
    parser.feed(rest.decode(errors="replace"))
    parser.close()
    yield from parser.take()


class _Rows(HTMLParser):
    """Collects the texts of cells. End tags of rows and cells may be missing."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._cells: list[str] | None = None
        self._line = 1
        self._in_cell = False

    def take(self) -> list[Row]:
        """Return the rows that are complete, and remove them."""
        rows, self._rows = self._rows, []
        return rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "tr":
            self._end_row()
            self._cells, self._line = [], self.getpos()[0]
        elif tag in _CELLS and self._cells is not None:
            self._cells.append("")
            self._in_cell = True
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _CELLS:
            self._in_cell = False
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._cells and self._in_cell:
            self._cells[-1] += data

    def close(self) -> None:
        super().close()
        self._end_row()

    def _end_row(self) -> None:
        if self._cells:
            self._rows.append((self._line, [" ".join(cell.split()) for cell in self._cells]))
        self._cells, self._in_cell = None, False
