"""The command, run as operators run it."""

import errno
import os
import subprocess
import sys

import pytest

from kinoteka.cli.output import explain
from tests.support.databases import execute
from tests.support.polling import TIMEOUT, eventually
from tests.support.servers import (
    PASSWORD,
    RunningServer,
    clean_environment,
    run_kinoteka,
    run_server,
    unique_name,
)

COMMANDS = (
    "serve",
    "import",
    "label",
    "migrate",
    "createsuperuser",
    "settings",
    "doctor",
    "accept-keys",
    "sessions",
    "export-openapi",
)


def test_help_names_every_command():
    shown = run_kinoteka("--help")
    assert shown.returncode == 0
    assert all(f"  {command} " in shown.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    shown = run_kinoteka(command, "--help")
    assert shown.returncode == 0
    assert "Usage:" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("unknown",), 2, "No such command"),
        (("serve", "--port", "many"), 2, "--port"),
        (("createsuperuser",), 2, "--login"),
        (("label", "1"), 2, "--label"),
        (("label", "many", "--none"), 2, "many is not a whole number from 1."),
        (("backup", "--keep", "0", "x"), 2, "0 is not a whole number from 1."),
        (
            ("export-openapi", "--contract", "x"),
            2,
            "x is not a contract. The contracts are filmsite",
        ),
        (("label", "1", "--label", "premium", "--none"), 2, "--label"),
        (("label", "1", "--none", "--data", "/no/such/folder"), 1, "no database"),
        (("sessions", "prune", "--data", "/no/such/folder"), 1, "no database"),
        (("migrate", "--data", "/proc/none"), 1, "/proc/none cannot be used: No such file"),
        (("serve", "--data", "/proc/none"), 1, "--data names the data folder (KINOTEKA_DATA)"),
    ],
)
def test_mistakes_are_told_in_one_line(arguments, code, says):
    done = run_kinoteka(*arguments)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("kinoteka.db", b"not a database" * 100, "restore the last backup with 'kinoteka restore'"),
        ("secret.key", b"short", "Put back the file from a backup; without one, delete it"),
        ("signing-key.pem", b"not a key", "Put back the one from a backup; without one, remove it"),
    ],
)
def test_damaged_file_of_the_data_folder_is_explained(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    done = run_kinoteka("serve", "--no-demo", "--port", "0", "--data", str(tmp_path))
    assert done.returncode == 1
    assert str(tmp_path / name) in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "Run the command as the user that owns it"),
        (errno.EROFS, "Run the command as the user that owns it"),
        (errno.EEXIST, "There is a file where a folder is needed: name another data folder"),
        (errno.ENOENT, "Check the path; --data names the data folder"),
        (errno.EIO, "'kinoteka doctor' looks for the cause"),
    ],
)
def test_error_of_the_operating_system_says_what_to_do(number, advice):
    said = explain(OSError(number, os.strerror(number), "/srv/films"))
    assert said.startswith(f"/srv/films cannot be used: {os.strerror(number)}. {advice}")


def test_a_wrong_setting_is_named():
    done = run_kinoteka("settings", KINOTEKA_PORT="many")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("kinoteka: KINOTEKA_PORT:")


def test_settings_show_what_differs_and_no_secret():
    secret = "s" * 40
    done = run_kinoteka("settings", KINOTEKA_PORT="9000", KINOTEKA_SECRET_KEY=secret)
    assert "KINOTEKA_PORT (whole number) = 9000  (default: 8000)" in done.stdout
    assert secret not in done.stdout
    assert "KINOTEKA_SECRET_KEY (text) = (set)" in done.stdout


def test_migrating_twice_does_it_once(tmp_path):
    first = run_kinoteka("migrate", "--data", str(tmp_path))
    second = run_kinoteka("migrate", "--data", str(tmp_path))
    assert first.stdout.startswith("migrated to revision")
    assert second.stdout.startswith("already at revision")


