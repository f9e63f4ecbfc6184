"""The archive: a gzipped tar with the manifest first and the checksums last.

    manifest.json            the `Manifest`
    database.sqlite          or database.dump, written by pg_dump
    avatars/<name>           the pictures that the database refers to
    posters/<name>           the posters that operators uploaded
    keys/<name>              secret.key and signing-key.pem
    SHA256SUMS               of all other files, in the format of sha256sum

Names never become paths: other names and everything except plain files are rejected. Reading and
writing hold only a part of a file in memory.
"""

import gzip
import hashlib
import io
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from kinoteka.database.backup import BackupFailed
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.files import (
    AVATAR_FOLDER,
    FILE_NAME,
    MAX_FILE_BYTES,
    POSTER_FOLDER,
)
from kinoteka.infrastructure.keys import KEY_FILES
from kinoteka.infrastructure.progress import Progress

FORMAT = 1
MANIFEST, CHECKSUMS = "manifest.json", "SHA256SUMS"
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
PICTURE_FOLDERS = (AVATAR_FOLDER, POSTER_FOLDER)
KEYS = "keys"

COMPRESSION = 1
CHUNK = 1024 * 1024
SMALL = 64 * 1024
"""The maximum size of a key file in bytes."""
MEMBER = re.compile(
    f"{MANIFEST}|{CHECKSUMS}|{'|'.join(DATABASES.values())}"
    f"|{KEYS}/({'|'.join(KEY_FILES)})|({'|'.join(PICTURE_FOLDERS)})/{FILE_NAME.pattern}"
)
CHECKSUM = re.compile(r"([0-9a-f]{64})  (\S+)")


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest of an archive; `made_at` is in milliseconds since 1970."""

    format: int
    version: str
    engine: str
    revision: str
    made_at: int
    schema: str = ""
    counts: dict[str, int] = {}


class ArchiveWriter:
    """Writes files one after another; `finish` completes the archive."""

    def __init__(self, file: IO[bytes]) -> None:
        self._gzip = gzip.GzipFile("", "wb", COMPRESSION, file)
        self._tar = tarfile.open(  # noqa: SIM115 - `finish` closes it
            fileobj=self._gzip, mode="w|", format=tarfile.PAX_FORMAT
        )
        self._checksums: list[str] = []

    def add(self, name: str, content: bytes) -> None:
        """Add a small file."""
        self._add(name, io.BytesIO(content), len(content))

    def add_file(self, name: str, path: Path, progress: Progress) -> None:
        """Add a file of any size."""
        size = path.stat().st_size
        progress.begin(f"writing {name}", size)
        with path.open("rb") as file:
            self._add(name, file, size, progress)

    def finish(self) -> None:
        """Add the checksums and close the archive."""
        self.add(CHECKSUMS, "".join(self._checksums).encode())
        self._tar.close()
        self._gzip.close()

    def abandon(self) -> None:
        """Close an incomplete archive; ignore errors."""
        for unfinished in (self._tar, self._gzip):
            with suppress(OSError, ValueError):
                unfinished.close()

    def _add(self, name: str, file: IO[bytes], size: int, progress: Progress | None = None) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, now() // 1000
        reading = _Hashing(file, progress)
        self._tar.addfile(member, reading)
        self._checksums.append(f"{reading.digest.hexdigest()}  {name}\n")


class _Hashing(io.RawIOBase):
    """Reads a file and computes its digest."""

    def __init__(self, file: IO[bytes], progress: Progress | None) -> None:
        self._file = file
        self._progress = progress
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        self.digest.update(part)
        if self._progress:
            self._progress.done += len(part)
        return part


def extract(path: Path, folder: Path, progress: Progress) -> Manifest:
    """Unpack an archive into an empty folder, check every file, and return the manifest.

    Raises:
        BackupFailed: the file is not a backup, is truncated or was changed.
    """
    digests: dict[str, str] = {}
    progress.begin("checking the archive", path.stat().st_size)
    with _opened(path) as (tar, file):
        for member in tar:
            if not member.isreg() or not MEMBER.fullmatch(member.name) or member.name in digests:
                raise BackupFailed(f"{path}: {member.name!r} does not belong into a backup")
            digests[member.name] = _extract(tar, member, folder)
            progress.done = file.tell()
    listed = folder / CHECKSUMS
    if not listed.exists():
        raise BackupFailed(f"{path}: the backup is not whole")
    del digests[CHECKSUMS]
    found = CHECKSUM.findall(listed.read_text(encoding="ascii", errors="replace"))
    if digests != {name: digest for digest, name in found}:
        raise BackupFailed(f"{path}: its checksums are not those of its content")
    return _manifest(path, folder)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, IO[bytes]]]:
    try:
        with (
            path.open("rb") as file,
            gzip.GzipFile(fileobj=file) as unzipped,
            tarfile.open(fileobj=unzipped, mode="r|") as tar,
        ):
            yield tar, file
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise BackupFailed(f"{path} is not a backup of Kinoteka, or is damaged") from error


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    if "/" in member.name and member.size > (
        SMALL if member.name.startswith(KEYS) else MAX_FILE_BYTES
    ):
        raise BackupFailed(f"{member.name}: too large")
    content = tar.extractfile(member)
    if content is None:
        raise BackupFailed(f"{member.name}: no file")
    target = folder / member.name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    digest = hashlib.sha256()
    with content, target.open("xb") as file:
        while part := content.read(CHUNK):
            digest.update(part)
            file.write(part)
    return digest.hexdigest()


def _manifest(path: Path, folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (msgspec.DecodeError, FileNotFoundError):
        raise BackupFailed(f"{path}: it has no manifest") from None
    if manifest.format != FORMAT:
        raise BackupFailed(f"{path}: a format ({manifest.format}) that this version does not know")
    if not (folder / DATABASES.get(manifest.engine, "?")).exists():
        raise BackupFailed(f"{path}: it has no database")
    return manifest
