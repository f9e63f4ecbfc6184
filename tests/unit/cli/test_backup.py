"""The command `kinoteka backup`, beside a running server."""

import os

import pytest

from tests.support.databases import execute
from tests.support.file_limits import run_with_file_limit
from tests.support.ports import free_port
from tests.support.servers import run_kinoteka


@pytest.fixture
def server(start_server):
    return start_server()


def test_full_disk_leaves_no_incomplete_backup(server, tmp_path):
    done = run_with_file_limit(server, 20_000, "backup", str(tmp_path / "backup"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*backup*"))


def test_no_file_is_written_when_there_is_no_database(tmp_path):
    done = run_kinoteka("backup", str(tmp_path / "backup"), "--data", str(tmp_path))
    assert done.returncode == 1
    assert "there is no database" in done.stderr
    assert os.listdir(tmp_path) == []


def test_keep_removes_old_backups_and_verify_finds_a_truncated_one(server, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    old = folder / "kinoteka-2026-01-01T000000Z.tar.gz"
    old.touch()
    done = server.command("backup", "--keep", "1", str(folder))
    (made,) = folder.iterdir()
    assert (done.returncode, done.stdout) == (0, f"{made}\n")
    assert f"removed {old}" in done.stderr
    verified = run_kinoteka("backup", "--verify", str(made))
    assert verified.stdout.startswith("complete: ")
    (made.with_name("cut.tar.gz")).write_bytes(made.read_bytes()[:1000])
    cut = run_kinoteka("backup", "--verify", str(made.with_name("cut.tar.gz")))
    assert (cut.returncode, cut.stdout) == (1, "")
    assert "do not rely on it" in cut.stderr


def test_keep_is_rejected_when_the_folder_is_a_file(tmp_path):
    file = tmp_path / "backup.tar.gz"
    file.touch()
    done = run_kinoteka("backup", "--keep", "2", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--keep needs a folder, and {file} is a file" in done.stderr


def test_unreachable_object_store_is_reported_in_one_line(server, tmp_path):
    for number in range(12):
        server.signed_up(f"member-{number}")
    execute(server.settings, "UPDATE accounts SET avatar_file = 'a-picture.jpg'")
    done = server.command(
        "backup",
        str(tmp_path / "backup.tar.gz"),
        KINOTEKA_FILES_URL="s3://films",
        KINOTEKA_FILES_ENDPOINT=f"http://127.0.0.1:{free_port()}",
        AWS_ACCESS_KEY_ID="x",
        AWS_SECRET_ACCESS_KEY="x",
    )
    assert done.returncode == 1
    assert "the object store cannot be read; the log above says why; no backup was made" in (
        done.stderr
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert list(tmp_path.glob("*backup.tar.gz*")) == []
