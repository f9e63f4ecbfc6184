"""Measure processor time, to compare one operation with another."""

import inspect
import time
from collections.abc import Callable


async def best_time(work: Callable[[], object]) -> float:
    """Return the processor time in seconds, the best of five; `work` may be asynchronous."""
    times = []
    for _ in range(5):
        began = time.process_time()
        done = work()
        if inspect.isawaitable(done):
            await done
        times.append(time.process_time() - began)
    return min(times)
