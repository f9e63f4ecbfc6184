"""File modes: everything that this installation writes is readable by its owner alone.

Public operations: make_private, own_files, repair.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from kinoteka.database.engines import DATABASE
from kinoteka.infrastructure.keys import KEY_FILES
from kinoteka.infrastructure.settings import Settings

FOLDERS = ("avatars", "imports")

OWNER_ONLY = 0o077
"""The umask under which files get mode 0600 and folders 0700."""


def make_private() -> None:
    """Create every file and folder of this process and its children for the owner alone."""
    os.umask(OWNER_ONLY)


def own_files(settings: Settings) -> Iterator[Path]:
    """Yield what the server writes into the data folder and other users must not read."""
    for name in KEY_FILES:
        yield settings.data / name
    if not settings.database_url:
        yield from sorted(settings.data.glob(f"{DATABASE}*"))
    for name in FOLDERS:
        yield settings.data / name


def repair(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Close these files and folders to other users; return those repaired and those still open.

    Only what the server itself has written is changed. A file of another user, a symbolic link or
    a mount, as secrets are often provided, stays as it is.
    """
    repaired: list[Path] = []
    left: list[Path] = []
    for path in paths:
        if not is_open_to_others(path):
            continue
        (repaired if _close(path) else left).append(path)
    return repaired, left


def is_open_to_others(path: Path) -> bool:
    """Return whether other users may read or write it; False for a missing file."""
    try:
        return bool(path.stat().st_mode & OWNER_ONLY)
    except OSError:
        return False


def is_ours(path: Path) -> bool:
    """Return whether this process's user has written it here, rather than mounted or linked it."""
    found = path.lstat()
    return (
        not stat.S_ISLNK(found.st_mode)
        and found.st_uid == os.geteuid()
        and found.st_dev == path.parent.stat().st_dev
    )


def _close(path: Path) -> bool:
    try:
        if not is_ours(path):
            return False
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OWNER_ONLY)
    except OSError:  # a file system without modes, or one that is mounted read-only
        return False
    return not is_open_to_others(path)
