"""Putting a backup back, in place of what there is, while servers go on.

First the archive is unpacked and checked, in the data folder; then the pictures are stored, and
last the database is replaced in one transaction. Whatever ends it before that has changed nothing,
but may leave pictures that nothing names.

What a backup cannot know is taken from the database that it replaces: no id is given a second
time, caches are invalidated, and sessions that ended since the backup stay closed.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kinoteka.database.backup import BackupFailed
from kinoteka.database.backup.archive import AVATARS, DATABASES, KEYS, Manifest, extract
from kinoteka.database.backup.write import sync_folder, work_folder
from kinoteka.database.engines import DATABASE, database_path
from kinoteka.database.engines.postgresql import restore as replacing_postgresql
from kinoteka.database.engines.sqlite import restore as replacing_sqlite
from kinoteka.database.migrations import current, exclusive, known, migrate, newest
from kinoteka.errors import DomainError
from kinoteka.infrastructure.files import open_files
from kinoteka.infrastructure.progress import Progress
from kinoteka.infrastructure.settings import Settings

WORK = ".restoring"
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An archive that is whole, in a folder; `replaces` tells whether there is a database."""

    manifest: Manifest
    folder: Path
    replaces: bool


@contextmanager
def unpacked(settings: Settings, path: Path, progress: Progress) -> Iterator[Unpacked]:
    """Unpack and check an archive, for these settings.

    Raises:
        BackupFailed: it is none, is not whole, or does not suit the settings or this version.
        DatabaseUnusable: the database that it would replace cannot be read.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with work_folder(settings.data / WORK) as folder:
        manifest = extract(path, folder, progress)
        _check(manifest, settings)
        present = current(settings)
        if present is not None and present not in known():
            raise BackupFailed(_newer("the database", present))
        yield Unpacked(manifest, folder, present is not None)


def put_back(
    settings: Settings, archive: Unpacked, progress: Progress, *, with_sessions: bool
) -> list[str]:
    """Put everything back; the key files that were left as they are.

    `with_sessions`: all sessions of the backup are valid again, and its keys replace those that
    there are. Without, only sessions that have not ended since, and only keys that are missing.

    Raises:
        BackupFailed: the database is as it was.
        DatabaseUnusable
    """
    database = _prepared(settings, archive, progress)
    _put_avatars(settings, archive.folder / AVATARS, progress)
    left = _put_keys(settings.data, archive.folder / KEYS, replace=with_sessions)
    if settings.database_url:
        migrate(settings)  # makes what no backup of tables brings along
        with exclusive(settings):
            given = replacing_postgresql.replace(
                settings, database, archive.folder, progress, with_sessions=with_sessions
            )
        migrate(settings)
        replacing_postgresql.give_ids_above(settings, given)
        return left
    if archive.replaces:
        migrate(settings)
    with exclusive(settings):
        replacing_sqlite.replace(
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


def _prepared(settings: Settings, archive: Unpacked, progress: Progress) -> Path:
    """The database as it is to be put back: checked, and SQLite's with the newest schema."""
    file = archive.folder / DATABASES[archive.manifest.engine]
    if settings.database_url:
        return file
    progress.begin("checking the database")
    folder = archive.folder / "prepared"
    folder.mkdir(mode=0o700)
    prepared = file.rename(folder / DATABASE)
    replacing_sqlite.check_file(prepared)
    migrate(msgspec.structs.replace(settings, data=folder))
    replacing_sqlite.close_file(prepared)
    return prepared


def _put_avatars(settings: Settings, folder: Path, progress: Progress) -> None:
    if not folder.exists():
        return
    paths = list(folder.iterdir())
    progress.begin("storing pictures", len(paths))

    async def put() -> None:
        files = open_files(settings, AVATARS)
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
