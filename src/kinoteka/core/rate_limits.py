"""Rate limits per account and per address, counted in a sliding window.

An attempt counts from its start, and is released if it does not fail. So concurrent guesses count
in every process before any of them has failed.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.rates import parse_rate
from kinoteka.infrastructure.security_events import SecurityEvent, report
from kinoteka.realtime.rate_windows import Counter, Windows

SUBNET_BITS = 64
SITE_BITS = 48
MAX_WAITING = 20
"""Attempts that may wait for the same lock. The next one is rejected."""
RETRY_SECONDS = 1
IN_PROGRESS_SECONDS = 1.0
"""How long to wait for an attempt in another process, which may still be released."""
POLL_SECONDS = 0.05


class Limit(NamedTuple):
    """A limit: the kind of event, its rate (`10 per 5 minutes`), and the `key` that it applies to.

    With an `address`, each of its networks counts separately.
    """

    kind: str
    rate: str
    key: str = ""
    address: str | None = None


class Attempt:
    """An attempt that counts if it fails."""

    def __init__(self) -> None:
        self.failed = False

    def fail(self) -> None:
        """Count this attempt against its limits."""
        self.failed = True


def networks(address: str) -> tuple[str, ...]:
    """Return the networks under which an address counts, smallest first.

    An IPv4 address counts for itself, an IPv6 address for its /64 and its /48: a household or a
    rented machine has at least the former, and often the latter.
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
    """Counts events by kind, and by account or address, and rejects those over the limit."""

    def __init__(self, windows: Windows, site_factor: int = 1) -> None:
        """Count in `windows`. A /48 may make `site_factor` times the events of a /64."""
        self._windows = windows
        self._site_factor = site_factor
        self._locks = NamedLocks()

    async def hit(self, kind: str, rate: str, address: str) -> None:
        """Count one event of an address, or of another key such as `account:5`.

        Raises:
            DomainError(THROTTLED): too many events; `retry_after` is in seconds.
        """
        await self._acquire(self._counters(Limit(kind, rate, address=address)))

    @asynccontextmanager
    async def attempt(self, *limits: Limit, lock: str | None = None) -> AsyncIterator[Attempt]:
        """Count an attempt against each limit if it fails.

        Attempts with the same `lock` run one after the other; an attempt in another process is
        waited for up to a second. Without the lock, where a limit allows only one failure, an
        attempt that succeeds would reject those made at the same time.

        Raises:
            DomainError(THROTTLED): too many failures; `retry_after` is in seconds.
        """
        counters = [counter for limit in limits for counter in self._counters(limit)]
        async with self._locks.hold(lock):
            await self._acquire(
                counters, wait_for_others=lock is not None and self._windows.is_shared
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
        rate = parse_rate(limit.rate)
        if limit.address is None:
            return [Counter(limit.kind, limit.key, rate.amount, rate.seconds)]
        counters = []
        for number, network in enumerate(networks(limit.address)):
            amount = rate.amount * (self._site_factor if number else 1)
            key = f"{limit.key}@{network}" if limit.key else network
            kind = f"{limit.kind}_site" if number else limit.kind
            counters.append(Counter(kind, key, amount, rate.seconds))
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
            await asyncio.sleep(POLL_SECONDS)
            wait = await self._windows.acquire(counter)
        if wait:
            report(SecurityEvent.THROTTLED, limit=counter.kind, who=counter.key)
            raise DomainError(Code.THROTTLED, retry_after=max(1, math.ceil(wait)))

    async def _release(self, counters: list[Counter]) -> None:
        for counter in counters:
            await self._windows.release(counter)


class NamedLocks:
    """Locks by name. A lock exists only while it is in use."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, name: str | None) -> AsyncIterator[None]:
        """Hold the lock with this name. Without a name, hold nothing.

        Raises:
            DomainError(THROTTLED): too many tasks are waiting for the lock.
        """
        if name is None:
            yield
            return
        if self._users.get(name, 0) > MAX_WAITING:
            report(SecurityEvent.THROTTLED, limit="waiting", who=name)
            raise DomainError(Code.THROTTLED, retry_after=RETRY_SECONDS)
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


def _network(address: IPv6Address, bits: int) -> str:
    shift = 128 - bits
    return f"{IPv6Address(int(address) >> shift << shift)}/{bits}"
