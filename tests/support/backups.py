"""Backups and restores in this process, and archives with arbitrary content."""

import gzip
import hashlib
import io
import tarfile
from importlib.metadata import version
from pathlib import Path

from kinoteka.database.backup.restore import restore_archive, unpack
from kinoteka.database.backup.write import write
from kinoteka.infrastructure.progress import Progress
from kinoteka.infrastructure.settings import Settings

VERSION = version("kinoteka")


def back_up(
    settings: Settings, file: Path, *, with_keys: bool = True, overwrite: bool = False
) -> dict[str, int]:
    return write(settings, str(file), VERSION, Progress(), with_keys=with_keys, overwrite=overwrite)


def restore(settings: Settings, file: Path, *, with_sessions: bool = False) -> list[str]:
    with unpack(settings, file, Progress()) as archive:
        return restore_archive(settings, archive, Progress(), with_sessions=with_sessions)


def archive_members(file: Path) -> dict[str, bytes]:
    """Return the content of an archive's files by name."""
    found = {}
    with tarfile.open(file) as tar:
        for member in tar:
            content = tar.extractfile(member)
            found[member.name] = content.read() if content else b""
    return found


def write_archive(
    file: Path, content: dict[str, bytes], *others: tarfile.TarInfo, sums: bytes | None = None
) -> Path:
    """Write an archive with this content and correct checksums, or with these checksums."""
    content = {name: data for name, data in content.items() if name != "SHA256SUMS"}
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in content.items()]
    content["SHA256SUMS"] = "".join(lines).encode() if sums is None else sums
    with gzip.open(file, "wb") as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for other in others:
            tar.addfile(other)
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return file
