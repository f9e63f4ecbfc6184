"""A catalogue of a million films: the speed of its import and of searches in it."""

import random
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from benchmarks.import_data import write_imdb
from benchmarks.import_parsing import seconds_to_parse
from benchmarks.servers import kinoteka

TIME = "/usr/bin/time"
QUERIES = {
    "a common word": ["love", "night", "house", "man", "woman", "the", "a"],
    "one or two letters": ["a", "m", "lo", "ni", "x", "zz"],
    "a prefix": ["stran", "summ", "gard", "qui", "brok"],
    "several words": ["dark city", "house man", "last night river", "the man of"],
    "typing errors": ["godfahter", "strnager", "sumer nigth", "wintre"],
    "nothing there": ["xqzvw", "zzzzzzzz", "qqq www"],
}


def build(data: Path, films: int, show: Callable[..., None] | None) -> None:
    """Import a generated IMDb with this number of films and show the speed."""
    source = data.parent / "imdb"
    source.mkdir(parents=True, exist_ok=True)
    files = write_imdb(source, films)
    began = time.perf_counter()
    command = [sys.executable, "-m", "kinoteka.cli", "import", "imdb", *map(str, files)]
    measured = [TIME, "-v"] if Path(TIME).exists() else []
    done = subprocess.run(
        [*measured, *command, "--data", str(data)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    seconds = time.perf_counter() - began
    if show is None:
        return
    parsing = seconds_to_parse("imdb", files)
    parsed, stored = films / parsing, films / (seconds - parsing)
    show("films parsed a second", 50_000, parsed, parsed / 50_000, "≥ 1.0")
    show("films stored a second, beside parsing", 20_000, stored, stored / 20_000, "≥ 1.0")
    show("films imported a second, all told", 0, films / seconds, 0, "")
    peak = re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr)
    if peak:
        megabytes = int(peak.group(1)) / 1024
        show("peak memory of the import, MB", 300, megabytes, megabytes / 300, "≤ 1.0")


def run_search(data: Path, show: Callable[..., None]) -> None:
    """Measure searches over HTTP, one at a time and none of them repeated."""
    with kinoteka(data, core=None) as server:
        for kind, words in QUERIES.items():
            times = sorted(_seconds(server.url, text) for text in _variants(words, 400))
            p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
            show(
                f"search, {kind}: median and 99th percentile, ms",
                p50 * 1000,
                p99 * 1000,
                p99 * 100,
                "≤ 1.0 of 10 ms",
            )


def _variants(words: list[str], count: int) -> list[str]:
    """Return this many queries. Case and spaces differ, so that none is answered from the cache."""
    chosen = random.Random(7)
    texts = []
    for number in range(count):
        text = words[number % len(words)]
        cased = "".join(c.upper() if chosen.random() < 0.5 else c for c in text)
        texts.append(cased + " " * (number // len(words) % 7))
    return texts


def _seconds(url: str, text: str) -> float:
    address = f"{url}/movies/?{urllib.parse.urlencode({'page': 1, 'q': text})}"
    began = time.perf_counter()
    with urllib.request.urlopen(address) as response:
        response.read()
    return time.perf_counter() - began
