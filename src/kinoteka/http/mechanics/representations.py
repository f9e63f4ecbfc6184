"""Representations: a response as it is sent to clients, plain or compressed, and its 304.

They are made once, so that serving cached bytes costs a choice and nothing more. Content that is
loaded at once is made in both encodings. The response cache makes only those that clients ask for.
"""

import gzip
import hashlib
from dataclasses import dataclass

from kinoteka.http.mechanics.conditional import matches, not_modified
from kinoteka.http.mechanics.response import JSON, JSON_UNCACHED, Headers, Response

WORTH_COMPRESSING = 600
REPLACED = (b"cache-control", b"vary")
IMMUTABLE = b"public, max-age=31536000, immutable"
"""Cache-Control of an address whose content never changes."""
PRIVATE: Headers = [
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"authorization, cookie, accept-encoding"),
]
"""Caching of a response that depends on who asks."""
JSON_PRIVATE: Headers = [*JSON, *PRIVATE]
"""The headers of a JSON response with this caching, which nearly all responses have."""
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


class Representation:
    """A response as it is sent to a client, and the 304 for clients that already have it.

    `etags` are those of the response in every encoding: a client that changes what it accepts still
    has the content.
    """

    __slots__ = ("_unchanged", "etags", "response")

    def __init__(self, response: Response, etags: tuple[bytes, ...]) -> None:
        self.response = response
        self.etags = etags
        self._unchanged: Response | None = None

    def choose(self, headers: dict[bytes, bytes]) -> Response:
        """Return the response, or 304 if a request with these headers already has it."""
        known = headers.get(b"if-none-match")
        if known is None or not matches(known, self.etags):
            return self.response
        if self._unchanged is None:  # made when it is first needed, because most never are
            self._unchanged = not_modified(self.response)
        return self._unchanged

    @property
    def size(self) -> int:
        """The bytes of the body and of what the headers say."""
        return len(self.response.body) + sum(len(value) for _, value in self.response.headers)


@dataclass(frozen=True, slots=True)
class Representations:
    """A response in both encodings. A short one is the same in both."""

    plain: Representation
    compressed: Representation

    @property
    def size(self) -> int:
        """The bytes of both, but one set of headers."""
        size = self.plain.size
        if self.compressed is self.plain:
            return size
        return size + len(self.compressed.response.body)


def represent(response: Response, caching: Headers = PRIVATE) -> Representations:
    """Make both encodings of a response. `caching` replaces its Cache-Control and Vary."""
    plain = make_representation(response, caching=caching, compressed=False)
    if len(response.body) < WORTH_COMPRESSING:
        return Representations(plain, plain)
    return Representations(plain, make_representation(response, caching=caching, compressed=True))


def make_representation(
    response: Response, *, compressed: bool, caching: Headers = PRIVATE
) -> Representation:
    """Make one encoding of a response. A short one is never compressed.

    `caching` replaces its Cache-Control and Vary. The entity tags depend on the body alone.
    """
    body = response.body
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    headers = _with_caching(response.headers, caching)
    etag = f'"{digest}"'.encode()
    if len(body) < WORTH_COMPRESSING:
        headers.append((b"etag", etag))
        return Representation(Response(response.status, body, headers), (etag,))
    etags = (f'"{digest}-gzip"'.encode(), etag)
    if not compressed:
        headers.append((b"etag", etag))
        return Representation(Response(response.status, body, headers), etags)
    headers += ((b"etag", etags[0]), (b"content-encoding", b"gzip"))
    body = gzip.compress(body, 6, mtime=0)
    return Representation(Response(response.status, body, headers), etags)


def _with_caching(headers: Headers, caching: Headers) -> Headers:
    if headers is JSON_UNCACHED and caching is PRIVATE:
        return JSON_PRIVATE.copy()
    return [*(pair for pair in headers if pair[0] not in REPLACED), *caching]


def choose(forms: Representations, headers: dict[bytes, bytes]) -> Response:
    """Return the response, or 304, in the encoding that a request with these headers accepts."""
    return (forms.compressed if accepts_gzip(headers) else forms.plain).choose(headers)


def accepts_gzip(headers: dict[bytes, bytes]) -> bool:
    """Return whether a client accepts compressed responses and does not prefer plain ones."""
    accepted = headers.get(b"accept-encoding")
    if accepted is None or b"gzip" not in accepted:
        return False
    # A client that prefers not to have it (q below 1) gets plain bytes, which all clients take.
    return b"gzip;q=0" not in accepted.replace(b" ", b"")
