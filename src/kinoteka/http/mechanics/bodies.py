"""Reading bodies and queries into Structs.

Whatever cannot be read is refused with the name of the field that is wrong.
"""

import re
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.body_memory import BODY_MEMORY
from kinoteka.http.mechanics.request import Request
from kinoteka.http.mechanics.response import Receive

# So much of a body that is too large is still taken in and thrown away, because clients do not
# read an answer before they have sent everything.
DRAINED = 64 * 1024 * 1024

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_AT = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")

_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def reject_compressed(request: Request) -> None:
    """Refuse a body in a Content-Encoding, which may be small and decode to gigabytes.

    Raises:
        DomainError(BODY_COMPRESSED)
    """
    encoding = (request.header(b"content-encoding") or "").strip()
    if encoding.lower() not in ("", "identity"):
        raise DomainError(Code.BODY_COMPRESSED)


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        DomainError(BODY_TOO_LARGE)
        DomainError(BUSY): the bodies of all requests together take too much memory.
    """
    too_large = declared_size(request) > limit
    first, rest = b"", bytearray()  # a list of tiny pieces would take many times their size
    size = 0
    async for chunk in read_chunks(request.receive):
        size += len(chunk)
        too_large = too_large or size > limit
        if too_large:
            rest.clear()
            if size > DRAINED:
                break
        else:
            BODY_MEMORY.require(request, len(chunk))
            if size == len(chunk):
                first = chunk
            else:
                rest += chunk
    if too_large:
        raise DomainError(Code.BODY_TOO_LARGE, limit=limit)
    return first + rest if rest else first


def declared_size(request: Request) -> int:
    """How long the body says it is, in bytes; 0 where it does not."""
    declared = request.headers.get(b"content-length", b"")
    return int(declared[:20]) if declared.isdigit() else 0


async def read_chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it comes in.

    Raises:
        ConnectionResetError: the client went away.
    """
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the client went away")
        more = message.get("more_body", False)
        yield message.get("body", b"")


async def read_json(request: Request, schema: Any, limit: int, *, required: bool = True) -> Any:
    """Return the JSON body of at most `limit` bytes as `schema`.

    Return None for an empty body if it is not `required`.

    Raises:
        DomainError(BODY_MALFORMED, BODY_TOO_LARGE, FIELD_INVALID)
    """
    body = await read_body(request, limit)
    return decode_json(body, schema) if body or required else None


def decode_json(body: bytes, shape: Any) -> Any:
    """JSON as `shape`.

    Raises:
        DomainError(BODY_MALFORMED, FIELD_INVALID)
    """
    body = body.removeprefix(BYTE_ORDER_MARK)
    decoder = _decoders.get(shape)
    if decoder is None:
        decoder = _decoders[shape] = msgspec.json.Decoder(shape)
    try:
        body.decode()  # the decoder does not look into fields that the shape lacks
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DomainError(Code.BODY_MALFORMED) from None


def read_query(request: Request, shape: Any) -> Any:
    """The query as `shape`; names that it does not have are passed over.

    Raises:
        DomainError(FIELD_INVALID)
    """
    try:
        return msgspec.convert(request.query_items(), shape, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None


def invalid(message: str) -> DomainError:
    """What the decoder says of a value, as a refusal that names the field."""
    found = _AT.search(message)
    path = found.group(1) if found else ""
    reason = _AT.sub("", message)
    missing = _MISSING.match(reason)
    if missing:
        return field_invalid(".".join(filter(None, (path, missing.group(1)))), "missing")
    if not path:
        return field_invalid("body", reason.replace("`", ""))
    return field_invalid(path, reason.replace("`", ""))
