"""Memory given back to the system, where the C library is glibc (mallopt(3), malloc_trim(3)).

Hashing a password takes 19 MiB and drawing a picture more. A heap of each thread's own would
keep that for ever. One heap for all, which Python's threads hardly contend for, keeps it while
there is work, because a hash whose memory is mapped anew takes half as long again, and is trimmed
at rest.
"""

import ctypes

MEBIBYTE = 1024 * 1024
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8


def share_one_heap() -> None:
    """Have all threads allocate from one heap; to be called before there are any."""
    mallopt = _function("mallopt")
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_MMAP_THRESHOLD, 32 * MEBIBYTE)  # the largest that glibc takes
        mallopt(M_TRIM_THRESHOLD, 256 * MEBIBYTE)


def give_back() -> None:
    """Return what is free to the system."""
    malloc_trim = _function("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _function(name: str) -> "ctypes._NamedFuncPointer | None":
    return getattr(ctypes.CDLL(None), name, None)
