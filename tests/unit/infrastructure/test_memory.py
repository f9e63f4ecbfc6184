"""Memory given back, as a process of its own shows."""

import re
import subprocess
import sys

import pytest

# Two blocks below and above what stays: the upper one's end is the heap's, the lower one's not.
PROGRAM = """
import ctypes, re
from kinoteka.infrastructure.memory import release_memory, use_one_heap

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024

use_one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.mallopt(-3, 512 * 2**20)  # nothing is mapped apart
before = resident()
blocks = [ctypes.c_void_p(libc.malloc(2**20)) for _ in range(60)]
for block in blocks:
    ctypes.memset(block, 1, 2**20)
for block in blocks[:-1]:
    libc.free(block)
held = resident()
release_memory()
print(before, held, resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_free_memory_is_returned_to_the_system():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    before, held, after = map(int, re.findall(r"\d+", done.stdout))
    assert held - before >= 50
    assert after - before <= 10
