"""Restore a backup over the present data, while servers run.

First the archive is unpacked and checked in the data folder. Then the pictures are stored, and last
the database is replaced in one transaction. An interruption before that changes nothing, but may
leave unused pictures.

Newer facts come from the database that is replaced: no id is used a second time, caches are
invalidated, and sessions that ended since the backup stay closed.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kinoteka.database.backup import BackupFailed
from kinoteka.database.backup.archive import DATABASES, KEYS, PICTURE_FOLDERS, Manifest, extract
from kinoteka.database.backup.write import sync_folder, work_folder
from kinoteka.database.engines import DATABASE, database_path
from kinoteka.database.engines.postgresql import restore as postgresql_restore
from kinoteka.database.engines.sqlite import restore as sqlite_restore
from kinoteka.database.migrations import current, exclusive, known, migrate, newest
from kinoteka.errors import DomainError
from kinoteka.infrastructure.files import open_files
from kinoteka.infrastructure.progress import Progress
from kinoteka.infrastructure.settings import Settings

WORK = ".restoring"
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class UnpackedArchive:
    """A checked archive in a folder; `replaces` says whether a database exists already."""

    manifest: Manifest
    folder: Path
    replaces: bool


@contextmanager
def unpack(settings: Settings, path: Path, progress: Progress) -> Iterator[UnpackedArchive]:
    """Unpack an archive and check it against the settings.

    Raises:
        BackupFailed: the archive is invalid, incomplete, or of another engine or a newer version.
        DatabaseUnusable: the present database cannot be read.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with work_folder(settings.data / WORK) as folder:
        manifest = extract(path, folder, progress)
        _check(manifest, settings)
        present = current(settings)
        if present is not None and present not in known():
            raise BackupFailed(_newer("the database", present))
        yield UnpackedArchive(manifest, folder, present is not None)


def restore_archive(
    settings: Settings, archive: UnpackedArchive, progress: Progress, *, with_sessions: bool
) -> list[str]:
    """Restore everything; return the names of key files that were not replaced.

    With `with_sessions`, all sessions of the backup become valid and its keys replace the present
    ones. Otherwise, only sessions that are still open stay valid, and only missing keys are added.

    Raises:
        BackupFailed: the restore failed, and the database is unchanged.
        DatabaseUnusable
    """
    database = _prepared(settings, archive, progress)
    for folder in PICTURE_FOLDERS:
        _put_pictures(settings, folder, archive.folder / folder, progress)
    left = _put_keys(settings.data, archive.folder / KEYS, replace=with_sessions)
    if settings.database_url:
        migrate(settings)  # creates what a backup of tables does not contain
        with exclusive(settings):
            given = postgresql_restore.replace(
                settings, database, archive.folder, progress, with_sessions=with_sessions
            )
        migrate(settings)
        postgresql_restore.advance_sequences(settings, given)
        return left
    if archive.replaces:
        migrate(settings)
    with exclusive(settings):
        sqlite_restore.replace(
            database_path(settings), database, progress, with_sessions=with_sessions
        )
    return left


def _check(manifest: Manifest, settings: Settings) -> None:
    wanted = "postgresql" if settings.database_url else "sqlite"
    if manifest.engine != wanted:
        raise BackupFailed(
            f"this is a backup of {ENGINES[manifest.engine]}, and the settings name "
            f"{ENGINES[wanted]}: restore it into its own engine, and move that with "
            "'kinoteka copy-database'"
        )
    if manifest.revision not in known():
        raise BackupFailed(_newer("the backup", manifest.revision))


def _newer(what: str, revision: str) -> str:
    return f"{what} is at revision {revision}, and this version knows {newest()}: take a newer one"


def _prepared(settings: Settings, archive: UnpackedArchive, progress: Progress) -> Path:
    """Return the checked database file; an SQLite file is migrated to the newest schema."""
    file = archive.folder / DATABASES[archive.manifest.engine]
    if settings.database_url:
        return file
    progress.begin("checking the database")
    folder = archive.folder / "prepared"
    folder.mkdir(mode=0o700)
    prepared = file.rename(folder / DATABASE)
    sqlite_restore.check_file(prepared)
    migrate(msgspec.structs.replace(settings, data=folder))
    sqlite_restore.close_file(prepared)
    return prepared


def _put_pictures(settings: Settings, folder: str, unpacked: Path, progress: Progress) -> None:
    if not unpacked.exists():
        return
    paths = list(unpacked.iterdir())
    progress.begin("storing pictures", len(paths))

    async def put() -> None:
        files = open_files(settings, folder)
        try:
            for path in paths:
                await files.put(path.name, path.read_bytes())
                progress.done += 1
        finally:
            files.close()

    try:
        asyncio.run(put())
    except DomainError:
        raise BackupFailed("the object store cannot be written; the log says why") from None


def _put_keys(data: Path, folder: Path, *, replace: bool) -> list[str]:
    left = []
    for path in sorted(folder.iterdir()) if folder.exists() else ():
        target, content = data / path.name, path.read_bytes()
        if target.exists() and target.read_bytes() == content:
            continue
        if target.exists() and not replace:
            left.append(path.name)
            continue
        path.chmod(0o600)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.replace(target)
        sync_folder(data)
    return left
