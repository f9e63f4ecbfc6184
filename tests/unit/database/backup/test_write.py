"""A backup of everything as it is at one moment, on either engine."""

import json
import os
import sqlite3
import subprocess
import sys
import threading

import pytest

from kinoteka.database.backup import BackupFailed
from kinoteka.database.backup.write import work_folder
from kinoteka.database.engines import database_path
from kinoteka.database.migrations import newest
from tests.support.backups import archive_members, back_up
from tests.support.databases import database_environment, execute
from tests.support.polling import TIMEOUT
from tests.support.sample_rows import FILM_COUNT, fill_all_tables
from tests.support.servers import clean_environment

PICTURE = b"a picture, as far as a backup is concerned"


@pytest.fixture
def filled(settings):
    """An installation with something in everything; of two pictures one is gone."""
    fill_all_tables(settings)
    (settings.data / "avatars").mkdir()
    (settings.data / "avatars" / "picture-1.jpg").write_bytes(PICTURE)
    (settings.data / "avatars" / "nobody-names-it.jpg").write_bytes(PICTURE)
    (settings.data / "posters").mkdir()
    (settings.data / "posters" / "uploaded-1.webp").write_bytes(PICTURE)
    (settings.data / "secret.key").write_text("secret")
    return settings


def test_everything_is_in_it(filled, tmp_path, engine):
    file = tmp_path / "backup"
    written = back_up(filled, file)
    assert (written["films"], written["pictures"], written["gone"]) == (FILM_COUNT, 2, 2)
    content = archive_members(file)
    database = "database.sqlite" if engine == "sqlite" else "database.dump"
    assert list(content) == [
        *("manifest.json", database, "avatars/picture-1.jpg", "posters/uploaded-1.webp"),
        *("keys/secret.key", "SHA256SUMS"),
    ]
    assert content["avatars/picture-1.jpg"] == PICTURE
    manifest = json.loads(content["manifest.json"])
    assert (manifest["engine"], manifest["revision"]) == (engine, newest())
    assert manifest["counts"]["messages"] == 1


def test_its_checksums_are_such_as_sha256sum_reads(filled, tmp_path):
    file = tmp_path / "backup"
    back_up(filled, file)
    subprocess.run(["tar", "xzf", file], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)


def test_keys_stay_out_when_they_are_to(filled, tmp_path):
    back_up(filled, tmp_path / "backup", with_keys=False)
    assert "keys/secret.key" not in archive_members(tmp_path / "backup")


def test_writers_go_on_and_the_copy_is_of_one_moment(filled, tmp_path):
    stop, done = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            execute(filled, "UPDATE messages SET text = text || 'x'")
            done.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        back_up(filled, tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
    assert done


def test_it_can_be_written_to_standard_output(filled, tmp_path):
    with (tmp_path / "piped").open("wb") as file:
        subprocess.run(
            [sys.executable, "-m", "kinoteka.cli", "backup", "-", "--data", str(filled.data)],
            env=clean_environment(database_environment(filled)),
            stdout=file,
            check=True,
            timeout=TIMEOUT,
        )
    assert "SHA256SUMS" in archive_members(tmp_path / "piped")
    assert not list(filled.data.glob(".*partial"))


def test_one_that_fails_leaves_the_older_one_and_nothing_else(filled, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "backup").write_text("yesterday's")
    execute(filled, "DROP TABLE revisions")
    execute(filled, "DROP TABLE alembic_version")
    with pytest.raises(BackupFailed):
        back_up(filled, folder / "backup")
    assert os.listdir(folder) == ["backup"]
    assert (folder / "backup").read_text() == "yesterday's"


def test_what_a_killed_one_has_left_goes_with_the_next(filled, tmp_path):
    left = tmp_path / ".backup.partial"
    left.mkdir()
    (left / "database").write_text("half of it")
    back_up(filled, tmp_path / "backup")
    assert not left.exists()


def test_two_do_not_write_the_same_file_at_once(filled, tmp_path):
    with work_folder(tmp_path / ".backup.partial"), pytest.raises(BackupFailed, match="another"):
        back_up(filled, tmp_path / "backup")


def test_a_folder_that_is_not_there_is_named(filled, tmp_path):
    with pytest.raises(BackupFailed, match="nowhere"):
        back_up(filled, tmp_path / "nowhere" / "backup")


@pytest.mark.engines("sqlite")
class TestOnSQLite:
    def test_a_damaged_database_is_not_passed_off_as_a_backup(self, filled, tmp_path):
        path = database_path(filled)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        content = bytearray(path.read_bytes())
        for page in range(4, len(content) // 4096):
            content[page * 4096 : page * 4096 + 64] = bytes(range(64))
        path.write_bytes(content)
        with pytest.raises(BackupFailed, match=r"damaged|malformed"):
            back_up(filled, tmp_path / "backup")
        assert not (tmp_path / "backup").exists()


def test_file_that_is_there_is_not_overwritten(filled, tmp_path):
    file = tmp_path / "backup"
    file.write_bytes(b"an older one")
    with pytest.raises(BackupFailed, match="exists already; --force overwrites it"):
        back_up(filled, file)
    assert file.read_bytes() == b"an older one"
    back_up(filled, file, overwrite=True)
    assert "manifest.json" in archive_members(file)


def test_dangling_link_is_not_overwritten(filled, tmp_path):
    file = tmp_path / "backup"
    file.symlink_to(tmp_path / "nowhere")
    with pytest.raises(BackupFailed, match="exists already"):
        back_up(filled, file)
