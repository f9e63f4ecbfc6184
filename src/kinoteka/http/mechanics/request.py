"""Requests: the headers, cookies, query and body channel of one ASGI scope."""

from urllib.parse import parse_qsl

from kinoteka.errors import field_invalid
from kinoteka.http.mechanics.response import Receive, Scope

QUERY_LONGEST = 8 * 1024
VALUES_MOST = 100
HTTPS_SCHEMES = ("https", "wss")


class Request:
    """One HTTP request or WebSocket handshake.

    `headers` has lower-case names; of a repeated header it has the last line. `held_bytes` is the
    memory that the body takes (`body_memory.py`).
    """

    __slots__ = ("headers", "held_bytes", "receive", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.held_bytes = 0

    @property
    def address(self) -> str:
        """The client's IP address, also behind trusted proxies; empty if it is unknown."""
        client = self.scope.get("client")
        return client[0] if client else ""

    @property
    def bearer(self) -> str | None:
        """The token of an Authorization header of the scheme Bearer (RFC 6750)."""
        header = self.headers.get(b"authorization")
        if header is None:
            return None
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
        if len(raw) > QUERY_LONGEST or raw.count(b"&") >= VALUES_MOST:
            raise field_invalid("query", "too_long")
        return parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace")

    def query_items(self) -> dict[str, str]:
        """Return the values of the query by name; of a repeated name the last.

        Raises:
            DomainError(FIELD_INVALID): the query is too long or has too many values.
        """
        return dict(self.query_pairs())
