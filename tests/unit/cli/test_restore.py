"""The command `kinoteka restore`, beside a running server."""

import os
import time

import pytest

from kinoteka.database.engines import database_path
from tests.support.databases import database_environment, rows
from tests.support.file_limits import run_with_file_limit
from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT, wait_until
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


async def test_running_server_serves_the_restored_data(server, backup):
    client = server.signed_up("berta")
    assert client.get("/profile").status_code == 200
    done = server.command("restore", str(backup), "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("restored, as it was on ")
    await wait_until(lambda: client.get("/profile").status_code == 403)
    assert sign_in(server, "anna") == 200
    assert sign_in(server, "berta") != 200
    assert server.signed_up("berta").get("/profile").status_code == 200


def test_nothing_is_replaced_without_yes(server, backup):
    server.signed_up("berta")
    done = server.command("restore", str(backup))
    assert (done.returncode, done.stdout) == (1, "")
    assert "--yes" in done.stderr
    assert sign_in(server, "berta") == 200


def test_killed_restore_leaves_the_old_data_or_the_new(server, backup):
    server.signed_up("berta")
    command = ("restore", str(backup), "--yes", "--data", str(server.data))
    environment = clean_environment(database_environment(server.settings))
    before = {"anna", "berta"}
    with open(os.devnull, "w") as nowhere:
        for seconds in (0.02, 0.05, 0.1, None):
            process = ForkedCommand(command, environment, nowhere.fileno())
            if seconds is not None:
                time.sleep(seconds)
                process.kill()  # it may be through already
            process.wait(TIMEOUT)
            process.stdout.close()
            names = set(rows(server.settings, "SELECT username FROM accounts"))
            assert names in ({"anna"}, before)
    assert names == {"anna"}
    assert server.client().get("/movies/?page=1").status_code == 200


def test_full_disk_while_unpacking_is_reported_and_changes_nothing(server, backup):
    restore_with_full_disk(server, backup, 20_000)


@pytest.mark.engines("sqlite")  # PostgreSQL has a disk of its own
def test_full_disk_while_replacing_is_reported_and_changes_nothing(server, backup):
    # As large as the database, which the log beside it outgrows.
    restore_with_full_disk(server, backup, database_path(server.settings).stat().st_size + 1000)


def restore_with_full_disk(server, backup, size):
    before = rows(server.settings, "SELECT * FROM accounts")
    done = run_with_file_limit(server, size, "restore", str(backup), "--yes")
    assert done.returncode == 1, done.stdout
    assert done.stderr.splitlines()[-1].startswith("kinoteka: ")
    assert "Traceback" not in done.stderr
    assert rows(server.settings, "SELECT * FROM accounts") == before
    assert sign_in(server, "anna") == 200
    assert server.command("restore", str(backup), "--yes").returncode == 0


def test_file_that_is_not_a_backup_is_reported_in_one_line(tmp_path):
    (tmp_path / "file").write_text("nothing of the kind")
    done = run_kinoteka("restore", str(tmp_path / "file"), "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert "not a backup" in done.stderr
    assert "Traceback" not in done.stderr


def test_restore_records_the_keys_that_stay_in_use(server, backup):
    (server.data / "secret.key").write_text("k" * 64)
    assert "secret key" in server.command("accept-keys").stdout
    assert server.command("restore", str(backup), "--yes").returncode == 0
    assert server.command("accept-keys").stdout == "the keys are the same as before\n"
