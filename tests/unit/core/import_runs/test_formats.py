"""Detection of formats, and the options that apply to them."""

from pathlib import Path

import pytest

from kinoteka.core.import_runs.formats import choose_format, read_options, without_folders
from kinoteka.core.import_runs.model import ImportOptions
from kinoteka.errors import Code
from tests.support.errors import raises_error

FILES = {
    "csv": b"id;title\n1;Alien\n",
    "json": b'[{"title": "Alien"}]',
    "jsonl": b'{"title": "Alien"}\n',
    "wikipedia": b'[{"title": "Alien", "year": 1979, "href": "Alien", "extract": "In space."}]',
    "movielens": b"movieId,title,genres\n1,Alien (1979),Horror\n",
    "imdb": (
        b"tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear"
        b"\truntimeMinutes\tgenres\n"
    ),
}


@pytest.fixture
def write(tmp_path: Path):
    def write_file(content: bytes) -> list[Path]:
        path = tmp_path / "films.txt"
        path.write_bytes(content)
        return [path]

    return write_file


@pytest.mark.parametrize("name", FILES)
def test_format_is_detected_from_the_files(write, name: str) -> None:
    assert choose_format(write(FILES[name]), ImportOptions()).name == name


@pytest.mark.parametrize("name", FILES)
def test_chosen_format_takes_precedence(write, name: str) -> None:
    assert choose_format(write(FILES[name]), ImportOptions(format=name)).name == name


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (b"", {}, "file_empty"),
        (b"a,b\n", {}, "column_missing"),
        (b"title,\xff\nA,1\n", {}, "encoding_unsupported"),
        (FILES["csv"], {"format": "json"}, "not_a_json_array"),
        (FILES["json"], {"format": "jsonl"}, "not_json_lines"),
        (FILES["csv"], {"format": "tmdb"}, "file_unrecognised"),
        (FILES["csv"], {"mapping": ("year=When",)}, "column_missing"),
    ],
)
def test_files_of_another_format_are_rejected(
    write, content: bytes, options: dict, reason: str
) -> None:
    with raises_error(Code.IMPORT_UNUSABLE, reason=reason, path="films.txt"):
        choose_format(write(content), ImportOptions(**options))


@pytest.mark.parametrize(
    ("options", "field", "reason"),
    [
        ({"format": "xml"}, "format", "malformed"),
        ({"mapping": ("nonsense",)}, "mapping", "mapping_invalid"),
        ({"labels": ("nonsense",)}, "labels", "label_rule_invalid"),
        ({"source": " "}, "source", "malformed"),
        ({"source": "a\nb"}, "source", "malformed"),
        ({"source": "x" * 101}, "source", "too_long"),
        ({"adult": True}, "adult", "not_of_format"),
        ({"types": ("movie",)}, "types", "not_of_format"),
    ],
)
def test_invalid_option_is_rejected_with_its_field(
    write, options: dict, field: str, reason: str
) -> None:
    with raises_error(Code.FIELD_INVALID, field=field, reason=reason):
        choose_format(write(FILES["csv"]), ImportOptions(**options))


def test_options_are_converted_for_readers() -> None:
    options = read_options(
        ImportOptions(source="club", mapping=("year=When",), labels=("old:year=..1960",))
    )
    assert options.mapping == {"year": "When"}
    assert options.labels.names == ("old",)
    assert options.source == "club"


def test_error_parameters_contain_no_server_path() -> None:
    assert without_folders({"path": "/srv/data/imports/1/files/0/a.csv"}) == {"path": "a.csv"}
    assert without_folders({"role": "movies"}) == {"role": "movies"}
