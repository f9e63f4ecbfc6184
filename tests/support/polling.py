"""Waiting for what is about to happen, however busy the machine is."""

import asyncio
import inspect
import time
from collections.abc import Callable

TIMEOUT = 200.0
"""Seconds after which the awaited event will not come. A busy machine may need very long."""


async def wait_until(condition: Callable[[], object], seconds: float = TIMEOUT) -> None:
    """Wait until a condition holds, which may be asynchronous; asked again and again."""
    async with asyncio.timeout(seconds):
        while not await _holds(condition):  # noqa: ASYNC110 - it is told by nothing
            await asyncio.sleep(0.005)


def eventually(condition: Callable[[], object], seconds: float = TIMEOUT) -> None:
    """Wait until a condition holds, where nothing else happens in this thread."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


async def _holds(condition: Callable[[], object]) -> bool:
    held = condition()
    return bool(await held if inspect.isawaitable(held) else held)
