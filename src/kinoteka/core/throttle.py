"""How often: limits per account and per address, counted in a moving window.

Failures are limited so that guesses made at once count, too: an attempt under way counts as
one that fails, in the process that it is under way in.
"""

import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse

from kinoteka.errors import Code, DomainError
from kinoteka.storage.windows import Windows


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

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._under_way: dict[tuple[str, str], int] = {}

    async def hit(self, kind: str, limit: str, who: str) -> None:
        """Count one more.

        Raises:
            DomainError(THROTTLED): too many; `retry_after` in seconds.
        """
        rate, key = _rate(limit), (kind, network(who))
        if not await self._count(rate, key):
            raise await self._refusal(rate, key)

    @asynccontextmanager
    async def attempt(self, kind: str, limit: str, who: Sequence[str]) -> AsyncIterator[Attempt]:
        """Something whose failures are limited, against each of `who`.

        Raises:
            DomainError(THROTTLED): too many failures; `retry_after` in seconds.
        """
        rate = _rate(limit)
        keys = [(kind, network(each)) for each in who]
        attempt = Attempt()
        # Noted before anything is asked, so that those made at once know of each other.
        places = [self._begin(key) for key in keys]
        try:
            for key, place in zip(keys, places, strict=True):
                _, failures = await self._window(rate, key)
                if failures + place > rate.amount:
                    raise await self._refusal(rate, key)
            yield attempt
        finally:
            try:
                if attempt.failed:
                    for key in keys:
                        await self._count(rate, key)
            finally:  # only now, lest it count for nothing meanwhile
                for key in keys:
                    self._release(key)

    async def close(self) -> None:
        """Let go of what is counted."""
        await self._windows.close()

    def _begin(self, key: tuple[str, str]) -> int:
        self._under_way[key] = self._under_way.get(key, 0) + 1
        return self._under_way[key]

    def _release(self, key: tuple[str, str]) -> None:
        left = self._under_way.pop(key) - 1
        if left:
            self._under_way[key] = left

    async def _count(self, rate: RateLimitItem, key: tuple[str, str]) -> bool:
        return await self._windows.acquire_entry(rate.key_for(*key), rate.amount, rate.get_expiry())

    async def _window(self, rate: RateLimitItem, key: tuple[str, str]) -> tuple[float, int]:
        return await self._windows.get_moving_window(
            rate.key_for(*key), rate.amount, rate.get_expiry()
        )

    async def _refusal(self, rate: RateLimitItem, key: tuple[str, str]) -> DomainError:
        oldest, _ = await self._window(rate, key)
        wait = max(1, math.ceil(oldest + rate.get_expiry() - time.time()))
        return DomainError(Code.THROTTLED, retry_after=wait)
