"""A photo as an answer: multipart/form-data as the document has it, or the picture itself."""

import hashlib

from kinoteka.http.mechanics.negotiation import ranges
from kinoteka.http.mechanics.response import SAFE, Headers, Response

PICTURE = "image/jpeg"  # every upload is written anew as this
BYTES = "application/octet-stream"
MULTIPART = "multipart/form-data"
FIELD = "file"


def photo_response(picture: bytes, accept: str | None, *, plain: bool = False) -> Response:
    """Return the picture in the form that `accept` prefers (RFC 9110, 12.5.1).

    `plain` leaves the preamble of the multipart body out.
    """
    digest = hashlib.blake2b(picture, digest_size=16).hexdigest()
    as_picture = prefers_picture(accept or "*/*")
    as_bytes = not as_picture and prefers_bytes(accept or "*/*")
    shape = "picture" if as_picture or as_bytes else "plain" if plain else "both"
    validator = f'"{digest}-{shape}"'
    headers: Headers = [
        *SAFE,
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"accept, authorization, cookie"),
        (b"etag", validator.encode()),
    ]
    if as_picture or as_bytes:
        media_type = PICTURE if as_picture else BYTES
        return Response(200, picture, [*headers, (b"content-type", media_type.encode())])
    content_type = f"{MULTIPART}; boundary={digest}"
    body = _multipart(picture, digest, plain=plain)
    return Response(200, body, [*headers, (b"content-type", content_type.encode())])


def prefers_picture(accept: str) -> bool:
    """Whether images are named, and rank at least as high as what is not named at all.

    Browsers name image types where they show a picture and end with */*; clients of the
    document name nothing, */*, or multipart.
    """
    picture = named = wild = 0.0
    for media_type, quality in ranges(accept):
        if media_type.startswith("image/"):
            picture = max(picture, quality)
        elif media_type in (MULTIPART, "multipart/*"):
            named = max(named, quality)
        elif media_type == "*/*":
            wild = max(wild, quality)
    return picture > named and picture >= wild


def prefers_bytes(accept: str) -> bool:
    """Return whether plain bytes are named, as generated clients do, and nothing else is."""
    named = [media_type for media_type, quality in ranges(accept) if quality > 0]
    return named == [BYTES]


def _multipart(picture: bytes, boundary: str, *, plain: bool) -> bytes:
    """Return the picture as one part, and unless `plain` also before it.

    What comes before the first boundary is a preamble, which parsers of multipart ignore
    (RFC 2046, 5.1.1). Decoders of pictures ignore what follows the picture.
    """
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{FIELD}"; filename="photo.jpg"\r\n'
        f"Content-Type: {PICTURE}\r\n\r\n"
    )
    preamble = b"" if plain else picture + b"\r\n"
    return preamble + head.encode() + picture + f"\r\n--{boundary}--\r\n".encode()
