"""How much memory the bodies of all requests of this process take together."""

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.request import Request

MEGABYTE = 1024 * 1024
RETRY_SECONDS = 1
SMALL = 4 * 1024
"""Bytes that a body may have to find room in the reserve; sign-ins have less."""
RESERVED = 8
"""One of so many parts of the memory is for small bodies alone.

Otherwise one network could fill all of it with large ones, and nobody could sign in.
"""


class BodyMemory:
    """A budget of bytes; each request gives back what it holds when it ends."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    def take(self, request: Request, size: int) -> bool:
        """Hold so many bytes more for a request; return whether there is room for them."""
        is_small = request.held_bytes + size <= SMALL
        if self.used + size > self.limit - (0 if is_small else self.limit // RESERVED):
            return False
        self.used += size
        request.held_bytes += size
        return True

    def require(self, request: Request, size: int) -> None:
        """Hold so many bytes more for a request.

        Raises:
            DomainError(BUSY): there is no room for them.
        """
        if not self.take(request, size):
            raise DomainError(Code.BUSY, retry_after=RETRY_SECONDS)

    def release(self, request: Request) -> None:
        """Give back what a request holds."""
        self.used -= request.held_bytes
        request.held_bytes = 0


BODY_MEMORY = BodyMemory(128 * MEGABYTE)
"""This process's."""
