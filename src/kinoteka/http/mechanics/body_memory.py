"""The memory that the bodies of all requests of one process take together."""

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.request import Request

MEGABYTE = 1024 * 1024
RETRY_SECONDS = 1
SMALL = 4 * 1024
"""The largest body, in bytes, that may use the reserve. Sign-ins are smaller."""
RESERVED = 8
"""The reserve for small bodies is the limit divided by this number.

Without it, one network could fill the memory with large bodies, and no one could sign in.
"""


class BodyMemory:
    """A budget of bytes. Each request releases its share when it ends."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    def take(self, request: Request, size: int) -> bool:
        """Reserve more bytes for a request. Return whether there was room for them."""
        is_small = request.held_bytes + size <= SMALL
        if self.used + size > self.limit - (0 if is_small else self.limit // RESERVED):
            return False
        self.used += size
        request.held_bytes += size
        return True

    def require(self, request: Request, size: int) -> None:
        """Reserve more bytes for a request.

        Raises:
            DomainError(BUSY): there is no room.
        """
        if not self.take(request, size):
            raise DomainError(Code.BUSY, retry_after=RETRY_SECONDS)

    def release(self, request: Request) -> None:
        """Release the bytes of a request."""
        self.used -= request.held_bytes
        request.held_bytes = 0


BODY_MEMORY = BodyMemory(128 * MEGABYTE)
"""The budget of this process."""
