"""What all commands have in common, run as operators run them."""

import pytest

from tests.support.servers import run_kinoteka

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
    "copy-database",
    "backup",
    "restore",
)


def test_help_names_every_command():
    help_ = run_kinoteka("--help")
    assert help_.returncode == 0
    assert all(f"  {command} " in help_.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    help_ = run_kinoteka(command, "--help")
    assert help_.returncode == 0
    assert "Usage:" in help_.stdout


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
def test_mistake_is_reported_without_a_traceback(arguments, code, says):
    done = run_kinoteka(*arguments)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("kinoteka.db", b"not a database" * 100, "restore the last backup with 'kinoteka restore'"),
        ("secret.key", b"short", "Restore the file from a backup. Without a backup, delete it"),
        ("signing-key.pem", b"not a key", "Restore it from a backup. Without a backup, remove it"),
    ],
)
def test_damaged_file_of_the_data_folder_is_explained(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    done = run_kinoteka("serve", "--no-demo", "--port", "0", "--data", str(tmp_path))
    assert done.returncode == 1
    assert str(tmp_path / name) in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
