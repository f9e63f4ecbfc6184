"""A backup is checked without being restored, on either engine."""

import json

import pytest

from kinoteka.database.backup import BackupFailed
from kinoteka.database.backup.verify import verify
from kinoteka.database.migrations import newest
from kinoteka.infrastructure.progress import Progress
from tests.support.backups import archive_members, back_up, write_archive
from tests.support.sample_rows import FILM_COUNT, fill_all_tables


@pytest.fixture
def file(settings, tmp_path):
    fill_all_tables(settings)
    back_up(settings, tmp_path / "backup")
    return tmp_path / "backup"


def database_in(content: dict[str, bytes]) -> str:
    return next(name for name in content if name.startswith("database."))


def test_whole_backup_is_described_and_nothing_is_left_behind(file, engine):
    before = set(file.parent.iterdir())
    manifest = verify(file, Progress())
    assert (manifest.engine, manifest.revision) == (engine, newest())
    assert manifest.counts["films"] == FILM_COUNT
    assert set(file.parent.iterdir()) == before


def test_backup_that_was_cut_off_is_rejected(file):
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(BackupFailed, match="is not a backup of Kinoteka, or is damaged"):
        verify(file, Progress())


def test_backup_that_was_changed_is_rejected(file):
    content = archive_members(file)
    sums = content["SHA256SUMS"]
    write_archive(file, content | {database_in(content): b"something else"}, sums=sums)
    with pytest.raises(BackupFailed, match="checksums"):
        verify(file, Progress())


def test_damaged_database_with_right_checksums_is_rejected(file):
    content = archive_members(file)
    name = database_in(content)
    write_archive(file, content | {name: content[name][:2000]})
    with pytest.raises(BackupFailed):
        verify(file, Progress())


def test_backup_that_lacks_what_its_manifest_counts_is_rejected(file, engine):
    content = archive_members(file)
    manifest = json.loads(content["manifest.json"])
    counts = manifest["counts"]
    manifest["counts"] = counts | ({"films": 99} if engine == "sqlite" else {"reviews": 1})
    write_archive(file, content | {"manifest.json": json.dumps(manifest).encode()})
    with pytest.raises(BackupFailed, match=r"films has|lacks reviews"):
        verify(file, Progress())
