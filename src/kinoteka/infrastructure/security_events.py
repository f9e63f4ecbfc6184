"""Security events: log lines with `event=security.…`, and their counters.

docs/security.md describes each event. A line has the id and address of the request and the ids of
accounts. It never contains a password, a token or a plain name: names are HMACs.

The lines are written at every log level. Their rate is bounded, so that an attacker cannot fill the
disk. All events are counted.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum

import structlog

from kinoteka.infrastructure.logging import REQUEST

LINES_PER_SECOND = 50


class SecurityEvent(StrEnum):
    """The events that are logged and counted."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_UNKNOWN_NAME = "sign_in_unknown_name"
    CURRENT_PASSWORD_WRONG = "current_password_wrong"
    THROTTLED = "throttled"
    FORBIDDEN = "forbidden"
    CSRF_REJECTED = "csrf_rejected"
    TOKEN_REUSED = "token_reused"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    LOGIN_CHANGED = "login_changed"
    ACCOUNT_DELETED = "account_deleted"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ROLE_CHANGED = "role_changed"


ORDINARY = frozenset({SecurityEvent.SIGNED_IN})
"""Events at the level `info`; all others are warnings."""

COUNTS: Counter[SecurityEvent] = Counter(dict.fromkeys(SecurityEvent, 0))
"""The number of events of each kind in this process."""


class LineLimit:
    """A bound on the lines per second."""

    def __init__(self, lines: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = lines
        self._clock = clock
        self._second = 0.0
        self._written = 0
        self._suppressed = 0

    def take(self) -> bool:
        """Return whether one more line may be written now."""
        now = self._clock()
        if now - self._second >= 1:
            self._second, self._written = now, 0
        if self._written >= self._lines:
            self._suppressed += 1
            return False
        self._written += 1
        return True

    def take_suppressed(self) -> int:
        """Return the number of lines suppressed since the last call, and reset it."""
        suppressed, self._suppressed = self._suppressed, 0
        return suppressed


_limit = LineLimit(LINES_PER_SECOND)
_log = structlog.wrap_logger(
    None, wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET)
)


def report(event: SecurityEvent, **fields: object) -> None:
    """Count an event, and log it if logging is configured.

    Commands do not configure logging; they only write to the audit log.
    """
    COUNTS[event] += 1
    if not structlog.is_configured() or not _limit.take():
        return
    if suppressed := _limit.take_suppressed():
        _log.warning("security.suppressed", count=suppressed)
    known = {name: value for name, value in fields.items() if value is not None}
    write = _log.info if event in ORDINARY else _log.warning
    write(f"security.{event}", address=_address(), **known)


def _address() -> str | None:
    request = REQUEST.get()
    client = request.get("client") if request is not None else None
    return client[0] if client else None
