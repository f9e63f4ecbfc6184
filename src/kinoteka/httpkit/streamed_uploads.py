"""Reading files of any size out of multipart/form-data (RFC 7578), straight onto the disk.

What is held in memory is a piece at a time. `uploads` reads one small file into memory.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from kinoteka.errors import Code, DomainError
from kinoteka.httpkit.bodies import DRAINED, declared_size, read_chunks
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.uploads import HEADER_CHARSET, OVERHEAD, boundary_of, is_whole

PARTS_MOST = 200
FILES_MOST = 50
FIELDS_LARGEST = 64 * 1024
"""Bytes that all fields but the files may have together."""
NAME_LONGEST = 100
BUFFERED = 1024 * 1024
"""Bytes that are written in one go, in a thread: a disk may take its time."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file as it lies on the disk, and what it was called."""

    path: Path
    name: str
    size: int


@dataclass(slots=True)
class Received:
    """What a body had: its fields by name, in order, and its files."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[ReceivedFile] = field(default_factory=list)


async def receive_files(call: Call, name: str, folder: Path, limit: int) -> Received:
    """Write every file in the field `name` into the folder; what was written stays on errors.

    Raises:
        DomainError(UPLOAD_MISSING): no multipart/form-data, broken, cut short, or without a file.
        DomainError(UPLOAD_TOO_LARGE): the files have more than `limit` bytes together.
        DomainError(DISK_FULL)
        ConnectionResetError: the client went away.
    """
    boundary = boundary_of(call)
    chunks = read_chunks(call.receive)
    if not boundary:
        await drain(chunks)
        raise DomainError(Code.UPLOAD_MISSING, field=name)
    if declared_size(call) > limit + OVERHEAD + FIELDS_LARGEST:
        await drain(chunks)
        raise DomainError(Code.UPLOAD_TOO_LARGE, field=name, limit=limit)
    receiver = _Receiver(boundary, name, folder, limit)
    try:
        async for chunk in chunks:
            receiver.take(chunk)
            if receiver.buffered >= BUFFERED:
                await asyncio.to_thread(receiver.write)
        await asyncio.to_thread(receiver.write)
    except DomainError:
        await drain(chunks)
        raise
    except OSError as error:
        if isinstance(error, ConnectionError):
            raise
        await drain(chunks)
        raise DomainError(Code.DISK_FULL) from error
    finally:
        receiver.close()
    return receiver.finish()


async def drain(chunks: AsyncIterator[bytes]) -> None:
    """Take in the rest of a body that is of no use, for clients send everything before they read.

    At most `DRAINED` bytes.
    """
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > DRAINED:
            return


class _Receiver:
    """Takes a body apart: pieces of files wait in memory until they are written."""

    def __init__(self, boundary: bytes, name: str, folder: Path, limit: int) -> None:
        self.buffered = 0
        self._name = name
        self._folder = folder
        self._limit = limit
        self._received = Received()
        self._size = 0
        self._fields_size = 0
        self._waiting: list[bytes] = []
        self._file: BinaryIO | None = None
        self._path = folder
        self._called = ""
        self._file_size = 0
        self._text: list[bytes] | None = None
        self._text_name = ""
        self._parser = PushMultipartParser(
            boundary, max_segment_count=PARTS_MOST, header_charset=HEADER_CHARSET
        )

    def take(self, chunk: bytes) -> None:
        """The body's next piece."""
        if not chunk:
            return
        try:
            for event in self._parser.parse(chunk):
                self._follow(event)
        except MultipartError:
            raise DomainError(Code.UPLOAD_MISSING, field=self._name) from None

    def write(self) -> None:
        """Write what waits."""
        if self._file is not None and self._waiting:
            self._file.write(b"".join(self._waiting))
            self._file.flush()
        self._waiting.clear()
        self.buffered = 0

    def close(self) -> None:
        """Let go of the file that is open."""
        if self._file is not None:
            with suppress(OSError):  # a disk that is full
                self._file.close()
            self._file = None

    def finish(self) -> Received:
        """What the body had, at its end."""
        if not is_whole(self._parser) or not self._received.files:
            raise DomainError(Code.UPLOAD_MISSING, field=self._name)
        return self._received

    def _follow(self, event: MultipartSegment | bytes | None) -> None:
        """A part's head, some of its content, or (None) its end."""
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        elif self._file is not None:
            self._count_file(len(event))
            self._waiting.append(bytes(event))
            self.buffered += len(event)
        elif self._text is not None:
            self._count_field(len(event))
            self._text.append(bytes(event))

    def _begin(self, head: MultipartSegment) -> None:
        if head.filename is None:
            self._text, self._text_name = [], _decoded(head.name)
        elif head.name == self._name and head.filename:
            self._begin_file(plain_name(_decoded(head.filename)))

    def _begin_file(self, called: str) -> None:
        number = len(self._received.files)
        if number == FILES_MOST:
            raise DomainError(Code.UPLOAD_MISSING, field=self._name)
        place = self._folder / str(number)  # two files may be called the same
        place.mkdir(parents=True)
        self._path, self._called, self._file_size = place / called, called, 0
        self._file = self._path.open("wb")

    def _end(self) -> None:
        if self._file is not None:
            self.write()
            self._file.close()
            self._file = None
            done = ReceivedFile(self._path, self._called, self._file_size)
            self._received.files.append(done)
        elif self._text is not None:
            text = b"".join(self._text).decode(errors="replace")
            self._received.fields.append((self._text_name, text))
            self._text = None

    def _count_file(self, size: int) -> None:
        self._size += size
        self._file_size += size
        if self._size > self._limit:
            raise DomainError(Code.UPLOAD_TOO_LARGE, field=self._name, limit=self._limit)

    def _count_field(self, size: int) -> None:
        self._fields_size += size
        if self._fields_size > FIELDS_LARGEST:
            raise DomainError(Code.BODY_TOO_LARGE, limit=FIELDS_LARGEST)


def plain_name(name: str) -> str:
    """What a file was called, as it may be called here: no folders, nothing that is not shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in last if character.isprintable()).strip(" .")
    ending = shown.encode()[-NAME_LONGEST:]  # its end tells more
    return ending.decode(errors="ignore") or "file"


def _decoded(text: str) -> str:
    """Browsers write names in UTF-8, whatever the parser took them for."""
    return text.encode(HEADER_CHARSET).decode(errors="replace")
