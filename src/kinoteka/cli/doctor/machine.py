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
MIN_FREE_BYTES = 100 * MEBIBYTE
FREE_ENOUGH = 1024 * MEBIBYTE
MAX_HASHING_SECONDS = 0.15
HASHINGS = 3

# File systems whose locks and shared memory do not work as SQLite needs.
NETWORK_KINDS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"}


def check_data_folder(settings: Settings) -> Iterator[Finding]:
    """Check that only the server's user can write to the folder."""
    folder = settings.data.absolute()
    if not folder.exists():
        above = next(parent for parent in folder.parents if parent.exists())
        if os.access(above, os.W_OK | os.X_OK):
            yield fine("data folder", f"{folder} will be created at the first start.")
        else:
            yield error("data folder", f"{folder} does not exist, and {above} is not writable.")
        return
    if not folder.is_dir():
        yield error("data folder", f"{folder} is not a folder: check KINOTEKA_DATA.")
        return
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as probe:
            probe.write(b"?")
            probe.flush()
    except OSError as problem:
        yield error(
            "data folder",
            f"{folder} is not writable: {problem.strerror}. It must belong to the user that "
            "the server runs as.",
        )
        return
    if (owner := folder.stat().st_uid) != os.geteuid():
        yield warning(
            "data folder",
            f"{folder} belongs to user {owner}, and this is user {os.geteuid()}, which may get "
            "other results than the server. Run the doctor as the server's user.",
        )
    if (mode := stat.S_IMODE(folder.stat().st_mode)) & 0o007:
        yield warning(
            "data folder",
            f"{folder} (mode {mode:o}) can be read by every user of this machine, with the "
            "accounts and chats in it. Run chmod 700.",
        )
    else:
        yield fine("data folder", f"{folder} is writable.")


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Check that there is free space on a file system that SQLite can use."""
    folder = existing(settings.data)
    free = shutil.disk_usage(folder).free
    shown = f"{free / MEBIBYTE:,.0f} MiB are free in {folder}."
    if free < MIN_FREE_BYTES:
        yield error("disk", f"{shown} Free some space: without it, nothing can be stored.")
    elif free < FREE_ENOUGH:
        yield warning("disk", f"{shown} Free some space, or move the data folder.")
    else:
        yield fine("disk", shown)
    kind = filesystem(folder, Path("/proc/self/mountinfo").read_text(encoding="utf-8"))
    if not settings.database_url and (kind in NETWORK_KINDS or kind.startswith("fuse.")):
        yield error(
            "disk",
            f"{folder} is on {kind}, where SQLite's locks do not work: the database can be "
            "corrupted. Use a disk of this machine, or PostgreSQL.",
        )


def check_cores(settings: Settings) -> Iterator[Finding]:
    """Check that there is a core for every worker."""
    cores = len(os.sched_getaffinity(0))
    if settings.workers > cores:
        yield warning(
            "workers",
            f"{settings.workers} workers share {cores} cores: more than one per core only "
            "uses memory. Lower KINOTEKA_WORKERS.",
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
    """Measure how long this machine takes to hash a password."""
    seconds = min(_seconds_to_hash() for _ in range(HASHINGS))
    cores = len(os.sched_getaffinity(0))
    threads = min(settings.hashing_threads or cores, cores)
    shown = (
        f"A password takes {seconds * 1000:.0f} ms of a core: about {threads / seconds:.0f} "
        "sign-ins a second at most."
    )
    if seconds > MAX_HASHING_SECONDS:
        yield warning("passwords", f"{shown} This machine is slow or busy.")
    else:
        yield fine("passwords", shown)


def existing(path: Path) -> Path:
    """Return the path if it exists, otherwise its nearest existing parent."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.exists())


def filesystem(path: Path, mounts: str) -> str:
    """Return the type of the file system of an existing path, from /proc/self/mountinfo."""
    real, found, longest = path.resolve(), "", -1
    for line in mounts.splitlines():
        mount, _, kind = line.partition(" - ")
        point = Path(mount.split()[4].replace("\\040", " "))
        # If several are mounted at one place, the last one is visible.
        if real.is_relative_to(point) and len(point.parts) >= longest:
            found, longest = kind.split()[0], len(point.parts)
    return found


def _seconds_to_hash() -> float:
    begin = time.perf_counter()
    HASHER.hash("correct horse battery")
    return time.perf_counter() - begin
