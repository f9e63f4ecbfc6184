"""Representations: one response in every form in which it may be sent.

The forms are plain, compressed, and 304 for a client that already has either of them. They are
made once, so that serving cached bytes costs a choice and nothing more.
"""

import gzip
import hashlib
from dataclasses import dataclass

from kinoteka.http.mechanics.conditional import matches, not_modified
from kinoteka.http.mechanics.response import Headers, Response

WORTH_COMPRESSING = 600
IMMUTABLE = b"public, max-age=31536000, immutable"
"""Cache-Control of an address whose content never changes."""
PRIVATE: Headers = [
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"authorization, cookie, accept-encoding"),
]
"""Caching of a response that depends on who asks."""
PUBLIC: Headers = [
    (b"cache-control", b"public, no-cache"),
    (b"vary", b"accept-encoding"),
]
"""Caching of a response that is the same for everybody but may change."""
PERMANENT: Headers = [
    (b"cache-control", IMMUTABLE),
    (b"vary", b"accept-encoding"),
]
"""Caching of a response that is the same for everybody and never changes."""


@dataclass(frozen=True, slots=True)
class Representations:
    """The forms of one response. `etags` are those of all forms."""

    plain: Response
    compressed: Response
    unchanged: Response
    unchanged_compressed: Response
    etags: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """The bytes of the bodies and of what the headers say."""
        size = len(self.plain.body) + sum(len(value) for _, value in self.plain.headers)
        return size if self.compressed is self.plain else size + len(self.compressed.body)


def represent(response: Response, caching: Headers = PRIVATE) -> Representations:
    """Make every form of a response. `caching` replaces its Cache-Control and Vary."""
    digest = hashlib.blake2b(response.body, digest_size=12).hexdigest()
    headers = [pair for pair in response.headers if pair[0] not in (b"cache-control", b"vary")]
    headers += caching
    etag = f'"{digest}"'.encode()
    plain = Response(response.status, response.body, [*headers, (b"etag", etag)])
    unchanged = not_modified(plain)
    if len(response.body) < WORTH_COMPRESSING:
        return Representations(plain, plain, unchanged, unchanged, (etag,))
    etag_compressed = f'"{digest}-gzip"'.encode()
    compressed = Response(
        response.status,
        gzip.compress(response.body, 6, mtime=0),
        [*headers, (b"etag", etag_compressed), (b"content-encoding", b"gzip")],
    )
    unchanged_compressed = not_modified(compressed)
    return Representations(
        plain, compressed, unchanged, unchanged_compressed, (etag_compressed, etag)
    )


def choose(forms: Representations, headers: dict[bytes, bytes]) -> Response:
    """Return the form that a request with these headers gets."""
    known = headers.get(b"if-none-match")
    is_known = known is not None and matches(known, forms.etags)
    if _takes_gzip(headers.get(b"accept-encoding", b"")):
        return forms.unchanged_compressed if is_known else forms.compressed
    return forms.unchanged if is_known else forms.plain


def _takes_gzip(accepted: bytes) -> bool:
    # A client that prefers not to have it (q below 1) gets plain bytes, which all clients take.
    return b"gzip" in accepted and b"gzip;q=0" not in accepted.replace(b" ", b"")
