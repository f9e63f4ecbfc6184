"""Checking a backup: that it is whole, and that its database can be read.

Public operations: verify.
"""

import os
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kinoteka.database.backup import BackupFailed
from kinoteka.database.backup.archive import DATABASES, Manifest, extract
from kinoteka.database.backup.write import work_folder
from kinoteka.database.engines.postgresql import programs
from kinoteka.database.engines.sqlite.restore import check_file
from kinoteka.infrastructure.progress import Progress

TABLE_DATA = re.compile(r" TABLE DATA \S+ (\w+) ")
"""A line of pg_restore's list."""


def verify(path: Path, progress: Progress) -> Manifest:
    """Compare every checksum, open the database, and return what the backup says of itself.

    It takes the room of the unpacked backup beside the file, or in the folder for temporary files
    where the first cannot be written.

    Raises:
        BackupFailed: the file is no backup, was cut off or changed, or its database is damaged.
    """
    with _folder(path) as folder:
        manifest = extract(path, folder, progress)
        progress.begin("checking the database")
        database = folder / DATABASES[manifest.engine]
        if manifest.engine == "sqlite":
            _check_sqlite(path, database, manifest)
        else:
            _check_dump(path, database, manifest)
        return manifest


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    parent = path.absolute().parent
    if os.access(parent, os.W_OK | os.X_OK):
        with work_folder(parent / f".{path.name}.verifying") as folder:
            yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="kinoteka-") as name:
            yield Path(name)


def _check_sqlite(path: Path, database: Path, manifest: Manifest) -> None:
    check_file(database)
    with closing(sqlite3.connect(database)) as connection:
        for table, rows in manifest.counts.items():
            found = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            if found != rows:
                raise BackupFailed(f"{path}: {table} has {found} rows instead of {rows}")


def _check_dump(path: Path, dump: Path, manifest: Manifest) -> None:
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's
        [programs.newest("pg_restore"), "--list", str(dump)], capture_output=True, check=False
    )
    if done.returncode:
        raise BackupFailed(f"{path}: {programs.reason('pg_restore', done.stderr)}")
    missing = manifest.counts.keys() - set(TABLE_DATA.findall(done.stdout.decode()))
    if missing:
        raise BackupFailed(f"{path}: the dump lacks {', '.join(sorted(missing))}")
