"""How much memory the bodies of all requests of this process take together."""

from kinoteka.errors import Code, DomainError
from kinoteka.httpkit.call import Call

MEGABYTE = 1024 * 1024
RETRY_SECONDS = 1


class BodyMemory:
    """A budget of bytes; each request gives back what it holds when it ends."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    def take(self, call: Call, size: int) -> bool:
        """Hold so many bytes more for a request; return whether there is room for them."""
        if self.used + size > self.limit:
            return False
        self.used += size
        call.held_bytes += size
        return True

    def require(self, call: Call, size: int) -> None:
        """Hold so many bytes more for a request.

        Raises:
            DomainError(BUSY): there is no room for them.
        """
        if not self.take(call, size):
            raise DomainError(Code.BUSY, retry_after=RETRY_SECONDS)

    def release(self, call: Call) -> None:
        """Give back what a request holds."""
        self.used -= call.held_bytes
        call.held_bytes = 0


BODY_MEMORY = BodyMemory(128 * MEGABYTE)
"""This process's."""
