"""Files in ZIP archives, read in place: nothing is extracted, so their names cannot do harm.

Public operations: expand_archives.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from kinoteka.core.imports.formats.files import EXPANSION_FLOOR, EXPANSION_LIMIT
from kinoteka.core.imports.readers import InputPath, Progress
from kinoteka.core.imports.record import FormatCode, FormatError

MAX_MEMBERS = 10_000
SUFFIXES = frozenset(
    [
        ".csv",
        ".tsv",
        ".txt",
        ".dat",
        ".item",
        ".data",
        ".json",
        ".jsonl",
        ".ndjson",
        ".nfo",
        ".xml",
        ".xls",
        ".xlsx",
        ".ods",
        ".gz",
    ]
)
"""The names of files with films end like this. Others in an archive are ignored."""
NOTES = frozenset({"readme", "license", "licence", "copying", "notice"})

_MAGIC = b"PK\x03\x04"
_ENCRYPTED = 1


class MemberSize(NamedTuple):
    """The size of a member, like the result of `Path.stat`."""

    st_size: int


class ZipMember:
    """A file in an archive, with the operations of a path that readers use."""

    def __init__(self, archive: Path, info: zipfile.ZipInfo) -> None:
        self.archive = archive
        self._info = info

    def __str__(self) -> str:
        return f"{self.archive}/{self._info.filename}"

    @property
    def name(self) -> str:
        """The name without folders."""
        return PurePosixPath(self._info.filename).name

    def stat(self) -> MemberSize:
        """Return the size of the content."""
        return MemberSize(self._info.file_size)

    def open(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - the interface of a path
        """Open the content for reading. It ends at the size that the archive declares."""
        return io.BufferedReader(_Content(self.archive, self._info))


class _Content(io.RawIOBase):
    """The content of a member; its archive is closed with it."""

    def __init__(self, archive: Path, info: zipfile.ZipInfo) -> None:
        self._archive = zipfile.ZipFile(archive)
        self._content: IO[bytes] = self._archive.open(info)

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._content.tell()

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        found = self._content.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._content.close()
            self._archive.close()
        super().close()


def expand_archives(files: Sequence[InputPath], progress: Progress) -> list[InputPath]:
    """Return the files with archives replaced by their members. Note the ignored members.

    Raise `FormatError` ARCHIVE_UNUSABLE (`path`, `detail`): it is damaged, encrypted, has too many
    members, expands too far or has none with films.
    """
    found: list[InputPath] = []
    for path in files:
        if isinstance(path, Path) and _is_archive(path):
            found += _members(path, progress)
        else:
            found.append(path)
    return found


def _is_archive(path: Path) -> bool:
    """Return whether a file is an archive of files and not a spreadsheet, which is one, too."""
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                return False
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except OSError:
        return False
    except zipfile.BadZipFile as error:
        raise _unusable(path, str(error)) from None
    return not names & {"[Content_Types].xml", "mimetype"}


def _members(path: Path, progress: Progress) -> Iterator[ZipMember]:
    with zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    _check(path, infos)
    usable = [info for info in infos if _may_have_films(info.filename)]
    if not usable:
        raise _unusable(path, "it contains no file with films")
    progress.ignored += [ZipMember(path, info) for info in infos if info not in usable]
    return (ZipMember(path, info) for info in usable)


def _check(path: Path, infos: Sequence[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_MEMBERS:
        raise _unusable(path, f"it contains more than {MAX_MEMBERS:,} files")
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise _unusable(path, "it is encrypted")
    most = max(EXPANSION_FLOOR, EXPANSION_LIMIT * path.stat().st_size)
    if sum(info.file_size for info in infos) > most:
        raise _unusable(path, f"it expands to more than {most // 1024**2} MiB")


def _may_have_films(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__")) for part in path.parts)
    return not hidden and path.suffix.lower() in SUFFIXES and path.stem.lower() not in NOTES


def _unusable(path: Path, detail: str) -> FormatError:
    return FormatError(FormatCode.ARCHIVE_UNUSABLE, path=str(path), detail=detail)
