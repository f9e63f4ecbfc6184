"""Spreadsheets and HTML tables are read like tables."""

import zipfile
from xml.sax.saxutils import escape

import pytest

from kinoteka.core.imports.formats import spreadsheets
from kinoteka.core.imports.formats.spreadsheets import is_html, is_spreadsheet
from kinoteka.core.imports.record import FormatError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def cell(value):
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def workbook(path, rows):
    """Write a workbook with one sheet. Its first row is the second one of the sheet."""
    data = "".join(
        f'<row r="{number}">{"".join(map(cell, row))}</row>' for number, row in enumerate(rows, 2)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/s.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Films" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="s.xml"/></Relationships>',
        "xl/s.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


ROWS = [["Title", "Year", "Rating"], ["Alien", 1979, 8.5], ["Брат", 1997.0, "8,1"]]


def test_sheet_is_read(read, tmp_path):
    outcome = read("spreadsheet", [workbook(tmp_path / "films.xlsx", ROWS)])
    assert [(film.title, film.year, film.rating) for film in outcome.films] == [
        ("Alien", 1979, 8.5),
        ("Брат", 1997, 8.1),
    ]
    (recognised,) = outcome.progress.recognised
    assert [(use.name, use.field) for use in recognised.used] == [
        *(("Title", "title"), ("Year", "year"), ("Rating", "rating")),
    ]


def test_invalid_row_of_a_sheet_is_rejected_at_its_line(read, tmp_path):
    rows = [*ROWS, ["", 1999, 7], ["Heat", 0, 7]]
    outcome = read("spreadsheet", [workbook(tmp_path / "films.xlsx", rows)])
    assert outcome.reasons == [(5, "title_missing"), (6, "year_invalid")]


def test_html_table_of_kinopoisk_is_read(read, tmp_path):
    path = tmp_path / "films.xls"
    path.write_bytes(
        "<table><tr><td>русскоязычное название<td>оригинальное название<td>год<td>страны"
        "<td>режиссёр<td>актёры<td>жанр<td>время<td>моя оценка<td>рейтинг КиноПоиска"
        "<td>число оценок</tr><tr><td>Чужой<td>Alien<td>1979<td>Великобритания, США"
        "<td>Ридли Скотт<td>Сигурни Уивер<td>ужасы, фантастика<td>116 мин.<td>9<td>8,1"
        "<td>199 431</tr><tr><td>Брат</tr></table>".encode("cp1251")
    )
    outcome = read("spreadsheet", [path])
    (film,) = outcome.films
    assert (film.title, film.original_title, film.year) == ("Чужой", "Alien", 1979)
    assert (film.countries, film.directors) == (("GB", "US"), ("Ридли Скотт",))
    assert (film.genres, film.runtime_minutes) == (("ужасы", "фантастика"), 116)
    assert (film.rating, film.votes) == (8.1, 199_431)
    assert [credit.name for credit in film.credits] == ["Ридли Скотт", "Сигурни Уивер"]
    assert outcome.reasons == [(1, "columns_mismatch")]
    (recognised,) = outcome.progress.recognised
    assert recognised.encoding == "cp1251"
    assert [use.name for use in recognised.unused] == ["моя оценка"]


def test_spreadsheets_are_recognised():
    assert is_spreadsheet(b"PK\x03\x04")
    assert is_spreadsheet(b"\xd0\xcf\x11\xe0")
    assert is_html(b" <TABLE>")
    assert not is_spreadsheet(b"title,year")


def test_file_over_the_limit_is_rejected(read, tmp_path, monkeypatch):
    path = workbook(tmp_path / "films.xlsx", ROWS)
    for limit in ("EXPANDED_LIMIT", "LIMIT"):
        monkeypatch.setattr(spreadsheets, limit, 10)
        with pytest.raises(FormatError) as caught:
            read("spreadsheet", [path])
        assert caught.value.code == "too_large"


@pytest.mark.parametrize("content", [b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0 nothing"])
def test_damaged_spreadsheet_is_rejected(read, tmp_path, content):
    path = tmp_path / "films.xlsx"
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read("spreadsheet", [path])
    assert caught.value.code == "file_unreadable"
