"""Which format files have, and whether the choices go with it."""

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
def test_files_tell_their_format(write, name: str) -> None:
    assert choose_format(write(FILES[name]), ImportOptions()).name == name


@pytest.mark.parametrize("name", FILES)
def test_a_format_that_is_named_is_taken(write, name: str) -> None:
    assert choose_format(write(FILES[name]), ImportOptions(format=name)).name == name


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (b"", {}, "file_empty"),
        (b"a,b\n", {}, "column_missing"),
        (b"\xfe\xff\0a", {}, "encoding_unsupported"),
        (FILES["csv"], {"format": "json"}, "not_a_json_array"),
        (FILES["json"], {"format": "jsonl"}, "not_json_lines"),
        (FILES["csv"], {"format": "tmdb"}, "file_unrecognised"),
        (FILES["csv"], {"mapping": ("year=When",)}, "column_missing"),
    ],
)
def test_files_that_are_not_so(write, content: bytes, options: dict, reason: str) -> None:
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
def test_choices_that_cannot_be(write, options: dict, field: str, reason: str) -> None:
    with raises_error(Code.FIELD_INVALID, field=field, reason=reason):
        choose_format(write(FILES["csv"]), ImportOptions(**options))


def test_choices_as_readers_take_them() -> None:
    options = read_options(
        ImportOptions(source="club", mapping=("year=When",), labels=("old:year=..1960",))
    )
    assert options.mapping == {"year": "When"}
    assert options.labels.names == ("old",)
    assert options.source == "club"


def test_no_path_of_the_server_is_told() -> None:
    assert without_folders({"path": "/srv/data/imports/1/files/0/a.csv"}) == {"path": "a.csv"}
    assert without_folders({"role": "movies"}) == {"role": "movies"}
