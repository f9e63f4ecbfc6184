"""Wait for conditions, however busy the machine is."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import TypeVarTuple

Ts = TypeVarTuple("Ts")

TIMEOUT = 200.0
"""Seconds to wait at most. A busy machine may need very long."""


async def wait_until(
    condition: Callable[[*Ts], object], *given: *Ts, seconds: float = TIMEOUT
) -> None:
    """Wait until a condition holds for the given values, by polling. It may be asynchronous."""
    async with asyncio.timeout(seconds):
        while not await _holds(condition(*given)):  # noqa: ASYNC110 - nothing signals the change
            await asyncio.sleep(0.005)


def eventually(condition: Callable[[*Ts], object], *given: *Ts, seconds: float = TIMEOUT) -> None:
    """Wait until a condition holds for the given values, in a thread without an event loop."""
    deadline = time.monotonic() + seconds
    while not condition(*given):
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.02)


async def _holds(held: object) -> bool:
    return bool(await held if inspect.isawaitable(held) else held)
