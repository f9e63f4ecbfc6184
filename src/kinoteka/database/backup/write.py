"""Making a backup, beside servers that go on."""

import asyncio
import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec

from kinoteka.database.backup import BackupFailed
from kinoteka.database.backup.archive import (
    DATABASES,
    FORMAT,
    KEYS,
    MANIFEST,
    PICTURE_FOLDERS,
    ArchiveWriter,
    Manifest,
)
from kinoteka.database.backup.snapshots import Snapshot, snapshot
from kinoteka.errors import DomainError
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.files import open_files
from kinoteka.infrastructure.keys import KEY_FILES
from kinoteka.infrastructure.progress import Progress
from kinoteka.infrastructure.settings import Settings

STANDARD_OUTPUT = "-"
AT_ONCE = 8
"""Pictures that are fetched, and in memory, at a time."""


def write(
    settings: Settings,
    to: str,
    version: str,
    progress: Progress,
    *,
    with_keys: bool,
    overwrite: bool = False,
) -> dict[str, int]:
    """Write a backup to a file, or to standard output for "-"; return what is in it, by kind.

    The file appears whole, readable by its owner alone.

    Raises:
        BackupFailed: the file exists and must not be overwritten, the database or the
            object store is away, the disk is full, or the like.
    """
    if to != STANDARD_OUTPUT and not overwrite:
        _check_free(Path(to))
    folder = settings.data if to == STANDARD_OUTPUT else Path(to).absolute().parent
    name = "standard-output" if to == STANDARD_OUTPUT else Path(to).name
    with work_folder(folder / f".{name}.partial") as work:
        copied = work / "database"
        with snapshot(settings, copied, progress) as taken:
            manifest = Manifest(
                format=FORMAT,
                version=version,
                engine=taken.engine,
                revision=taken.revision,
                made_at=now(),
                schema=taken.schema,
                counts=taken.counts,
            )

            def fill(file: IO[bytes]) -> dict[str, int]:
                archive = ArchiveWriter(file)
                try:
                    archive.add(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
                    archive.add_file(DATABASES[taken.engine], copied, progress)
                    pictures, gone = _add_pictures(archive, settings, taken, progress)
                    keys = _add_keys(archive, settings.data) if with_keys else 0
                    archive.finish()
                except BaseException:
                    archive.abandon()
                    raise
                return {"pictures": pictures, "gone": gone, "keys": keys, **taken.counts}

            if to == STANDARD_OUTPUT:
                return fill(sys.stdout.buffer)
            return _write_file(Path(to), work / "archive", fill, overwrite=overwrite)


@contextmanager
def work_folder(folder: Path) -> Iterator[Path]:
    """Create a temporary folder for one process; first remove leftovers of a killed process.

    Raises:
        BackupFailed: another process uses the folder.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        raise BackupFailed(f"there is no folder {folder.parent}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
    except BlockingIOError:
        raise BackupFailed(f"another process is using {folder}") from None
    finally:
        os.close(lock)


def sync_folder(folder: Path) -> None:
    """Make a rename durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_free(path: Path) -> None:
    if os.path.lexists(path):
        raise BackupFailed(f"{path} exists already; --force overwrites it")


def _write_file(
    path: Path, draft: Path, fill: Callable[[IO[bytes]], dict[str, int]], *, overwrite: bool
) -> dict[str, int]:
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        filled = fill(file)
        file.flush()
        os.fsync(file.fileno())
    if not overwrite:  # check again: the file may have been created meanwhile
        _check_free(path)
    draft.replace(path)
    sync_folder(path.absolute().parent)
    return filled


def _add_pictures(
    archive: ArchiveWriter, settings: Settings, taken: Snapshot, progress: Progress
) -> tuple[int, int]:
    """Add the pictures that the copy refers to; return the numbers of added and missing ones.

    They are read after the database, so a picture that was replaced meanwhile is missing.
    """
    progress.begin("pictures")
    count = gone = 0
    with asyncio.Runner() as runner:
        for folder in PICTURE_FOLDERS:
            with closing(taken.pictures(folder)) as names:
                while chosen := list(islice(names, AT_ONCE)):
                    contents = runner.run(_fetch(settings, folder, chosen))
                    for name, content in zip(chosen, contents, strict=True):
                        if content is None:
                            gone += 1
                        else:
                            archive.add(f"{folder}/{name}", content)
                            count += 1
                    progress.done += len(chosen)
    return count, gone


async def _fetch(settings: Settings, folder: str, names: Sequence[str]) -> list[bytes | None]:
    files = open_files(settings, folder)
    try:
        async with asyncio.TaskGroup() as group:
            fetching = [group.create_task(files.get(name)) for name in names]
        return [each.result() for each in fetching]
    except* DomainError:
        raise BackupFailed("the object store cannot be read; the log above says why") from None
    finally:
        files.close()


def _add_keys(archive: ArchiveWriter, data: Path) -> int:
    present = [name for name in KEY_FILES if (data / name).exists()]
    for name in present:
        archive.add(f"{KEYS}/{name}", (data / name).read_bytes())
    return len(present)
