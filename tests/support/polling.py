"""Wait for conditions, however busy the machine is."""

import asyncio
import inspect
import time
from collections.abc import Callable

TIMEOUT = 200.0
"""Seconds to wait at most. A busy machine may need very long."""


async def wait_until(condition: Callable[[], object], seconds: float = TIMEOUT) -> None:
    """Wait until a condition holds, which may be asynchronous, by polling."""
    async with asyncio.timeout(seconds):
        while not await _holds(condition):  # noqa: ASYNC110 - nothing signals the change
            await asyncio.sleep(0.005)


def eventually(condition: Callable[[], object], seconds: float = TIMEOUT) -> None:
    """Wait until a condition holds, in a thread without an event loop."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.02)


async def _holds(condition: Callable[[], object]) -> bool:
    held = condition()
    return bool(await held if inspect.isawaitable(held) else held)
