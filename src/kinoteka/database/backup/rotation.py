"""Backups in one folder, named by the moment they were made, of which the newest are kept.

Public operations: new_path, remove_old.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

FILE_NAME = re.compile(r"kinoteka-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz")


def new_path(folder: Path) -> Path:
    """Return the path of a backup that is made now."""
    return folder / datetime.now(UTC).strftime("kinoteka-%Y-%m-%dT%H%M%SZ.tar.gz")


def remove_old(folder: Path, count: int) -> list[Path]:
    """Remove all but the newest backups; return the ones that are gone.

    Files of other names, as of backups made by hand, stay.
    """
    made = sorted(path for path in folder.iterdir() if FILE_NAME.fullmatch(path.name))
    old = made[:-count]
    for path in old:
        path.unlink(missing_ok=True)
    return old
