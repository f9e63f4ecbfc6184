"""File modes: only the owner can read the files of this installation.

Public operations: make_private, own_files, repair.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from kinoteka.database.engines import DATABASE
from kinoteka.infrastructure.files import AVATAR_FOLDER, POSTER_CACHE_FOLDER, POSTER_FOLDER
from kinoteka.infrastructure.keys import KEY_FILES
from kinoteka.infrastructure.settings import Settings

FOLDERS = (AVATAR_FOLDER, POSTER_FOLDER, POSTER_CACHE_FOLDER, "imports")

OWNER_ONLY = 0o077
"""The umask under which files get mode 0600 and folders 0700."""


def make_private() -> None:
    """Let this process and its children create files and folders for the owner only."""
    os.umask(OWNER_ONLY)


def own_files(settings: Settings) -> Iterator[Path]:
    """Yield the files and folders of the server that other users must not read."""
    for name in KEY_FILES:
        yield settings.data / name
    if not settings.database_url:
        yield from sorted(settings.data.glob(f"{DATABASE}*"))
    for name in FOLDERS:
        yield settings.data / name


def repair(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Remove other users' access to these paths; return the repaired and the still open ones.

    Only files that the server has created are changed. Secrets are often provided as files of
    another user, symbolic links or mounts, and these stay unchanged.
    """
    repaired: list[Path] = []
    left: list[Path] = []
    for path in paths:
        if not is_open_to_others(path):
            continue
        (repaired if _close(path) else left).append(path)
    return repaired, left


def is_open_to_others(path: Path) -> bool:
    """Return whether other users can read or write a path; False if it does not exist."""
    try:
        return bool(path.stat().st_mode & OWNER_ONLY)
    except OSError:
        return False


def is_ours(path: Path) -> bool:
    """Return whether the user of this process created the path, so it is no mount or link."""
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
    except OSError:  # the file system has no modes or is read-only
        return False
    return not is_open_to_others(path)
