"""Secrets and databases are readable by their owner only."""

import os
import stat
from pathlib import Path

import pytest

from kinoteka.database import file_modes
from kinoteka.infrastructure.settings import Settings


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("secret.key", "signing-key.pem", "kinoteka.db", "kinoteka.db-wal"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    for name in ("avatars", "imports"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o755)
    return tmp_path


def test_repair_closes_own_files_to_other_users(data: Path) -> None:
    repaired, unchanged = file_modes.repair(file_modes.own_files(Settings(data=data)))
    assert {path.name for path in repaired} == {path.name for path in data.iterdir()}
    assert unchanged == []
    assert {mode_of(path) for path in data.iterdir()} == {0o600, 0o700}
    assert file_modes.repair(file_modes.own_files(Settings(data=data))) == ([], [])


def test_missing_files_are_skipped(tmp_path: Path) -> None:
    assert file_modes.repair(file_modes.own_files(Settings(data=tmp_path / "none"))) == ([], [])


def test_linked_secret_is_left_as_it_is(data: Path, tmp_path: Path) -> None:
    mounted = tmp_path / "mounted"
    mounted.touch()
    mounted.chmod(0o444)
    (data / "secret.key").unlink()
    (data / "secret.key").symlink_to(mounted)
    _, unchanged = file_modes.repair(file_modes.own_files(Settings(data=data)))
    assert unchanged == [data / "secret.key"]
    assert mode_of(mounted) == 0o444


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to other users")
def test_file_of_another_user_is_left_as_it_is(data: Path) -> None:
    os.chown(data / "secret.key", 12345, 12345)
    _, unchanged = file_modes.repair(file_modes.own_files(Settings(data=data)))
    assert unchanged == [data / "secret.key"]
    assert mode_of(data / "secret.key") == 0o644
