"""Photo responses: multipart/form-data as in the document, or the picture itself."""

import hashlib

from kinoteka.http.mechanics.negotiation import ranges
from kinoteka.http.mechanics.response import SAFE, Headers, Response

PICTURE = "image/jpeg"  # every upload is stored in this format
BYTES = "application/octet-stream"
MULTIPART = "multipart/form-data"
FIELD = "file"


def photo_response(picture: bytes, accept: str | None, *, plain: bool = False) -> Response:
    """Return the picture in the form that `accept` prefers (RFC 9110, 12.5.1).

    `plain` leaves out the preamble of the multipart body.
    """
    digest = hashlib.blake2b(picture, digest_size=16).hexdigest()
    as_picture = prefers_picture(accept or "*/*")
    as_bytes = not as_picture and prefers_bytes(accept or "*/*")
    form = "picture" if as_picture or as_bytes else "plain" if plain else "both"
    validator = f'"{digest}-{form}"'
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
    """Return whether `accept` names image types and ranks them at least as high as `*/*`.

    Browsers name image types where they show a picture, and end with `*/*`. Clients of the document
    send nothing, `*/*` or multipart.
    """
    image = multipart = wildcard = 0.0
    for media_type, quality in ranges(accept):
        if media_type.startswith("image/"):
            image = max(image, quality)
        elif media_type in (MULTIPART, "multipart/*"):
            multipart = max(multipart, quality)
        elif media_type == "*/*":
            wildcard = max(wildcard, quality)
    return image > multipart and image >= wildcard


def prefers_bytes(accept: str) -> bool:
    """Return whether `accept` names only plain bytes, as generated clients do."""
    accepted = [media_type for media_type, quality in ranges(accept) if quality > 0]
    return accepted == [BYTES]


def _multipart(picture: bytes, boundary: str, *, plain: bool) -> bytes:
    """Return a multipart body with the picture as its part and, unless `plain`, as its preamble.

    Multipart parsers ignore what precedes the first boundary (RFC 2046, 5.1.1). Picture decoders
    ignore what follows the picture.
    """
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{FIELD}"; filename="photo.jpg"\r\n'
        f"Content-Type: {PICTURE}\r\n\r\n"
    )
    preamble = b"" if plain else picture + b"\r\n"
    return preamble + head.encode() + picture + f"\r\n--{boundary}--\r\n".encode()
