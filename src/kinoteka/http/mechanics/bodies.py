"""Read bodies and queries into Structs. Errors name the invalid field."""

import re
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.body_memory import BODY_MEMORY
from kinoteka.http.mechanics.request import Request
from kinoteka.http.mechanics.response import Receive

# Bytes of a body that is too large which are still read and discarded, because clients read a
# response only after they have sent everything.
DRAINED = 64 * 1024 * 1024

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_AT = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")

_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def reject_compressed(request: Request) -> None:
    """Reject a body with a Content-Encoding, which may be small and decode to gigabytes.

    Raises:
        DomainError(BODY_COMPRESSED)
    """
    encoding = (request.header(b"content-encoding") or "").strip()
    if encoding.lower() not in ("", "identity"):
        raise DomainError(Code.BODY_COMPRESSED)


async def read_body(request: Request, limit: int) -> bytes:
    """Return the whole body.

    Raises:
        DomainError(BODY_TOO_LARGE)
        DomainError(BUSY): the bodies of all requests together take too much memory.
    """
    too_large = declared_size(request) > limit
    first, rest = b"", bytearray()  # a list of tiny chunks would take many times their size
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
    """Return the Content-Length in bytes, or 0 without one."""
    declared = request.headers.get(b"content-length", b"")
    return int(declared[:20]) if declared.isdigit() else 0


async def read_chunks(receive: Receive) -> AsyncIterator[bytes]:
    """Yield the chunks of the body as they are received.

    Raises:
        ConnectionResetError: the client has disconnected.
    """
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the client has disconnected")
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


def decode_json(body: bytes, schema: Any) -> Any:
    """Return JSON as `schema`.

    Raises:
        DomainError(BODY_MALFORMED, FIELD_INVALID)
    """
    body = body.removeprefix(BYTE_ORDER_MARK)
    decoder = _decoders.get(schema)
    if decoder is None:
        decoder = _decoders[schema] = msgspec.json.Decoder(schema)
    try:
        body.decode()  # the decoder does not look into fields that the shape lacks
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DomainError(Code.BODY_MALFORMED) from None


def read_query(request: Request, schema: Any) -> Any:
    """Return the query as `schema`. Unknown names are ignored.

    Raises:
        DomainError(FIELD_INVALID)
    """
    try:
        return msgspec.convert(request.query_items(), schema, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None


def invalid(message: str) -> DomainError:
    """Return the error for a message of the decoder, with the name of the field."""
    found = _AT.search(message)
    path = found.group(1) if found else ""
    reason = _AT.sub("", message)
    missing = _MISSING.match(reason)
    if missing:
        return field_invalid(".".join(filter(None, (path, missing.group(1)))), "missing")
    if not path:
        return field_invalid("body", reason.replace("`", ""))
    return field_invalid(path, reason.replace("`", ""))
