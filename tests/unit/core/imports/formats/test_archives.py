"""Files in ZIP archives are read in place, within limits."""

import zipfile

import pytest

from kinoteka.core.imports.formats import FORMATS, archives
from kinoteka.core.imports.formats.archives import expand_archives
from kinoteka.core.imports.formats.files import InputFile
from kinoteka.core.imports.readers import Progress, ReadOptions
from kinoteka.core.imports.record import FormatError

TABLE = "title,year\nAlien,1979\n"


@pytest.fixture
def archive(tmp_path):
    def made(members):
        path = tmp_path / "export.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in members.items():
                file.writestr(name, content)
        return path

    return made


def reason(path):
    with pytest.raises(FormatError) as caught:
        expand_archives([path], Progress())
    assert caught.value.code == "archive_unusable"
    return caught.value.parameters["detail"]


def test_members_are_read_in_place(archive, tmp_path):
    progress = Progress()
    path = archive(
        {"data/films.csv": TABLE, "README.txt": "Hello", "x.png": b"", ".hidden.csv": ""}
    )
    (member,) = expand_archives([path], progress)
    assert (str(member), member.name) == (f"{path}/data/films.csv", "films.csv")
    assert member.stat().st_size == len(TABLE)
    assert b"".join(InputFile(member, progress).chunks()).decode() == TABLE
    assert progress.read == len(TABLE)
    assert [each.name for each in progress.ignored] == ["README.txt", "x.png", ".hidden.csv"]
    assert [each.name for each in tmp_path.iterdir()] == ["export.zip"]


def test_other_files_stay_as_they_are(tmp_path):
    path = tmp_path / "films.csv"
    path.write_text(TABLE)
    assert expand_archives([path], Progress()) == [path]


def test_name_that_leaves_the_folder_does_no_harm(archive, tmp_path):
    members = {"../../evil.csv": TABLE, "/etc/films.csv": TABLE}
    (member,) = expand_archives([archive(members)], Progress())
    assert b"".join(InputFile(member, Progress()).chunks()).decode() == TABLE
    assert [each.name for each in tmp_path.iterdir()] == ["export.zip"]


def test_archive_that_expands_too_far_is_rejected(archive, monkeypatch):
    monkeypatch.setattr(archives, "EXPANSION_FLOOR", 1000)
    assert "expands to more than" in reason(archive({"films.csv": b"0" * 10**6}))


def test_archive_with_too_many_files_is_rejected(archive, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 1)
    assert "more than 1 files" in reason(archive({"a.csv": TABLE, "b.csv": TABLE}))


def test_archive_without_films_is_rejected(archive):
    assert reason(archive({"README.md": "", "x.exe": ""})) == "it contains no file with films"


def test_damaged_archive_is_rejected(tmp_path):
    path = tmp_path / "films.zip"
    path.write_bytes(b"PK\x03\x04 nothing")
    assert reason(path)


def test_damaged_member_is_rejected_after_its_last_row(archive):
    path = archive({"films.csv": TABLE})
    content = bytearray(path.read_bytes())
    content[content.index(b"films.csv") + 12] ^= 0xFF
    path.write_bytes(bytes(content))
    (member,) = expand_archives([path], Progress())
    file = InputFile(member, Progress())
    list(file.chunks())
    assert [row.reason.value for row in file.failure()] == ["file_broken"]


def test_files_without_films_in_an_archive_are_ignored(archive):
    progress = Progress()
    members = {"watched.csv": TABLE, "profile.csv": "Username,Email\nann,a@example.org\n"}
    files = expand_archives([archive(members)], progress)
    (films,) = FORMATS["csv"].parts(files[:1], ReadOptions(), progress)
    assert [getattr(film, "title", None) for film in films] == ["Alien"]
    (nothing,) = FORMATS["csv"].parts(files[1:], ReadOptions(), progress)
    assert list(nothing) == []
    assert [each.name for each in progress.ignored] == ["profile.csv"]


def test_data_set_is_read_from_an_archive(archive):
    progress = Progress()
    members = {
        "ml-latest/movies.csv": "movieId,title,genres\n1,Alien (1979),Horror\n",
        "ml-latest/notes.csv": "a,b\n",
    }
    files = expand_archives([archive(members)], progress)
    (films,) = FORMATS["movielens"].parts(files, ReadOptions(), progress)
    assert [getattr(film, "title", None) for film in films] == ["Alien"]
    assert [each.name for each in progress.ignored] == ["notes.csv"]
