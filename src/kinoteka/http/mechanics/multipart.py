"""Read multipart/form-data (RFC 7578): one file, or fields and many files.

A file has at most 64 KiB in memory; the rest is written to the disk, in a thread. A rejected body
is still read, up to `DRAINED` bytes, because clients send everything before they read a response.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.bodies import DRAINED, declared_size, read_chunks
from kinoteka.http.mechanics.body_memory import BODY_MEMORY
from kinoteka.http.mechanics.request import Request
from kinoteka.http.mechanics.routes import Upload
from kinoteka.infrastructure.disk import DISK_STATE
from kinoteka.infrastructure.spooled_files import SPOOLED_BYTES, SpooledFile

# What a body may have beside the file: boundaries, headers, some other fields.
OVERHEAD = 64 * 1024
MAX_PARTS = 20
MAX_BOUNDARY_LENGTH = 200  # RFC 2046, 5.1.1, allows 70

MAX_PARTS_WITH_FILES = 200
MAX_FILES = 50
MAX_FIELDS_BYTES = 64 * 1024
"""The largest size of all fields together, in bytes, without the files."""
MAX_NAME_LENGTH = 100

# File names come in whatever encoding; every byte is a letter of this one.
HEADER_CHARSET = "latin-1"


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file on the disk, with the file name that the client sent."""

    path: Path
    name: str
    size: int


