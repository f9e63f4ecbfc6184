"""Checks of the machine: the data folder, its disk, cores, open files, password hashing."""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kinoteka.cli.doctor.findings import Finding, error, fine, warning
from kinoteka.core.accounts.passwords import HASHER
from kinoteka.infrastructure.settings import Settings
from kinoteka.server.connections import allowed_open_files, open_file_limits

MEBIBYTE = 1024 * 1024
FREE_LEAST = 100 * MEBIBYTE
FREE_ENOUGH = 1024 * MEBIBYTE
HASHING_SECONDS_MOST = 0.15
HASHINGS = 3

# Where locks and shared memory do not do what SQLite needs of them.
NETWORK_KINDS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"}


def check_data_folder(settings: Settings) -> Iterator[Finding]:
    """Whether the folder can be written by the server, and by nobody else."""
    folder = settings.data.absolute()
    if not folder.exists():
        above = next(parent for parent in folder.parents if parent.exists())
        if os.access(above, os.W_OK | os.X_OK):
            yield fine("data folder", f"{folder} is made at the first start.")
        else:
            yield error("data folder", f"{folder} is not there, and {above} cannot be written.")
        return
    if not folder.is_dir():
        yield error("data folder", f"{folder} is no folder: see KINOTEKA_DATA.")
        return
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as probe:
            probe.write(b"?")
            probe.flush()
    except OSError as problem:
        yield error(
            "data folder",
            f"{folder} cannot be written: {problem.strerror}. It has to belong to the user that "
            "the server runs as.",
        )
        return
    if (owner := folder.stat().st_uid) != os.geteuid():
        yield warning(
            "data folder",
            f"{folder} belongs to user {owner}, and this is user {os.geteuid()}, who may find "
            "other things than the server does. Run the doctor as the server's user.",
        )
    if (mode := stat.S_IMODE(folder.stat().st_mode)) & 0o007:
        yield warning(
            "data folder",
            f"{folder} (mode {mode:o}) is open to everybody on this machine, with the accounts "
            "and chats in it: chmod 700.",
        )
    else:
        yield fine("data folder", f"{folder} can be written.")


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room, and of a kind that SQLite can use."""
    folder = existing(settings.data)
    free = shutil.disk_usage(folder).free
    shown = f"{free / MEBIBYTE:,.0f} MiB are free in {folder}."
    if free < FREE_LEAST:
        yield error("disk", f"{shown} Make room: without any, nothing can be stored.")
    elif free < FREE_ENOUGH:
        yield warning("disk", f"{shown} Make room, or move the data folder.")
    else:
        yield fine("disk", shown)
    kind = filesystem(folder, Path("/proc/self/mountinfo").read_text(encoding="utf-8"))
    if not settings.database_url and (kind in NETWORK_KINDS or kind.startswith("fuse.")):
        yield error(
            "disk",
            f"{folder} is on {kind}, where SQLite's locks do not hold: the database can be "
            "destroyed. Use a disk of this machine, or PostgreSQL.",
        )


def check_cores(settings: Settings) -> Iterator[Finding]:
    """Whether every worker can have a core."""
    cores = len(os.sched_getaffinity(0))
    if settings.workers > cores:
        yield warning(
            "workers",
            f"{settings.workers} workers share {cores} cores: more than one for each core only "
            "takes memory. Lower KINOTEKA_WORKERS.",
        )
    else:
        yield fine("workers", f"{settings.workers} on {cores} cores.")


def check_open_files(settings: Settings) -> Iterator[Finding]:
    """Check that a worker may open as many files as its connections need."""
    limits = open_file_limits(settings, allowed_open_files(settings))
    if limits.connections < settings.connections:
        yield warning(
            "open files",
            f"A worker may open {limits.allowed} files and needs {limits.needed}, so it refuses "
            f"connections beyond {limits.connections}. Raise the limit (`ulimit -n 65536`, "
            "LimitNOFILE= of systemd), or lower KINOTEKA_CONNECTIONS.",
        )
    else:
        yield fine("open files", f"Enough for {limits.connections} connections of each worker.")


def check_hashing(settings: Settings) -> Iterator[Finding]:
    """How long this machine takes for a password."""
    seconds = min(_seconds_to_hash() for _ in range(HASHINGS))
    cores = len(os.sched_getaffinity(0))
    threads = min(settings.hashing_threads or cores, cores)
    shown = (
        f"A password takes {seconds * 1000:.0f} ms of a core: about {threads / seconds:.0f} "
        "sign-ins a second at most."
    )
    if seconds > HASHING_SECONDS_MOST:
        yield warning("passwords", f"{shown} This machine is slow, or busy with something else.")
    else:
        yield fine("passwords", shown)


def existing(path: Path) -> Path:
    """The path itself, or what of the way to it is there already."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.exists())


def filesystem(path: Path, mounts: str) -> str:
    """The kind of file system that holds an existing path, out of /proc/self/mountinfo."""
    real, found, longest = path.resolve(), "", -1
    for line in mounts.splitlines():
        mount, _, kind = line.partition(" - ")
        point = Path(mount.split()[4].replace("\\040", " "))
        # Of several mounted at one place, the last one is seen.
        if real.is_relative_to(point) and len(point.parts) >= longest:
            found, longest = kind.split()[0], len(point.parts)
    return found


def _seconds_to_hash() -> float:
    begin = time.perf_counter()
    HASHER.hash("correct horse battery")
    return time.perf_counter() - begin
