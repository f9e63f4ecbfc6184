"""An archive is taken whole, as it was written, or not at all."""

import tarfile

import pytest

from kinoteka.database.backup import BackupFailed
from kinoteka.database.backup.archive import extract
from kinoteka.database.migrations import newest
from kinoteka.infrastructure.progress import Progress
from tests.support.backups import archive_members, back_up, write_archive

pytestmark = pytest.mark.engines("sqlite")  # the archive is the same for both


@pytest.fixture
def archive(settings, tmp_path):
    """A backup's file and its content."""
    file = tmp_path / "backup.tar.gz"
    back_up(settings, file)
    return file, archive_members(file)


@pytest.fixture
def into(tmp_path):
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def unpack(file, folder):
    return extract(file, folder, Progress())


def test_what_was_written_is_read(archive, into):
    file, content = archive
    manifest = unpack(file, into)
    assert (manifest.engine, manifest.revision) == ("sqlite", newest())
    assert manifest.counts["roles"] == 2
    assert (into / "database.sqlite").read_bytes() == content["database.sqlite"]


def test_it_is_for_its_owner_alone(archive):
    file, _ = archive
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("part", [0.9, 0.5, 0.01, 0])
def test_one_that_was_cut_off_is_refused(archive, into, part):
    file, _ = archive
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(BackupFailed, match="is damaged"):
        unpack(file, into)


@pytest.mark.parametrize(
    "change",
    [
        {"database.sqlite": b"SQLite format 3"},
        {"avatars/other.jpg": b"one more"},
        {"manifest.json": b"{}"},
    ],
)
def test_one_that_was_changed_is_refused(archive, into, change):
    file, content = archive
    write_archive(file, content | change, sums=content["SHA256SUMS"])
    with pytest.raises(BackupFailed, match="checksums"):
        unpack(file, into)


def test_one_that_lacks_a_file_is_refused(archive, into):
    file, content = archive
    sums = content["SHA256SUMS"]
    del content["database.sqlite"]
    write_archive(file, content, sums=sums)
    with pytest.raises(BackupFailed, match="checksums"):
        unpack(file, into)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/outside",
        "avatars/../../outside",
        "avatars/../keys/secret.key",
        "avatars/.hidden",
        "keys/other.key",
        "anything",
    ],
)
def test_names_that_lead_elsewhere_are_refused(archive, into, name):
    file, content = archive
    write_archive(file, content | {name: b"x"})
    with pytest.raises(BackupFailed, match="does not belong"):
        unpack(file, into)
    assert not (into.parent / "outside").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, b"5"])
def test_only_plain_files_are_accepted(archive, into, kind):
    file, content = archive
    link = tarfile.TarInfo("avatars/a.jpg")
    link.type, link.linkname = kind, "/etc/passwd"
    write_archive(file, content, link)
    with pytest.raises(BackupFailed, match="does not belong"):
        unpack(file, into)


def test_a_picture_that_is_too_large_is_refused_before_it_is_written(archive, into):
    file, content = archive
    write_archive(file, content | {"avatars/a.jpg": bytes(17 * 1024 * 1024)})
    with pytest.raises(BackupFailed, match="too large"):
        unpack(file, into)
    assert not (into / "avatars" / "a.jpg").exists()


@pytest.mark.parametrize("manifest", [b"", b"{}", b'{"format": 2}'])
def test_a_manifest_that_says_nothing_is_refused(archive, into, manifest):
    file, content = archive
    write_archive(file, content | {"manifest.json": manifest})
    with pytest.raises(BackupFailed, match="manifest"):
        unpack(file, into)


def test_a_format_of_the_future_is_refused(archive, into):
    file, content = archive
    newer = content["manifest.json"].replace(b'"format": 1', b'"format": 2')
    write_archive(file, content | {"manifest.json": newer})
    with pytest.raises(BackupFailed, match="format"):
        unpack(file, into)
