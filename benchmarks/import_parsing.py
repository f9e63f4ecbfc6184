"""Measure the speed and memory of the import's readers on generated data.

    python -m benchmarks.import_parsing 300000 [format …]

Each format is read in a process of its own, which does nothing else. Seconds are processor time,
so that other work on the machine counts less.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.import_data import WRITERS


def measure(name: str, files: list[Path]) -> str:
    """Read files in this process and return a row of the table."""
    from kinoteka.core.imports.formats import FORMATS
    from kinoteka.core.imports.readers import Progress, ReadOptions
    from kinoteka.core.imports.record import FilmRecord

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    films = rejected = 0
    for record in FORMATS[name].read(files, ReadOptions(), Progress()):
        if isinstance(record, FilmRecord):
            films += 1
        else:
            rejected += 1
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        f"{name:10} {films:9,} {rejected:8,} {seconds:8.1f} {films / seconds:9,.0f}"
        f" {peak / 1024:7.0f} {(peak - before) / 1024:7.0f}"
    )


def seconds_to_parse(name: str, files: list[Path]) -> float:
    """Return how many seconds a process of its own takes to read these files."""
    row = _run("benchmarks.import_parsing", "--read", name, *map(str, files))
    return float(row.split()[3])


def main() -> None:
    """Measure all formats, or those named, with this number of films."""
    if sys.argv[1] == "--read":
        sys.stdout.write(measure(sys.argv[2], [Path(name) for name in sys.argv[3:]]) + "\n")
        return
    count = int(sys.argv[1])
    print("format         films  rejected  seconds   films/s    MB peak   of which reading")
    for name in sys.argv[2:] or WRITERS:
        with tempfile.TemporaryDirectory() as folder:
            # Written elsewhere, too: a new process inherits the peak of the one it comes from.
            written = _run("benchmarks.import_data", name, str(count), folder)
            print(
                _run("benchmarks.import_parsing", "--read", name, *written.split("\n")), flush=True
            )


def _run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