@dataclass(slots=True)
class ReceivedForm:
    """The fields of a body, in order, and its files."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[ReceivedFile] = field(default_factory=list)


async def read_upload(request: Request, upload: Upload, folder: Path) -> SpooledFile:
    """Return the first part of the body that has the field's name. The caller closes it.

    A file that is too large for memory is written to `folder`.

    Raises:
        DomainError(UPLOAD_MISSING): no multipart/form-data, malformed, or without this part.
        DomainError(UPLOAD_TOO_LARGE, DISK_FULL)
        ConnectionResetError: the client has disconnected.
    """
    parts = OneFile(upload, folder)
    try:
        await _read(request, parts, upload.field, MAX_PARTS)
        if parts.file is None:
            raise DomainError(Code.UPLOAD_MISSING, field=upload.field)
    except BaseException:
        parts.close()
        raise
    return parts.file


async def receive_files(request: Request, name: str, folder: Path, limit: int) -> ReceivedForm:
    """Write every file in the field `name` into the folder; what was written stays on errors.

    Raises:
        DomainError(UPLOAD_MISSING): no multipart/form-data, broken, cut short, or without a file.
        DomainError(UPLOAD_TOO_LARGE): the files have more than `limit` bytes together.
        DomainError(BODY_TOO_LARGE): the fields have too many.
        DomainError(DISK_FULL)
        ConnectionResetError: the client has disconnected.
    """
    parts = ManyFiles(name, folder, limit)
    try:
        await _read(request, parts, name, MAX_PARTS_WITH_FILES)
    finally:
        parts.close()
    if not parts.received.files:
        raise DomainError(Code.UPLOAD_MISSING, field=name)
    return parts.received


class Parts(Protocol):
    """A reader of the parts of a body."""

    largest: int
    """The largest size of the whole body, in bytes."""

    @property
    def buffered(self) -> int:
        """Bytes in memory that can be stored."""

    def too_large(self) -> DomainError:
        """Return the error for a body that is larger than `largest`."""

    def begin(self, head: MultipartSegment) -> None:
        """Begin a part."""

    def add(self, content: bytes) -> None:
        """Add content to the part."""

    def end(self) -> None:
        """End a part."""

    def store(self) -> None:
        """Write buffered content to the disk. Blocks."""


class OneFile:
    """Reads the first part with the name of the field, and ignores all others."""

    def __init__(self, upload: Upload, folder: Path) -> None:
        self.largest = upload.limit + OVERHEAD
        self.file: SpooledFile | None = None
        self._upload = upload
        self._folder = folder
        self._is_within = False

    @property
    def buffered(self) -> int:
        """Bytes of the file that are in memory."""
        return self.file.buffered if self.file is not None else 0

    def too_large(self) -> DomainError:
        """Return that the file is too large."""
        return DomainError(Code.UPLOAD_TOO_LARGE, limit=self._upload.limit)

    def begin(self, head: MultipartSegment) -> None:
        """Begin the file, if this part is the field."""
        if head.name == self._upload.field and self.file is None:
            self.file = SpooledFile(self._folder)
            self._is_within = True

    def add(self, content: bytes) -> None:
        """Add content to the file."""
        if self._is_within and self.file is not None:
            self.file.add(content)
            if self.file.size > self._upload.limit:
                raise self.too_large()

    def end(self) -> None:
        """End a part."""
        self._is_within = False

    def store(self) -> None:
        """Write the content received so far to the disk."""
        if self.file is not None:
            self.file.store()

    def close(self) -> None:
        """Discard the file."""
        if self.file is not None:
            self.file.close()


class ManyFiles:
    """Reads all fields, and every file in one of them."""

    def __init__(self, name: str, folder: Path, limit: int) -> None:
        self.largest = limit + OVERHEAD + MAX_FIELDS_BYTES
        self.received = ReceivedForm()
        self._name = name
        self._folder = folder
        self._limit = limit
        self._size = 0
        self._fields_size = 0
        self._count = 0
        self._file: SpooledFile | None = None
        self._called = ""
        self._ended: list[SpooledFile] = []
        self._text: list[bytes] | None = None
        self._text_name = ""

    @property
    def buffered(self) -> int:
        """Bytes of files that are in memory."""
        files = (*self._ended, self._file) if self._file is not None else self._ended
        return sum(file.buffered for file in files)

    def too_large(self) -> DomainError:
        """Return that the files are too large together."""
        return DomainError(Code.UPLOAD_TOO_LARGE, field=self._name, limit=self._limit)

    def begin(self, head: MultipartSegment) -> None:
        """Begin a field, or a file that has a name."""
        if head.filename is None:
            self._text, self._text_name = [], _decoded(head.name)
        elif head.name == self._name and head.filename:
            if self._count == MAX_FILES:
                raise DomainError(Code.UPLOAD_MISSING, field=self._name)
            self._called = plain_name(_decoded(head.filename))
            # In a folder of its own: two files may have the same name.
            path = self._folder / str(self._count) / self._called
            self._file = SpooledFile(self._folder, path)
            self._count += 1

    def add(self, content: bytes) -> None:
        """Add content to the file or field."""
        if self._file is not None:
            self._size += len(content)
            if self._size > self._limit:
                raise self.too_large()
            self._file.add(content)
        elif self._text is not None:
            self._fields_size += len(content)
            if self._fields_size > MAX_FIELDS_BYTES:
                raise DomainError(Code.BODY_TOO_LARGE, limit=MAX_FIELDS_BYTES)
            self._text.append(content)

    def end(self) -> None:
        """End a file or field."""
        if self._file is not None and self._file.path is not None:
            self._ended.append(self._file)
            done = ReceivedFile(self._file.path, self._called, self._file.size)
            self.received.files.append(done)
            self._file = None
        elif self._text is not None:
            text = b"".join(self._text).decode(errors="replace")
            self.received.fields.append((self._text_name, text))
            self._text = None

    def store(self) -> None:
        """Write the content of all files received so far to the disk."""
        ended, self._ended = self._ended, []
        for file in ended:
            file.store()
            file.close()
        if self._file is not None:
            self._file.store()

    def close(self) -> None:
        """Close the file that is open."""
        for file in (*self._ended, *([self._file] if self._file is not None else ())):
            file.close()


async def _read(request: Request, parts: Parts, name: str, max_parts: int) -> None:
    """Parse the body."""
    chunks = read_chunks(request.receive)
    boundary = boundary_of(request)
    size = 0
    try:
        if not boundary:
            raise DomainError(Code.UPLOAD_MISSING, field=name)
        if declared_size(request) > parts.largest:
            raise parts.too_large()
        parser = PushMultipartParser(
            boundary, max_segment_count=max_parts, header_charset=HEADER_CHARSET
        )
        # If there is no room in memory, everything goes to the disk immediately.
        in_memory = SPOOLED_BYTES if BODY_MEMORY.take(request, SPOOLED_BYTES) else 0
        async for chunk in chunks:
            size += len(chunk)
            if size > parts.largest:
                raise parts.too_large()
            _take(parser, parts, chunk, name)
            if parts.buffered > in_memory:
                await asyncio.to_thread(_store, parts)
        if not _is_whole(parser):
            raise DomainError(Code.UPLOAD_MISSING, field=name)
        if isinstance(parts, ManyFiles):
            await asyncio.to_thread(_store, parts)
    except DomainError:
        await drain(chunks, size)
        raise


def _take(parser: PushMultipartParser, parts: Parts, chunk: bytes, name: str) -> None:
    if not chunk:
        return
    try:
        for event in parser.parse(chunk):
            if isinstance(event, MultipartSegment):
                parts.begin(event)
            elif event is None:
                parts.end()
            else:
                parts.add(bytes(event))
    except MultipartError:
        raise DomainError(Code.UPLOAD_MISSING, field=name) from None


def _store(parts: Parts) -> None:
    try:
        parts.store()
    except OSError as error:
        raise DISK_STATE.record_failure(error) from error


def boundary_of(request: Request) -> bytes:
    """Return the boundary of a multipart form, or nothing for any other body."""
    media_type, options = parse_options_header(request.header(b"content-type") or "")
    boundary: str = options.get("boundary", "")
    if media_type != "multipart/form-data":
        return b""
    if len(boundary) > MAX_BOUNDARY_LENGTH or not boundary.isprintable():
        return b""
    return boundary.encode("latin-1")


async def drain(chunks: AsyncIterator[bytes], size: int = 0) -> None:
    """Read and discard the rest of a body, up to `DRAINED` bytes of it."""
    async for chunk in chunks:
        size += len(chunk)
        if size > DRAINED:
            return


def _is_whole(parser: PushMultipartParser) -> bool:
    try:
        parser.close()
    except MultipartError:
        return False
    return True


def plain_name(name: str) -> str:
    """Return a sent file name without folders and without invisible characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in last if character.isprintable()).strip(" .")
    ending = shown.encode()[-MAX_NAME_LENGTH:]  # its end tells more
    return ending.decode(errors="ignore") or "file"


def _decoded(text: str) -> str:
    """Return a name as UTF-8, which browsers send, from the charset of the parser."""
    return text.encode(HEADER_CHARSET).decode(errors="replace")
