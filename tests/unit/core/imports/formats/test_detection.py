"""The format of files is detected from their content."""

import pytest

from kinoteka.core.imports.formats.detection import detect_format
from kinoteka.core.imports.readers import ReadOptions


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("title,year\nAlien,1979\n", "csv"),
        ('[{"title": "Alien"}]', "json"),
        ('[{"title": "Alien", "href": "A", "extract": "E"}]', "wikipedia"),
        ('{"title": "Alien"}\n{"title": "Heat"}\n', "jsonl"),
        ('{"title": "Alien"}\n', "jsonl"),
        ('{\n "title": "Alien"\n}', "json"),
        ('{"results": [{"title": "Alien"}]}', "json"),
        ("movieId,title,genres\n1,Alien (1979),Horror\n", "movielens"),
        ("1::Toy Story (1995)::Comedy\n", "movielens"),
        ("<movie><title>Alien</title></movie>", "nfo"),
        ("<table><tr><td>title</table>", "spreadsheet"),
        ("title\tyear\nБрат\t1997\n".encode("utf-16"), "csv"),
    ],
)
def test_format_is_detected(tmp_path, content, name):
    path = tmp_path / "films"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert detect_format([path], ReadOptions()).name == name
