"""Rate limits per account and per address, counted in a moving window.

An attempt counts from its beginning, and is taken back where it does not fail. So guesses that
are made at once count, in every process, before it is known that they fail.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from limits import RateLimitItem, parse

from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.security_events import SecurityEvent, report
from kinoteka.realtime.rate_windows import Counter, Windows

SUBNET_BITS = 64
SITE_BITS = 48
WAITING_MOST = 20
"""How many attempts may wait for the one before them; the next is refused."""
WAITING_SECONDS = 1
IN_PROGRESS_SECONDS = 1.0
"""For how long an attempt in another process is taken to be under way, and waited for."""
LOOK_SECONDS = 0.05


class Limit(NamedTuple):
    """What is limited: its kind, how often (`10 per 5 minutes`), and for whom.

    If there is an `address`, its networks count apart.
    """

    kind: str
    rate: str
    who: str = ""
    address: str | None = None


class Attempt:
    """An attempt that counts if it fails."""

    def __init__(self) -> None:
        self.failed = False

    def fail(self) -> None:
        """Count this attempt against its limits."""
        self.failed = True


def networks(address: str) -> tuple[str, ...]:
    """Return the networks that an address counts for, the smallest first.

    That is an IPv4 address itself, and the /64 and the /48 of an IPv6 address: a household or a
    rented machine has the former, and often the latter.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return (address,)
    if not isinstance(parsed, IPv6Address):
        return (str(parsed),)
    if parsed.ipv4_mapped is not None:
        return (str(parsed.ipv4_mapped),)
    return _network(parsed, SUBNET_BITS), _network(parsed, SITE_BITS)


class Throttle:
    """Counts events by kind and by account or address."""

    def __init__(self, windows: Windows, site_factor: int = 1) -> None:
        """Count in `windows`; a /48 may have `site_factor` times what a /64 may."""
        self._windows = windows
        self._site_factor = site_factor
        self._turns = NamedLocks()

    async def hit(self, kind: str, rate: str, who: str) -> None:
        """Count one event of an account (`id:5`) or of an address.

        Raises:
            DomainError(THROTTLED): too many; `retry_after` in seconds.
        """
        await self._acquire(self._counters(Limit(kind, rate, address=who)))

    @asynccontextmanager
    async def attempt(self, *limits: Limit, turn: str | None = None) -> AsyncIterator[Attempt]:
        """Count an attempt against each limit, if it fails.

        Attempts of the same `turn` wait for each other, in other processes for a second at most.
        Without it, an attempt that succeeds would refuse those made at the same time, where a
        limit allows one only.

        Raises:
            DomainError(THROTTLED): too many failures; `retry_after` in seconds.
        """
        counters = [counter for limit in limits for counter in self._counters(limit)]
        async with self._turns.of(turn):
            await self._acquire(
                counters, wait_for_others=turn is not None and self._windows.is_shared
            )
            attempt = Attempt()
            try:
                yield attempt
            finally:
                if not attempt.failed:
                    await self._release(counters)

    async def close(self) -> None:
        """Close the windows."""
        await self._windows.close()

    def _counters(self, limit: Limit) -> list[Counter]:
        rate = _rate(limit.rate)
        if limit.address is None:
            return [Counter(limit.kind, limit.who, rate.amount, rate.get_expiry())]
        counters = []
        for number, network in enumerate(networks(limit.address)):
            amount = rate.amount * (self._site_factor if number else 1)
            who = f"{limit.who}@{network}" if limit.who else network
            kind = f"{limit.kind}_site" if number else limit.kind
            counters.append(Counter(kind, who, amount, rate.get_expiry()))
        return counters

    async def _acquire(self, counters: list[Counter], *, wait_for_others: bool = False) -> None:
        held: list[Counter] = []
        try:
            for counter in counters:
                await self._acquire_one(counter, wait_for_others=wait_for_others)
                held.append(counter)
        except BaseException:
            await self._release(held)
            raise

    async def _acquire_one(self, counter: Counter, *, wait_for_others: bool) -> None:
        wait = await self._windows.acquire(counter)
        while wait_for_others and wait and counter.seconds - wait < IN_PROGRESS_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            wait = await self._windows.acquire(counter)
        if wait:
            report(SecurityEvent.THROTTLED, limit=counter.kind, who=counter.key)
            raise DomainError(Code.THROTTLED, retry_after=max(1, math.ceil(wait)))

    async def _release(self, counters: list[Counter]) -> None:
        for counter in counters:
            await self._windows.release(counter)


class NamedLocks:
    """Locks by name, of which only those exist that are in use."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def of(self, name: str | None) -> AsyncIterator[None]:
        """Hold the lock of this name; None holds nothing.

        Raises:
            DomainError(THROTTLED): too many are waiting for it.
        """
        if name is None:
            yield
            return
        if self._users.get(name, 0) > WAITING_MOST:
            report(SecurityEvent.THROTTLED, limit="waiting", who=name)
            raise DomainError(Code.THROTTLED, retry_after=WAITING_SECONDS)
        self._users[name] = self._users.get(name, 0) + 1
        try:
            async with self._locks.setdefault(name, asyncio.Lock()):
                yield
        finally:
            self._users[name] -= 1
            if not self._users[name]:
                del self._users[name], self._locks[name]

    def __len__(self) -> int:
        return len(self._locks)


@cache
def _rate(limit: str) -> RateLimitItem:
    return parse(limit)


def _network(address: IPv6Address, bits: int) -> str:
    shift = 128 - bits
    return f"{IPv6Address(int(address) >> shift << shift)}/{bits}"
