"""ASGI requests whose bodies arrive in chunks."""

from collections.abc import Iterable

from kinoteka.http.mechanics.request import Request

MULTIPART = "multipart/form-data; boundary=limit"


class ASGIRequest:
    """A request whose body arrives in these chunks; `taken` counts the bytes that were received."""

    def __init__(
        self,
        *pieces: bytes,
        content_type: str = MULTIPART,
        length: int | None = None,
        query: bytes = b"",
    ) -> None:
        self.taken = 0
        self.query = query
        self.headers = [(b"content-type", content_type.encode("latin-1"))]
        if length is not None:
            self.headers.append((b"content-length", b"%d" % length))
        self._pieces = iter(pieces)
        self._next: bytes | None = next(self._pieces, b"")

    @classmethod
    def endless(cls, piece: bytes, count: int, length: int | None = None) -> "ASGIRequest":
        """Return a request whose body repeats a chunk `count` times."""
        sent = cls(length=length)
        sent._pieces, sent._next = iter([piece] * count), piece
        return sent

    async def receive(self) -> dict[str, object]:
        """Return the next chunk as an ASGI event."""
        assert self._next is not None, "nothing arrives after the end of the body"
        piece, self._next = self._next, next(self._pieces, None)
        self.taken += len(piece)
        return {"type": "http.request", "body": piece, "more_body": self._next is not None}

    def request(self) -> Request:
        """Return the request."""
        return Request({"headers": self.headers, "query_string": self.query}, self.receive)


def chunks_of(whole: bytes, size: int) -> Iterable[bytes]:
    """Return the body in chunks of one size."""
    return (whole[start : start + size] for start in range(0, len(whole), size))
