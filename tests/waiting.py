"""Waiting for what is about to happen, however busy the machine is."""

import asyncio
import inspect
from collections.abc import Callable

PATIENCE = 30.0


async def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until a condition holds, which may be asynchronous; asked again and again."""
    async with asyncio.timeout(seconds):
        while not await _holds(condition):  # noqa: ASYNC110 - it is told by nothing
            await asyncio.sleep(0.005)


async def _holds(condition: Callable[[], object]) -> bool:
    held = condition()
    return bool(await held if inspect.isawaitable(held) else held)
