"""Tables of any origin: CSV, JSON Lines and JSON arrays give the same films."""

import gzip
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.readers import Progress, ReadOptions
from kinoteka.core.imports.record import FilmRecord, FormatError, RejectedRow

ALIEN = FilmRecord(
    external_id="7",
    title="Alien",
    original_title="Obcy",
    year=1979,
    description="A ship, a crew; a guest.",
    rating=8.5,
    votes=900,
    trailer="https://example.org/t",
    poster="https://example.org/p.jpg",
    genres=("Horror", "Sci-Fi"),
    directors=("Ridley Scott",),
    runtime_minutes=117,
)
FIELDS = {
    "id": "7",
    "title": "Alien",
    "original_title": "Obcy",
    "year": "1979",
    "description": "A ship, a crew; a guest.",
    "rating": "8.5",
    "votes": "900",
    "trailer": "https://example.org/t",
    "poster": "https://example.org/p.jpg",
    "genres": "Horror|Sci-Fi",
    "directors": "Ridley Scott",
    "runtime": "117 min",
}


def as_csv(fields, delimiter=",", end="\n"):
    rows = [fields, [f'"{value}"' for value in fields.values()]]
    return end.join(delimiter.join(row) for row in rows) + end


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_is_read_with_any_delimiter_line_end_and_byte_order_mark(
    read_text, delimiter, end, mark
):
    outcome = read_text("csv", mark + as_csv(FIELDS, delimiter, end))
    assert outcome.films == [ALIEN]
    assert outcome.rejected == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("csv", as_csv(FIELDS)),
        ("jsonl", json.dumps(FIELDS)),
        ("json", json.dumps([FIELDS])),
        ("json", "\n" + json.dumps([FIELDS], indent=4)),
    ],
)
def test_gzipped_file_is_read(read_text, name, content):
    assert read_text(name, gzip.compress(content.encode())).films == [ALIEN]


def test_json_values_are_converted_by_their_types(read_text):
    typed = FIELDS | {
        "id": 7,
        "year": 1979,
        "rating": 8.5,
        "votes": 900,
        "genres": ["Horror", "Sci-Fi"],
        "directors": [{"name": "Ridley Scott"}],
    }
    assert read_text("jsonl", json.dumps(typed)).films == [ALIEN]
    assert read_text("json", json.dumps([typed])).films == [ALIEN]


def test_operator_can_map_columns(read_text):
    table = "Name;Release Date;Kind\nAlien;25 May 1979;Horror, Sci-Fi\n"
    mapping = {"title": "Name", "year": "Release Date", "genres": "Kind"}
    (film,) = read_text("csv", table, mapping=mapping).films
    assert (film.title, film.year, film.genres) == ("Alien", 1979, ("Horror", "Sci-Fi"))
    objects = '{"Name": "Alien"}\n{"Release Date": "1979", "Name": "Other"}\n'
    films = read_text("jsonl", objects, mapping=mapping).films
    assert [(film.title, film.year) for film in films] == [("Alien", None), ("Other", 1979)]


def test_title_and_year_identify_a_film_without_an_id(read_text):
    films = read_text("csv", "title,year\nAlien,1979\nAlien,1979\nHeat,1995\n").films
    assert [film.external_id for film in films] == [
        *("alien (1979)", "alien (1979)", "heat (1995)")
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("csv", "id,year\n1,1979\n", "column_missing"),
        ("jsonl", '[{"title": "Alien"}]', "not_json_lines"),
        ("json", '"Alien"', "not_a_json_array"),
        ("json", "title,year\n", "not_a_json_array"),
    ],
)
def test_file_of_another_format_is_rejected_before_reading(read_text, name, content, code):
    with pytest.raises(FormatError) as caught:
        read_text(name, content)
    assert caught.value.code == code


