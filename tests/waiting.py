"""Waiting for what is about to happen, however busy the machine is."""

import asyncio
from collections.abc import Callable

PATIENCE = 30.0


async def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until a condition holds; asked again and again."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it is told by nothing
            await asyncio.sleep(0.005)
