"""Devices: the browser, the operating system and the kind of device of a User-Agent.

Public operations: describe.

The rules of the uap-core project take 15 MB of memory and a fifth of a second to load. So they are
loaded for the first request, in a thread, a few at a time: compiling them holds the GIL.
"""

import asyncio
import time
from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Literal

import msgspec

from kinoteka.infrastructure.cache import BoundedMap

if TYPE_CHECKING:
    from ua_parser import Resolver

DeviceKind = Literal["computer", "phone", "tablet", "program"]

CACHE_SIZE = 5_000
RULES_PER_BATCH = 10
PAUSE_SECONDS = 0.0005
PHONES = frozenset({"Android", "iOS", "Windows Phone", "KaiOS", "BlackBerry OS", "Symbian OS"})


class Device(msgspec.Struct, frozen=True):
    """A device. `browser` or `system` is None if it is unknown."""

    browser: str | None
    system: str | None
    kind: DeviceKind


class Devices:
    """Describes devices, and caches the results by User-Agent."""

    def __init__(self) -> None:
        self._cache: BoundedMap[str, Device] = BoundedMap(CACHE_SIZE)

    async def describe(self, user_agents: Iterable[str]) -> dict[str, Device]:
        """Return the device of each User-Agent."""
        devices = {user_agent: self._cache.get(user_agent) for user_agent in set(user_agents)}
        unknown = [user_agent for user_agent, device in devices.items() if device is None]
        if unknown:
            found = await asyncio.to_thread(lambda: [_device(each) for each in unknown])
            for user_agent, device in zip(unknown, found, strict=True):
                self._cache.set(user_agent, device)
                devices[user_agent] = device
        return {name: device for name, device in devices.items() if device is not None}


def _device(user_agent: str) -> Device:
    from ua_parser import Domain

    browser = system = None
    for rules in _rules():
        if browser is None and (found := rules(user_agent, Domain.USER_AGENT).user_agent):
            browser = found.family
        if system is None and (known := rules(user_agent, Domain.OS).os):
            system = known.family
        if browser and system:
            break
    return Device(browser, system, _kind(user_agent, system))


def _kind(user_agent: str, system: str | None) -> DeviceKind:
    if system is None:
        return "program"
    if "iPad" in user_agent or "Tablet" in user_agent:
        return "tablet"
    if system == "Android" and "Mobile" not in user_agent:
        return "tablet"
    return "phone" if system in PHONES else "computer"


_loading = Lock()


def _rules() -> tuple["Resolver", ...]:
    with _loading:  # otherwise concurrent requests would load the rules, too
        return _load()


@cache
def _load() -> tuple["Resolver", ...]:
    from ua_parser import BestAvailableResolver, load_lazy_builtins

    browsers, systems, _ = load_lazy_builtins()
    rules = []
    for first in range(0, max(len(browsers), len(systems)), RULES_PER_BATCH):
        batch = slice(first, first + RULES_PER_BATCH)
        rules.append(BestAvailableResolver((browsers[batch], systems[batch], [])))
        time.sleep(PAUSE_SECONDS)  # lets the event loop run
    return tuple(rules)