def test_missing_mapped_column_is_rejected_before_reading(read_text):
    with pytest.raises(FormatError) as caught:
        read_text("csv", "title,year\nAlien,1979\n", mapping={"rating": "Stars"})
    assert caught.value.parameters["columns"] == ["Stars"]
    assert caught.value.parameters["found"] == ["title", "year"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": " "}, "title_missing"),
        ({"title": "x" * 501}, "too_long"),
        ({"description": "x" * 20_001}, "too_long"),
        ({"id": "x" * 301}, "too_long"),
        ({"year": "0"}, "year_invalid"),
        ({"year": "99999"}, "year_invalid"),
        ({"rating": "10.1"}, "rating_invalid"),
        ({"votes": "-3"}, "votes_invalid"),
        ({"trailer": "javascript:alert(1)"}, "url_invalid"),
        ({"genres": "[oops"}, "list_invalid"),
        ({"title": "a\0b"}, "nul_character"),
    ],
)
def test_invalid_value_rejects_its_row(read_text, change, reason):
    broken = FIELDS | change
    lines = f"{as_csv(broken)}{as_csv(FIELDS).splitlines()[1]}\n"
    assert read_text("csv", lines).reasons == [(2, reason)]
    assert read_text("csv", lines).films == [ALIEN]
    jsonl = f"{json.dumps(broken)}\n{json.dumps(FIELDS)}\n"
    assert read_text("jsonl", jsonl).reasons == [(1, reason)]
    assert read_text("jsonl", jsonl).films == [ALIEN]
    array = json.dumps([broken, FIELDS], indent=1)
    assert read_text("json", array).reasons == [(2, reason)]
    assert read_text("json", array).films == [ALIEN]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("csv", "title,language\nAlien,EN\nBrother,RU\n"),
        ("jsonl", '{"title": "Alien", "language": "en"}\n{"title": "Brother"}\n'),
        ("json", '[{"title": "Alien", "language": "en"}, {"title": "Brother"}]'),
    ],
)
def test_label_rule_matches_a_column(read_text, name, content):
    rules = LabelRules(["english:column:language=en"])
    labels = [film.label for film in read_text(name, content, labels=rules).films]
    assert labels == ["english", None]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("csv", "title,year,Label\nHidden One,2001, hidden \nBrother,1997,premium\n"),
        ("jsonl", '{"title": "Hidden One", "label": "Hidden"}\n{"title": "Brother"}\n'),
        ("json", '[{"title": "Hidden One", "label": "hidden"}, {"title": "Brother"}]'),
    ],
)
def test_row_with_the_label_hidden_is_rejected_unless_a_rule_labels_it(read_text, name, content):
    read = read_text(name, content)
    assert [film.title for film in read.films] == ["Brother"]
    (rejected,) = read.rejected
    assert rejected.reason == "label_invalid"
    assert rejected.detail == "'hidden' is not a label that an import can assign"
    rules = LabelRules(["premium:column:" + ("Label" if name == "csv" else "label") + "=hidden"])
    assert [film.label for film in read_text(name, content, labels=rules).films] == [
        "premium",
        None,
    ]


def test_spaces_beside_a_control_character_are_removed_with_it(read_text):
    (film,) = read_text("csv", "title\n\x01 A \x7f B\x02\n").films
    assert film.title == "A B"


@pytest.mark.parametrize("name", ["csv", "jsonl", "json"])
@given(
    pieces=st.lists(
        st.one_of(
            st.text(max_size=6),
            st.sampled_from(
                [
                    '"',
                    ",",
                    "\n",
                    '{"title": "a"}',
                    "[",
                    "]",
                    "{",
                    "}",
                    "\\",
                    "\0",
                    "a,b,1994\n",
                    '"a, b"',
                ]
            ),
        ),
        max_size=20,
    )
)
def test_arbitrary_file_yields_only_films_and_rejected_rows(name, pieces):
    start = {"csv": "title,genre,year\n", "jsonl": '{"title": "First"}\n', "json": "["}[name]
    content = (start + "".join(pieces)).encode("utf-8", "surrogatepass")
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        progress = Progress()
        for record in FORMATS[name].read([Path(file.name)], ReadOptions(), progress):
            assert isinstance(record, FilmRecord | RejectedRow)
            if isinstance(record, RejectedRow):
                assert 1 <= record.line <= content.count(b"\n") + 1
            else:
                assert record.title == " ".join(record.title.split()) != ""
        assert progress.read == progress.total == len(content)
