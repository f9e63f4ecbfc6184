"""Readings of several processes, added up."""

import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from kinoteka.server.metric_readings import Answers, Reading, Snapshot
from kinoteka.server.shared_readings import STALE_SECONDS, SharedReadings, added_up

HITS = "kinoteka_answer_cache_hits_total"
IN_FLIGHT = "kinoteka_http_requests_in_flight"
CPU = "process_cpu_seconds_total"

LEAVE = """
import sys
from pathlib import Path
import msgspec
from kinoteka.server.metric_readings import Snapshot
from kinoteka.server.shared_readings import SharedReadings
own = msgspec.json.decode(sys.stdin.readline(), type=Snapshot)
SharedReadings(Path(sys.argv[1])).leave(own)
print("left", flush=True)
sys.stdin.readline()
"""


def snapshot(count: int) -> Snapshot:
    """So many answers, half a second each, and as much of everything else."""
    return Snapshot(
        1,
        [Answers("cinema", "/movies/", "GET", 200, count / 2, [0, count])],
        [Reading(HITS, ("a", "b"), count), Reading(IN_FLIGHT, (), count), Reading(CPU, ("7",), 1)],
    )


def values(found: Snapshot) -> dict[str, float]:
    return {reading.name: reading.value for reading in found.readings}


class Fellow:
    """Another process, which has left its readings and lives on until it is told otherwise."""

    def __init__(self, folder: Path, count: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", LEAVE, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        own = msgspec.structs.replace(snapshot(count), pid=self.process.pid)
        self.process.stdin.write(msgspec.json.encode(own) + b"\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == b"left\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def fellow(tmp_path: Path):
    fellow = Fellow(tmp_path, 10)
    yield fellow
    fellow.kill()


def test_answers_and_readings_of_the_same_labels_are_added_up():
    found = added_up([snapshot(1), snapshot(2)])
    assert found.responses == [Answers("cinema", "/movies/", "GET", 200, 1.5, [0, 3])]
    assert values(found) == {HITS: 3, IN_FLIGHT: 3, CPU: 2}


def test_a_process_alone_sees_its_own(tmp_path):
    shared = SharedReadings(tmp_path)
    shared.leave(snapshot(1))
    assert values(shared.all(snapshot(2)))[HITS] == 2


def test_a_living_process_counts_in_full(tmp_path, fellow):
    found = SharedReadings(tmp_path).all(snapshot(1))
    assert values(found) == {HITS: 11, IN_FLIGHT: 11, CPU: 2}


@pytest.mark.parametrize("days", [-1, 1], ids=["back", "forward"])
def test_living_process_counts_in_full_when_the_wall_clock_is_set(
    tmp_path, fellow, monkeypatch, days
):
    (path,) = tmp_path.glob("*.readings")
    real, step = time.time(), days * 24 * 60 * 60
    os.utime(path, (real - step, real - step))
    monkeypatch.setattr(time, "time", lambda: real + step)
    assert values(SharedReadings(tmp_path).all(snapshot(1)))[IN_FLIGHT] == 11


def test_gauges_of_a_process_that_hangs_do_not_count(tmp_path, fellow, monkeypatch):
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + STALE_SECONDS)
    found = values(SharedReadings(tmp_path).all(snapshot(1)))
    assert (found[HITS], found[IN_FLIGHT]) == (11, 1)


def test_of_a_dead_one_what_it_counted_goes_on_counting_once(tmp_path, fellow):
    shared, other = SharedReadings(tmp_path), SharedReadings(tmp_path)
    fellow.kill()
    for _ in range(2):
        shared.leave(snapshot(1))
        found = shared.all(snapshot(1))
        assert values(found) == {HITS: 11, IN_FLIGHT: 1, CPU: 1}
        assert sum(found.responses[0].classes) == 11
    assert values(other.all(snapshot(1)))[HITS] == 12
    assert len(list(tmp_path.glob("*.readings"))) == 2  # what the dead one left is gone


def test_what_was_inherited_is_inherited_again(tmp_path, fellow):
    fellow.kill()
    heir = Fellow(tmp_path, 5)
    heir.kill()
    assert values(SharedReadings(tmp_path).all(snapshot(1)))[HITS] == 16


def test_a_full_disk_keeps_nobody_from_reading(tmp_path, fellow):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        found = SharedReadings(tmp_path).all(snapshot(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert values(found)[HITS] == 11


def test_it_may_be_read_and_left_in_several_threads(tmp_path):
    shared = SharedReadings(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        left = [threads.submit(shared.leave, snapshot(1)) for _ in range(200)]
        for _ in range(50):
            assert values(shared.all(snapshot(1)))[HITS] == 1
        for each in left:
            each.result()


def test_what_cannot_be_read_is_passed_over(tmp_path, fellow):
    (path,) = tmp_path.glob("*.readings")
    path.write_bytes(b"of another version")
    assert values(SharedReadings(tmp_path).all(snapshot(1)))[HITS] == 1
