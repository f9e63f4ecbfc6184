"""PostgreSQL's own programs: where they are, and how they are given an address."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kinoteka.database.backup import BackupFailed

# Where Linux distributions and PostgreSQL's own packages put those that are not on the PATH.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
MAJOR = re.compile(r"\) (\d+)")


def find(name: str, server_major: int) -> str:
    """The program's path: of the server's own version if there is one, or else a newer one.

    Raises:
        BackupFailed: there is none, or only older ones.
    """
    found = {_major(path): path for path in _candidates(name)}
    newer = sorted(major for major in found if major >= server_major)
    if newer:
        return found[newer[0]]
    older = f"; found: {max(found)}" if found else ""
    raise BackupFailed(
        f"{name} of PostgreSQL {server_major} or newer is needed (postgresql-client){older}"
    )


def newest(name: str) -> str:
    """Return the path of the newest one, which reads what each of them writes.

    Raises:
        BackupFailed: there is none.
    """
    found = {_major(path): path for path in _candidates(name)}
    if not found:
        raise BackupFailed(f"{name} is needed (postgresql-client)")
    return found[max(found)]


def address(url: str) -> tuple[str, dict[str, str]]:
    """An address for a program's command line, and the environment with the password.

    Everybody on the machine can read a command line.
    """
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    environment = dict(os.environ)
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo("", **parts), environment


def reason(name: str, errors: bytes) -> str:
    """What a program said when it failed, in a line."""
    lines = [line for line in errors.decode(errors="replace").splitlines() if line.strip()]
    return f"{name}: {lines[0] if lines else 'it failed'}"


def _candidates(name: str) -> Iterator[str]:
    for pattern in FOLDERS:
        for folder in Path("/").glob(pattern.lstrip("/")):
            if os.access(folder / name, os.X_OK):
                yield str(folder / name)
    on_path = shutil.which(name)
    if on_path:
        yield on_path


def _major(path: str) -> int:
    output = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    found = MAJOR.search(output.stdout)
    return int(found[1]) if found else 0
