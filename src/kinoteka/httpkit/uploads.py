"""Reading one file out of multipart/form-data (RFC 7578), as it comes in.

Only the file itself is held in memory; a body that cannot be used is taken in and thrown away.
"""

from io import BytesIO

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from kinoteka.errors import Code, DomainError
from kinoteka.httpkit.bodies import DRAINED, declared_size, read_chunks
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.routes import Upload

# What a body may have beside the file: boundaries, headers, some other fields.
OVERHEAD = 64 * 1024
PARTS_MOST = 20
BOUNDARY_LONGEST = 200  # RFC 2046, 5.1.1, allows 70

# File names come in whatever encoding; every byte is a letter of this one, and none is used.
HEADER_CHARSET = "latin-1"


async def read_upload(call: Call, upload: Upload) -> bytes:
    """The first part of the body that has the field's name.

    Raises:
        DomainError(UPLOAD_MISSING): no multipart/form-data, broken, or without such a part.
        DomainError(UPLOAD_TOO_LARGE)
    """
    reader = _FileReader(boundary_of(call), upload)
    most = upload.limit + OVERHEAD
    size = 0
    if declared_size(call) > most:
        reader.refuse_as_too_large()
    async for chunk in read_chunks(call.receive):
        size += len(chunk)
        if size > most:
            reader.refuse_as_too_large()
        if size > DRAINED:
            break
        reader.take(chunk)
    return reader.finish()


def boundary_of(call: Call) -> bytes:
    """What parts the body of a form; nothing where it is none."""
    media_type, options = parse_options_header(call.header(b"content-type") or "")
    boundary: str = options.get("boundary", "")
    if media_type != "multipart/form-data":
        return b""
    if len(boundary) > BOUNDARY_LONGEST or not boundary.isprintable():
        return b""
    return boundary.encode("latin-1")


class _FileReader:
    """Picks one part out of the body's pieces."""

    def __init__(self, boundary: bytes, upload: Upload) -> None:
        """Without a boundary there is nothing to pick."""
        self._upload = upload
        self._too_large = False
        self._file: BytesIO | None = None
        self._is_within = False
        self._parser: PushMultipartParser | None = None
        if boundary:
            self._parser = PushMultipartParser(
                boundary, max_segment_count=PARTS_MOST, header_charset=HEADER_CHARSET
            )

    def take(self, chunk: bytes) -> None:
        """The body's next piece; passed over once the body is known to be of no use."""
        if self._parser is None or not chunk:
            return
        try:
            for event in self._parser.parse(chunk):
                self._follow(event)
        except MultipartError:
            self._give_up()
        if self._file is not None and self._file.tell() > self._upload.limit:
            self.refuse_as_too_large()

    def refuse_as_too_large(self) -> None:
        """Let go of what has come, and take no more."""
        self._too_large = True
        self._give_up()

    def finish(self) -> bytes:
        """The file, at the body's end.

        Raises:
            DomainError(UPLOAD_MISSING, UPLOAD_TOO_LARGE)
        """
        if self._too_large:
            raise DomainError(Code.UPLOAD_TOO_LARGE, limit=self._upload.limit)
        if self._parser is None or self._file is None or not is_whole(self._parser):
            raise DomainError(Code.UPLOAD_MISSING, field=self._upload.field)
        return self._file.getvalue()  # no copy: the stream gives its own buffer away

    def _follow(self, event: MultipartSegment | bytes | None) -> None:
        """A part's head, some of its content, or (None) its end."""
        if isinstance(event, MultipartSegment):
            if event.name == self._upload.field and self._file is None:
                self._file = BytesIO()
                self._is_within = True
        elif event is None:
            self._is_within = False
        elif self._is_within and self._file is not None:
            self._file.write(event)

    def _give_up(self) -> None:
        self._parser = self._file = None


def is_whole(parser: PushMultipartParser) -> bool:
    """Whether the body came to its end."""
    try:
        parser.close()
    except MultipartError:
        return False
    return True
