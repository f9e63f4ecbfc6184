"""Devices: the browser, the system and the kind of machine that a User-Agent tells of.

Public operations: describe.

The rules are those of the uap-core project, which take 15 MB and a fifth of a second to load. So
they are loaded when somebody first asks, in a thread, a few at a time: the library compiles while
nothing else can run.
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

Kind = Literal["computer", "phone", "tablet", "program"]

CACHE_SIZE = 5_000
RULES_AT_ONCE = 10
PAUSE_SECONDS = 0.0005
PHONES = frozenset({"Android", "iOS", "Windows Phone", "KaiOS", "BlackBerry OS", "Symbian OS"})


class Device(msgspec.Struct, frozen=True):
    """What somebody comes with; None where nothing is known of it."""

    browser: str | None
    system: str | None
    kind: Kind


class Devices:
    """Describes the devices of those who come; what has been asked about is remembered."""

    def __init__(self) -> None:
        self._cache: BoundedMap[str, Device] = BoundedMap(CACHE_SIZE)

    async def describe(self, user_agents: Iterable[str]) -> dict[str, Device]:
        """The device of each of these User-Agents."""
        known = {each: self._cache.get(each) for each in set(user_agents)}
        strange = [each for each, device in known.items() if device is None]
        if strange:
            found = await asyncio.to_thread(lambda: [_device(each) for each in strange])
            for each, device in zip(strange, found, strict=True):
                self._cache.set(each, device)
                known[each] = device
        return {each: device for each, device in known.items() if device is not None}


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


def _kind(user_agent: str, system: str | None) -> Kind:
    if system is None:
        return "program"
    if "iPad" in user_agent or "Tablet" in user_agent:
        return "tablet"
    if system == "Android" and "Mobile" not in user_agent:
        return "tablet"
    return "phone" if system in PHONES else "computer"


_loading = Lock()


def _rules() -> tuple["Resolver", ...]:
    with _loading:  # else everybody who asks meanwhile would load them, too
        return _load()


@cache
def _load() -> tuple["Resolver", ...]:
    from ua_parser import BestAvailableResolver, load_lazy_builtins

    browsers, systems, _ = load_lazy_builtins()
    rules = []
    for first in range(0, max(len(browsers), len(systems)), RULES_AT_ONCE):
        some = slice(first, first + RULES_AT_ONCE)
        rules.append(BestAvailableResolver((browsers[some], systems[some], [])))
        time.sleep(PAUSE_SECONDS)  # the event loop's turn
    return tuple(rules)
