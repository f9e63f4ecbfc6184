"""Findings about the machine."""

import os
import resource
from collections.abc import Iterable
from pathlib import Path

import pytest

from kinoteka.cli.doctor.machine import (
    check_cores,
    check_data_folder,
    check_disk,
    check_hashing,
    check_open_files,
    existing,
    filesystem,
)
from kinoteka.infrastructure.settings import Settings

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
35 22 0:31 / /srv rw,relatime shared:9 - nfs4 store:/srv rw
36 35 254:1 / /srv/fast rw - xfs /dev/vdb rw
40 22 0:40 / /mnt/my\\040films rw - cifs //store/films rw
41 22 0:41 / /over rw - ext4 /dev/vdc rw
42 41 0:42 / /over rw - tmpfs none rw
"""


def severities(findings: Iterable[object]) -> list[str]:
    return [str(finding).split()[0] for finding in findings]


class TestDataFolder:
    def test_own_folder_is_fine(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o750)
        assert severities(check_data_folder(Settings(data=tmp_path))) == ["fine"]
        assert list(tmp_path.iterdir()) == []

    def test_folder_open_to_others_is_a_warning(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        assert severities(check_data_folder(Settings(data=tmp_path))) == ["warning"]

    def test_missing_folder_that_can_be_created_is_fine(self, tmp_path: Path) -> None:
        assert severities(check_data_folder(Settings(data=tmp_path / "a" / "b"))) == ["fine"]
        assert list(tmp_path.iterdir()) == []

    def test_file_instead_of_a_folder_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert severities(check_data_folder(Settings(data=tmp_path / "file"))) == ["error"]

    def test_read_only_folder_is_an_error(self) -> None:
        assert severities(check_data_folder(Settings(data=Path("/proc/self")))) == ["error"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
    def test_folder_of_another_user_is_reported(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o750)
        os.chown(tmp_path, 10001, 10001)
        (finding, _) = check_data_folder(Settings(data=tmp_path))
        assert "10001" in finding.text


def test_free_space_is_reported(tmp_path: Path) -> None:
    (finding,) = check_disk(Settings(data=tmp_path / "not yet"))
    assert "MiB are free" in finding.text


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var", "ext4"),
        ("/srv", "nfs4"),
        ("/srv/films", "nfs4"),
        ("/srv/fast/films", "xfs"),
        ("/srvother", "ext4"),
        ("/mnt/my films", "cifs"),
        ("/over/there", "tmpfs"),
    ],
)
def test_file_system_is_the_nearest_mount(path: str, kind: str) -> None:
    assert filesystem(Path(path), MOUNTS) == kind


def test_nearest_existing_folder_is_found(tmp_path: Path) -> None:
    assert existing(tmp_path / "a" / "b") == tmp_path
    assert existing(tmp_path) == tmp_path


def test_more_workers_than_cores_are_a_warning() -> None:
    assert severities(check_cores(Settings(workers=1))) == ["fine"]
    assert severities(check_cores(Settings(workers=256))) == ["warning"]


@pytest.mark.parametrize(
    ("limits", "severity", "connections"),
    [
        ((1024, 1024), "warning", "beyond 886"),
        ((1024, 4096), "warning", "beyond 3958"),
        ((1024, 65536), "fine", "10000 connections"),
    ],
)
def test_open_files_must_be_enough_for_the_connections(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], severity: str, connections: str
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    (finding,) = check_open_files(Settings())
    assert severities([finding]) == [severity]
    assert connections in finding.text


def test_hashing_is_measured() -> None:
    (finding,) = check_hashing(Settings(hashing_threads=1))
    assert "ms of a core" in finding.text
