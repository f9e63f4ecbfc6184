"""Requests: the headers, cookies, query and body channel of one ASGI scope."""

from urllib.parse import parse_qsl

from kinoteka.errors import field_invalid
from kinoteka.http.mechanics.response import Receive, Scope

MAX_QUERY_BYTES = 8 * 1024
MAX_VALUES = 100
HTTPS_SCHEMES = ("https", "wss")


HEADERS = "kinoteka.headers"
"""The key of a scope with its headers by name."""


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers of a scope by name, in lower case. They are read once per request.

    Of a repeated header it has the last line.
    """
    headers: dict[bytes, bytes] | None = scope.get(HEADERS)
    if headers is None:
        headers = scope[HEADERS] = dict(scope["headers"])
    return headers


def names_one_host(scope: Scope) -> bool:
    """Return whether an HTTP/1.1 request names exactly one host, as it must (RFC 9112, 3.2)."""
    headers = headers_of(scope)
    if b"host" in headers and len(headers) == len(scope["headers"]):
        return True  # without a repeated header, which is the usual case
    hosts = sum(name == b"host" for name, _ in scope["headers"])
    return hosts == 1 or scope.get("http_version") != "1.1"


class Request:
    """One HTTP request or WebSocket handshake.

    `address` is the IP address of the client, also behind trusted proxies, or empty if unknown.
    `headers` are as in `headers_of`. `held_bytes` is the memory that the body takes
    (`body_memory.py`).
    """

    __slots__ = ("address", "headers", "held_bytes", "receive", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive
        self.headers = headers_of(scope)
        self.held_bytes = 0
        client = scope.get("client")
        self.address: str = client[0] if client else ""

    @property
    def bearer(self) -> str | None:
        """The token of an Authorization header of the scheme Bearer (RFC 6750)."""
        header = self.headers.get(b"authorization")
        if header is None:
            return None
        if header.startswith(b"Bearer "):  # as nearly all clients write it
            return header[7:].decode("latin-1").strip()
        scheme, _, token = header.decode("latin-1").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def cookies(self) -> bytes | None:
        """The Cookie header; several lines of it as one."""
        header = self.headers.get(b"cookie")
        lines = self.scope["headers"]
        if header is None or len(lines) == len(self.headers):
            return header
        return b"; ".join(value for name, value in lines if name == b"cookie")

    def header(self, name: bytes) -> str | None:
        """Return the value of a header, or None. Names are in lower case."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def query_pairs(self) -> list[tuple[str, str]]:
        """Return the names and values of the query, in order.

        Raises:
            DomainError(FIELD_INVALID): the query is too long or has too many values.
        """
        raw = self.scope["query_string"]
        if not raw:
            return []
        if len(raw) > MAX_QUERY_BYTES or raw.count(b"&") >= MAX_VALUES:
            raise field_invalid("query", "too_long")
        text = raw.decode("latin-1")
        if "%" in text or "+" in text:
            return parse_qsl(text, keep_blank_values=True, errors="replace")
        # With nothing to decode, as in most queries, this is the same in a tenth of the time.
        parts = [part.partition("=") for part in text.split("&") if part]
        return [(name, value) for name, _, value in parts]

    def query_items(self) -> dict[str, str]:
        """Return the values of the query by name; of a repeated name the last.

        Raises:
            DomainError(FIELD_INVALID): the query is too long or has too many values.
        """
        return dict(self.query_pairs())
