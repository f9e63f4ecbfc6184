"""Background jobs, and the errors with which they end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from kinoteka.infrastructure.clock import HOUR, MINUTE, SECOND

LEASE = MINUTE
"""How long a worker has a job before another may take it over, in milliseconds."""
RENEW_SECONDS = 15.0
"""How often a worker extends the lease of a running job."""
MAX_ATTEMPTS = 10
MAX_ERROR = 500
"""The length of a stored error."""


class Job(msgspec.Struct, frozen=True):
    """A job that a worker has claimed. `attempts` includes this attempt, and marks its lease."""

    id: int
    kind: str
    payload: str
    attempts: int


class JobFailed(Exception):
    """A job could not do its work. The message is stored for operators, so it has no secrets.

    A job that failed for good is not tried again.
    """

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class JobKind:
    """What jobs of a kind do.

    `run` takes the payload as JSON. It may run twice, because a worker can end between the work and
    its record. Jobs with an interval (in milliseconds) run again and again, once for all workers.
    """

    run: Callable[[str], Awaitable[None]]
    every: int | None = None


def delay_after(attempts: int) -> int:
    """Return how long to wait after a failed attempt, in milliseconds: from 10 s to 6 h."""
    return min(10 * SECOND * int(3 ** (attempts - 1)), 6 * HOUR)
