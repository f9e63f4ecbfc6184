"""Backups in one folder, named by their time; only the newest are retained.

Public operations: new_path, remove_old.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

FILE_NAME = re.compile(r"kinoteka-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz")


def new_path(folder: Path) -> Path:
    """Return the path for a backup that is written now."""
    return folder / datetime.now(UTC).strftime("kinoteka-%Y-%m-%dT%H%M%SZ.tar.gz")


def remove_old(folder: Path, count: int) -> list[Path]:
    """Remove all except the newest backups; return the removed paths.

    Files with other names stay.
    """
    made = sorted(path for path in folder.iterdir() if FILE_NAME.fullmatch(path.name))
    old = made[:-count]
    for path in old:
        path.unlink(missing_ok=True)
    return old
