"""How often: limits per account and per address, counted in a moving window.

Failures are limited so that guesses made at once count, too: an attempt under way counts as
one that fails.
"""

import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse
from limits.strategies import MovingWindowRateLimiter

from kinoteka.errors import Code, DomainError
from kinoteka.storage.windows import MemoryWindows


@cache
def _rate(limit: str) -> RateLimitItem:
    return parse(limit)


def network(address: str) -> str:
    """What one household or machine has: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


class Attempt:
    """One try whose failure counts."""

    def __init__(self) -> None:
        self.failed = False

    def fail(self) -> None:
        """Count this try against its limits."""
        self.failed = True


class Throttle:
    """Counts what happens, by kind and by whom."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryWindows())
        self._under_way: dict[tuple[str, str], int] = {}

    async def hit(self, kind: str, limit: str, who: str) -> None:
        """Count one more.

        Raises:
            DomainError(THROTTLED): too many; `retry_after` in seconds.
        """
        rate = _rate(limit)
        who = network(who)
        if not self._limiter.hit(rate, kind, who):
            raise self._refusal(rate, kind, who)

    @asynccontextmanager
    async def attempt(self, kind: str, limit: str, who: Sequence[str]) -> AsyncIterator[Attempt]:
        """Something whose failures are limited, against each of `who`.

        Raises:
            DomainError(THROTTLED): too many failures; `retry_after` in seconds.
        """
        rate = _rate(limit)
        keys = [(kind, network(each)) for each in who]
        for key in keys:
            if not self._limiter.test(rate, *key, cost=1 + self._under_way.get(key, 0)):
                raise self._refusal(rate, *key)
        for key in keys:
            self._under_way[key] = self._under_way.get(key, 0) + 1
        attempt = Attempt()
        try:
            yield attempt
        finally:
            for key in keys:
                self._release(key)
                if attempt.failed:
                    self._limiter.hit(rate, *key)

    def _release(self, key: tuple[str, str]) -> None:
        left = self._under_way.pop(key) - 1
        if left:
            self._under_way[key] = left

    def _refusal(self, rate: RateLimitItem, kind: str, who: str) -> DomainError:
        stats = self._limiter.get_window_stats(rate, kind, who)
        wait = max(1, math.ceil(stats.reset_time - time.time()))
        return DomainError(Code.THROTTLED, retry_after=wait)
