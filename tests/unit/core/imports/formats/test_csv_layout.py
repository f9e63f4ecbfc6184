"""The layout of a table is recognised from its first lines."""

import pytest

from kinoteka.core.imports.formats.csv_layout import (
    encoding_of,
    looks_like_a_film,
    recognise_layout,
)
from kinoteka.core.imports.readers import ReadOptions
from kinoteka.core.imports.record import FormatError


@pytest.fixture
def layout(tmp_path):
    def of(content, **options):
        path = tmp_path / "films.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return recognise_layout(path, ReadOptions(**options))

    return of


@pytest.mark.parametrize(
    ("content", "delimiter", "header"),
    [
        ("title;year\nAlien;1979\n", ";", 1),
        ("sep=;\r\ntitle;year\r\nAlien;1979\r\n", ";", 2),
        ('"sep=|"\n\ntitle|year\nAlien|1979\n', "|", 3),
        ("\n \ntitle,year\nAlien,1979\n", ",", 3),
        ("title,year\rAlien,1979\r", ",", 1),
    ],
)
def test_delimiter_and_header_are_found(layout, content, delimiter, header):
    found = layout(content)
    assert (found.delimiter, found.header) == (delimiter, header)
    assert (found.columns, found.rows) == (("title", "year"), [["Alien", "1979"]])


def test_named_columns_replace_a_missing_header(layout):
    found = layout("\nAlien,1979\n", columns=("title", "year"))
    assert (found.columns, found.header, found.rows) == (("title", "year"), 1, [["Alien", "1979"]])


def test_number_of_named_columns_is_checked(layout):
    with pytest.raises(FormatError) as caught:
        layout("Alien,1979\n", columns=("title",))
    assert caught.value.code == "columns_differ"


def test_list_of_letterboxd_has_a_name(layout):
    found = layout(
        "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n"
        '2024-05-01,"Best, ever",,https://boxd.it/b,"Ten\nof them"\n\n'
        "Position,Name,Year,URL,Description\n1,Alien,1979,https://boxd.it/c,\n"
    )
    assert (found.list_name, found.header) == ("Best, ever", 6)
    assert found.columns == ("Position", "Name", "Year", "URL", "Description")


def test_encoding_of_the_operator_is_used(layout, tmp_path):
    assert layout("title\nБрат\n".encode("cp1251"), encoding="cp866").encoding == "cp866"
    assert encoding_of(tmp_path / "films.csv", ReadOptions()) == "cp1251"


def test_undecodable_header_is_rejected(layout):
    with pytest.raises(FormatError) as caught:
        layout(b"title,\xff\xfe\nAlien,1\n")
    assert caught.value.code == "encoding_unsupported"


def test_row_with_numbers_looks_like_a_film():
    assert looks_like_a_film(["Alien", "1979"])
    assert not looks_like_a_film(["name", "year 2"])
