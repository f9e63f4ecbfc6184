"""Permissions of the files that commands write, with any umask."""

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.databases import EMPTY, PostgreSQLServer
from tests.support.forked_commands import ForkedCommand
from tests.support.pictures import picture
from tests.support.polling import TIMEOUT
from tests.support.servers import NO_TLS, PASSWORD, clean_environment, run_forked

UMASKS = (0o022, 0o000)


def start_server(data: Path, umask: int, *options: str) -> ForkedCommand:
    arguments = ("serve", "--port", "0", "--data", str(data), *options)
    return ForkedCommand(arguments, clean_environment({"KINOTEKA_DEMO": "false"}), umask=umask)


def done(*arguments: str, umask: int) -> None:
    process = run_forked(arguments, {}, umask=umask)
    assert process.returncode == 0, process.stderr


@contextmanager
def served(data: Path, umask: int) -> Iterator[httpx.Client]:
    process = start_server(data, umask, "--workers", "2")
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        with httpx.Client(base_url=found.group(), timeout=TIMEOUT, verify=NO_TLS) as client:
            yield client
    finally:
        process.terminate()
        process.wait(TIMEOUT)
        process.stdout.close()


def open_to_others(folder: Path) -> list[str]:
    """Return the paths within a folder that another user could read or write, with their modes."""
    return [
        f"{path.relative_to(folder)} {mode:o}"
        for path in sorted(folder.rglob("*"))
        if (mode := stat.S_IMODE(path.lstat().st_mode)) & 0o077 and not path.is_symlink()
    ]


@pytest.mark.parametrize("umask", UMASKS)
def test_commands_create_files_that_only_their_owner_can_read(tmp_path: Path, umask: int) -> None:
    data, file, restored = (tmp_path / name for name in ("new/data", "kept.tar.gz", "back/data"))
    with served(data, umask) as client:
        body = {"login": "anna", "password": PASSWORD, "email": "anna@example.com"}
        assert client.post("/signup", json=body).is_success
        assert client.put("/avatar", files={"avatar": ("a.jpg", picture())}).is_success
        assert open_to_others(tmp_path) == []  # with the hub's socket and SQLite's own files
        done("backup", str(file), "--data", str(data), umask=umask)
    done("restore", str(file), "--data", str(restored), umask=umask)
    assert (restored / "avatars").is_dir()
    assert open_to_others(tmp_path) == []


def test_only_its_owner_can_read_a_copied_database(
    tmp_path: Path, postgresql: PostgreSQLServer
) -> None:
    url = postgresql.new_database(EMPTY)
    done("copy-database", url, str(tmp_path / "new" / "data"), umask=0)
    postgresql.drop_database(url)
    assert (tmp_path / "new" / "data" / "kinoteka.db").exists()
    assert open_to_others(tmp_path) == []


@pytest.mark.parametrize("content", ["", "short\n"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_server_does_not_start_with_an_empty_or_short_key(
    tmp_path: Path, content: str, workers: str
) -> None:
    (tmp_path / "secret.key").write_text(content)
    where = ("--port", "0", "--workers", workers, "--data", str(tmp_path), "--no-demo")
    process = run_forked(("serve", *where), {}, umask=0o022)
    assert (process.returncode, process.stdout) == (1, "")
    key = tmp_path / "secret.key"
    assert f"kinoteka: {key} has {len(content.strip())} characters" in process.stderr
    assert "Traceback" not in process.stderr


def test_server_closes_a_key_that_others_can_read_and_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "secret.key"
    key.write_text("s" * 64)
    key.chmod(0o644)
    process = start_server(tmp_path, 0o022)
    with process.stdout as output:
        output.readline()
        process.terminate()
        process.wait(TIMEOUT)
    assert f"{key} was open to other users of this machine" in capfd.readouterr().err
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_server_starts_with_a_mounted_key_that_others_can_read_and_warns(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mounted = tmp_path / "mounted"
    mounted.write_text("s" * 64)
    mounted.chmod(0o444)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.key").symlink_to(mounted)
    process = start_server(tmp_path / "data", 0o022)
    with process.stdout as output:
        assert "http://" in output.readline()
        process.terminate()
        process.wait(TIMEOUT)
    assert "is not the server's to change" in capfd.readouterr().err
    assert stat.S_IMODE(mounted.stat().st_mode) == 0o444