class TestCreateSuperuser:
    def test_makes_one_whom_a_running_server_knows(self, server: RunningServer):
        login = unique_name("root")
        made = server.command(
            "createsuperuser", "--login", login, KINOTEKA_SUPERUSER_PASSWORD=PASSWORD
        )
        assert (made.returncode, made.stderr) == (0, "")
        assert made.stdout.startswith(f"made superuser {login}")
        client = server.client()
        assert client.post("/login", json={"login": login, "password": PASSWORD}).is_success

    def test_promotes_an_account_and_gives_it_the_password(self, server: RunningServer):
        login = unique_name("member")
        member = server.signed_up(login)
        made = server.command(
            "createsuperuser", "--login", login, KINOTEKA_SUPERUSER_PASSWORD="another long one"
        )
        assert made.stdout.startswith(f"promoted superuser {login}")
        client = server.client()
        body = {"login": login, "password": "another long one"}
        assert client.post("/login", json=body).is_success
        eventually(lambda: member.get("/profile").status_code == 403)

    @pytest.mark.parametrize(
        ("login", "password", "says"),
        [
            ("root", "seven77", "password: must have 8 to 128 characters"),
            ("12345", PASSWORD, "username: must have 1 to 64 letters"),
        ],
    )
    def test_refuses_what_any_account_is_refused(self, tmp_path, login, password, says):
        done = run_kinoteka(
            "createsuperuser",
            "--login",
            login,
            "--data",
            str(tmp_path),
            KINOTEKA_SUPERUSER_PASSWORD=password,
            KINOTEKA_DEMO="false",
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"kinoteka: {says}")
        assert password not in done.stderr


def test_pruning_deletes_expired_sessions_alone(start_server):
    server = start_server()
    lasting, expired = server.signed_up(), server.signed_up(unique_name("expired"))
    execute(
        server.settings,
        "UPDATE sessions SET expires_at = 1 WHERE account_id ="
        " (SELECT id FROM accounts WHERE substr(username, 1, 7) = 'expired')",
    )
    done = server.command("sessions", "prune")
    assert (done.returncode, done.stdout) == (0, "deleted 1 expired sessions\n")
    assert lasting.get("/profile").status_code == 200
    assert expired is not lasting


class TestLabel:
    @pytest.fixture
    def server(self, tmp_path):
        with run_server(tmp_path, {}, "--host", "127.0.0.1") as server:  # with the demo catalogue
            yield server

    def test_hides_films_and_shows_them_again(self, server):
        client = server.client()

        def status(film_id: int) -> int:
            return client.get(f"/movies/{film_id}").status_code

        assert [status(1), status(2), status(3)] == [200, 200, 200]
        hidden = server.command("label", "1", "2", "--label", "premium")
        assert (hidden.returncode, hidden.stdout) == (0, "2 films: label premium\n")
        eventually(lambda: [status(1), status(2), status(3)] == [404, 404, 200])
        shown = server.command("label", "2", "--none")
        assert (shown.returncode, shown.stdout) == (0, "1 film: no label\n")
        eventually(lambda: [status(1), status(2), status(3)] == [404, 200, 200])

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("1", "99999", "--label", "premium"), "film not found: number 99999"),
            (("1", "--label", "a b"), "label: is malformed"),
            (("1", "--label", "Hidden"), "'hidden' is not a label, so nothing has changed"),
            (("1", "--label", "hidden"), "'hidden' is not a label, so nothing has changed"),
        ],
    )
    def test_all_or_none(self, server, arguments, says):
        done = server.command("label", *arguments)
        assert done.returncode == 1
        assert says in done.stderr
        assert server.client().get("/movies/1").status_code == 200


def test_other_keys_are_told_at_start_until_they_are_accepted(tmp_path):
    settings = {"KINOTEKA_DATA": str(tmp_path), "KINOTEKA_DEMO": "false"}
    other = settings | {"KINOTEKA_SECRET_KEY": "k" * 40, "KINOTEKA_TOKEN_ISSUER": "elsewhere"}

    def start(given: dict[str, str]) -> str:
        process = subprocess.Popen(
            [sys.executable, "-m", "kinoteka.cli", "serve", "--port", "0"],
            env=clean_environment(given),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert "http://" in process.stdout.readline()
        process.terminate()
        return process.communicate(timeout=TIMEOUT)[1]

    assert start(settings) == ""
    told = "This server's secret key and token issuer differs from what this database"
    assert told in start(other)
    assert run_kinoteka("accept-keys", **other).stdout == "accepted: secret key, token issuer\n"
    assert run_kinoteka("accept-keys", **other).stdout == "the keys are the same as before\n"
