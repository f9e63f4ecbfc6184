"""Return memory to the system, with glibc's mallopt(3) and malloc_trim(3).

Hashing a password takes 19 MiB, and drawing a picture takes more. A separate heap per thread would
never release that memory. One heap for all threads, for which Python's threads hardly compete,
keeps it while there is work, because a hash in newly mapped memory takes 1.5 times as long, and
releases it when the threads are idle.
"""

import ctypes
from collections.abc import Callable

MEBIBYTE = 1024 * 1024
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8


def use_one_heap() -> None:
    """Let all threads allocate from one heap. Call this before threads exist."""
    mallopt = _function("mallopt")
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_MMAP_THRESHOLD, 32 * MEBIBYTE)  # the maximum that glibc accepts
        mallopt(M_TRIM_THRESHOLD, 256 * MEBIBYTE)


def release_memory() -> None:
    """Return free memory to the system."""
    malloc_trim = _function("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _function(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None)
