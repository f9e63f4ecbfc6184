"""The commands that keep an installation, beside a server that goes on."""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress

import pytest

from kinoteka.database.engines import database_path
from tests.support.databases import database_environment, execute, rows
from tests.support.polling import TIMEOUT, wait_until
from tests.support.ports import free_port
from tests.support.servers import PASSWORD, clean_environment, run_kinoteka


@pytest.fixture
def server(start_server):
    return start_server()


@pytest.fixture
def backup(server, tmp_path):
    """A backup of the server with one account, anna."""
    server.signed_up("anna")
    file = tmp_path / "backup.tar.gz"
    done = server.command("backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "1 accounts, 0 films, 0 pictures, 2 keys" in done.stderr
    return file


def sign_in(server, login):
    return server.client().post("/login", json={"login": login, "password": PASSWORD}).status_code


async def test_a_running_server_serves_what_was_restored(server, backup):
    client = server.signed_up("berta")
    assert client.get("/profile").status_code == 200
    done = server.command("restore", str(backup), "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("restored, as it was on ")
    await wait_until(lambda: client.get("/profile").status_code == 403)
    assert sign_in(server, "anna") == 200
    assert sign_in(server, "berta") != 200
    assert server.signed_up("berta").get("/profile").status_code == 200


def test_without_yes_it_replaces_nothing(server, backup):
    server.signed_up("berta")
    done = server.command("restore", str(backup))
    assert (done.returncode, done.stdout) == (1, "")
    assert "--yes" in done.stderr
    assert sign_in(server, "berta") == 200


async def test_killed_at_any_moment_it_leaves_the_old_data_or_the_new(server, backup):
    server.signed_up("berta")
    command = [sys.executable, "-m", "kinoteka.cli", "restore", str(backup), "--yes"]
    before = {"anna", "berta"}
    for step in ("checking", "replacing", "replacing", None):
        process = await asyncio.create_subprocess_exec(
            *command, "--data", str(server.data), env=environment(server),
            stderr=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        if step:
            await asyncio.sleep(0.5 if step == "checking" else 1.0)
            with suppress(ProcessLookupError):  # it may be through already
                process.kill()
        await process.wait()
        names = set(rows(server.settings, "SELECT username FROM accounts"))
        assert names in ({"anna"}, before)
    assert names == {"anna"}
    assert server.client().get("/movies/?page=1").status_code == 200


def test_full_disk_while_unpacking_is_reported_and_changes_nothing(server, backup):
    restore_with_full_disk(server, backup, 20_000)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # PostgreSQL has a disk of its own
def test_full_disk_while_replacing_is_reported_and_changes_nothing(server, backup):
    # As large as the database, which the log beside it outgrows.
    restore_with_full_disk(server, backup, database_path(server.settings).stat().st_size + 1000)


def restore_with_full_disk(server, backup, at_most):
    before = rows(server.settings, "SELECT * FROM accounts")
    done = limited(server, at_most, "restore", str(backup), "--yes")
    assert done.returncode == 1, done.stdout
    assert done.stderr.splitlines()[-1].startswith("kinoteka: ")
    assert "Traceback" not in done.stderr
    assert rows(server.settings, "SELECT * FROM accounts") == before
    assert sign_in(server, "anna") == 200
    assert server.command("restore", str(backup), "--yes").returncode == 0


def test_a_full_disk_leaves_no_half_of_a_backup(server, tmp_path):
    done = limited(server, 20_000, "backup", str(tmp_path / "backup"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*backup*"))


# Before it becomes the command, the process forbids itself to write a file larger than this.
LIMITED = """
import os, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
os.execv(sys.executable, [sys.executable, "-m", "kinoteka.cli", *sys.argv[2:]])
"""


def limited(server, at_most, *command):
    """Run a command that may write no file larger than this: what a full disk is to it."""
    return subprocess.run(
        [sys.executable, "-c", LIMITED, str(at_most), *command, "--data", str(server.data)],
        env=environment(server),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def test_what_is_no_backup_is_told_in_a_line(tmp_path):
    (tmp_path / "file").write_text("nothing of the kind")
    done = run_kinoteka("restore", str(tmp_path / "file"), "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert "no backup" in done.stderr
    assert "Traceback" not in done.stderr


def test_where_there_is_nothing_there_is_no_backup(tmp_path):
    done = run_kinoteka("backup", str(tmp_path / "backup"), "--data", str(tmp_path))
    assert done.returncode == 1
    assert "there is no database" in done.stderr
    assert os.listdir(tmp_path) == []


def environment(server):
    return clean_environment(database_environment(server.settings))


def test_backups_rotate_in_a_folder(server, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    old = folder / "kinoteka-2026-01-01T000000Z.tar.gz"
    old.touch()
    done = server.command("backup", "--keep", "1", str(folder))
    (made,) = folder.iterdir()
    assert (done.returncode, done.stdout) == (0, f"{made}\n")
    assert f"removed {old}" in done.stderr
    verified = run_kinoteka("backup", "--verify", str(made))
    assert verified.stdout.startswith("whole: ")
    (made.with_name("cut.tar.gz")).write_bytes(made.read_bytes()[:1000])
    cut = run_kinoteka("backup", "--verify", str(made.with_name("cut.tar.gz")))
    assert (cut.returncode, cut.stdout) == (1, "")
    assert "do not rely on it" in cut.stderr


def test_backup_rejects_a_file_where_a_folder_of_backups_is_needed(tmp_path):
    file = tmp_path / "backup.tar.gz"
    file.touch()
    done = run_kinoteka("backup", "--keep", "2", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--keep needs a folder, and {file} is a file" in done.stderr


def test_backup_says_in_one_line_that_the_object_store_is_away(server, tmp_path):
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


def test_restored_database_knows_the_keys_that_stay(server, backup):
    (server.data / "secret.key").write_text("k" * 64)
    assert "secret key" in server.command("accept-keys").stdout
    assert server.command("restore", str(backup), "--yes").returncode == 0
    assert server.command("accept-keys").stdout == "the keys are the same as before\n"
