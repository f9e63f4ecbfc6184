"""Files of a data set are recognised by their header rows."""

import pytest

from kinoteka.core.imports.formats.recognition import Role, recognise
from kinoteka.core.imports.readers import Progress
from kinoteka.core.imports.record import FormatError

ROLES = (
    Role("movies", frozenset({"id", "title"}), needed=True),
    Role("ratings", frozenset({"id", "rating"})),
    Role("tags", frozenset({"id", "tag"}), used=False),
)


@pytest.fixture
def write(tmp_path):
    def write_file(name, header):
        path = tmp_path / name
        path.write_text(header + "\n1,x\n")
        return path

    return write_file


def test_files_are_recognised_regardless_of_name_and_order(write):
    progress = Progress()
    ratings, tags = write("a.csv", "id,rating"), write("c.csv", "id,tag")
    movies = write("b.csv", '"id","title, short",title')
    found = recognise([ratings, tags, movies], ROLES, ",", progress)
    assert {role: table.path for role, table in found.items()} == {
        "ratings": ratings,
        "movies": movies,
    }
    assert found["movies"].columns == ("id", "title, short", "title")
    assert progress.ignored == [tags]


def test_unused_file_without_a_header_is_recognised_by_its_name(write):
    progress = Progress()
    tags = write("tags.csv", "1,2")
    recognise([tags, write("m.csv", "id,title")], ROLES, ",", progress)
    assert progress.ignored == [tags]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"notes.txt": "hello"}, "file_unrecognised"),
        ({"movies.csv": "id,name"}, "column_missing"),
        ({"a.csv": "id,title", "b.csv": "id,title"}, "file_repeated"),
        ({"a.csv": "id,rating"}, "file_needed"),
    ],
)
def test_incomplete_or_unknown_files_are_rejected(write, files, code):
    paths = [write(name, header) for name, header in files.items()]
    with pytest.raises(FormatError) as caught:
        recognise(paths, ROLES, ",", Progress())
    assert caught.value.code == code
