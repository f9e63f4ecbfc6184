"""Rows of HTML tables are read in bounded memory."""

import pytest

from kinoteka.core.imports.formats import files
from kinoteka.core.imports.formats.files import InputFile
from kinoteka.core.imports.formats.html_tables import html_rows
from kinoteka.core.imports.readers import Progress

TABLE = """<html><body><table>
<tr><th>название<th>год</tr>
<tr><td><b>Брат</b> &amp;<br>сват</td><td> 1997 </td></tr>
<tr><td>Ёлки<td>2010
</table>after</body></html>"""


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_rows_are_read_with_their_lines(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(files, "CHUNK", chunk)
    path = tmp_path / "films.xls"
    path.write_bytes(TABLE.encode("cp1251"))
    assert list(html_rows(InputFile(path, Progress(), "cp1251"))) == [
        (2, ["название", "год"]),
        (3, ["Брат & сват", "1997"]),
        (4, ["Ёлки", "2010"]),
    ]
