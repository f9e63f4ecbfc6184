"""The sum of the metrics of several processes."""

import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from kinoteka.server.process_metrics import ResponseCounts, Sample, Snapshot
from kinoteka.server.worker_metrics import STALE_SECONDS, WorkerMetrics, sum_snapshots
from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT
from tests.support.servers import clean_environment

HITS = "kinoteka_answer_cache_hits_total"
IN_FLIGHT = "kinoteka_http_requests_in_flight"
CPU = "process_cpu_seconds_total"

PUBLISH = """
import sys
from pathlib import Path
import msgspec
from kinoteka.server.process_metrics import Snapshot
from kinoteka.server.worker_metrics import WorkerMetrics
own = msgspec.json.decode(sys.stdin.readline(), type=Snapshot)
WorkerMetrics(Path(sys.argv[1])).publish(own)
print("published", flush=True)
sys.stdin.readline()
"""


def snapshot(count: int) -> Snapshot:
    """Return `count` responses, half a second each, and samples of this value."""
    return Snapshot(
        1,
        [ResponseCounts("cinema", "/movies/", "GET", 200, count / 2, [0, count])],
        [Sample(HITS, ("a", "b"), count), Sample(IN_FLIGHT, (), count), Sample(CPU, ("7",), 1)],
    )


def values(found: Snapshot) -> dict[str, float]:
    return {sample.name: sample.value for sample in found.samples}


class OtherWorker:
    """Another process, which has published its metrics and runs until it is killed."""

    def __init__(self, folder: Path, count: int) -> None:
        reading, writing = os.pipe()
        script, given = PUBLISH, clean_environment({})
        self.process = ForkedCommand([str(folder)], given, stdin=reading, script=script)
        os.close(reading)
        self._stdin = os.fdopen(writing, "wb")
        own = msgspec.structs.replace(snapshot(count), pid=self.process.pid)
        self._stdin.write(msgspec.json.encode(own) + b"\n")
        self._stdin.flush()
        assert self.process.stdout.readline() == "published\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()
        self._stdin.close()


@pytest.fixture
def other_worker(tmp_path: Path):
    other_worker = OtherWorker(tmp_path, 10)
    yield other_worker
    other_worker.kill()


def test_responses_and_samples_with_the_same_labels_are_summed():
    found = sum_snapshots([snapshot(1), snapshot(2)])
    assert found.responses == [ResponseCounts("cinema", "/movies/", "GET", 200, 1.5, [0, 3])]
    assert values(found) == {HITS: 3, IN_FLIGHT: 3, CPU: 2}


def test_single_worker_gets_its_current_values(tmp_path):
    workers = WorkerMetrics(tmp_path)
    workers.publish(snapshot(1))
    assert values(workers.total(snapshot(2)))[HITS] == 2


def test_running_worker_counts_with_all_its_values(tmp_path, other_worker):
    found = WorkerMetrics(tmp_path).total(snapshot(1))
    assert values(found) == {HITS: 11, IN_FLIGHT: 11, CPU: 2}


@pytest.mark.parametrize("days", [-1, 1], ids=["back", "forward"])
def test_running_worker_counts_when_the_wall_clock_is_set(
    tmp_path, other_worker, monkeypatch, days
):
    (path,) = tmp_path.glob("*.metrics")
    real, step = time.time(), days * 24 * 60 * 60
    os.utime(path, (real - step, real - step))
    monkeypatch.setattr(time, "time", lambda: real + step)
    assert values(WorkerMetrics(tmp_path).total(snapshot(1)))[IN_FLIGHT] == 11


def test_gauges_of_a_hanging_worker_do_not_count(tmp_path, other_worker, monkeypatch):
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + STALE_SECONDS)
    found = values(WorkerMetrics(tmp_path).total(snapshot(1)))
    assert (found[HITS], found[IN_FLIGHT]) == (11, 1)


def test_counters_of_a_killed_worker_are_kept_once(tmp_path, other_worker):
    workers, other = WorkerMetrics(tmp_path), WorkerMetrics(tmp_path)
    other_worker.kill()
    for _ in range(2):
        workers.publish(snapshot(1))
        found = workers.total(snapshot(1))
        assert values(found) == {HITS: 11, IN_FLIGHT: 1, CPU: 1}
        assert sum(found.responses[0].classes) == 11
    assert values(other.total(snapshot(1)))[HITS] == 12
    assert len(list(tmp_path.glob("*.metrics"))) == 2  # the killed worker's file is gone


def test_counters_of_a_killed_worker_survive_a_second_killed_worker(tmp_path, other_worker):
    other_worker.kill()
    second = OtherWorker(tmp_path, 5)
    second.kill()
    assert values(WorkerMetrics(tmp_path).total(snapshot(1)))[HITS] == 16


def test_total_is_available_when_the_disk_is_full(tmp_path, other_worker):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        found = WorkerMetrics(tmp_path).total(snapshot(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert values(found)[HITS] == 11


def test_threads_can_publish_and_read_at_the_same_time(tmp_path):
    workers = WorkerMetrics(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        published = [threads.submit(workers.publish, snapshot(1)) for _ in range(200)]
        for _ in range(50):
            assert values(workers.total(snapshot(1)))[HITS] == 1
        for each in published:
            each.result()


def test_file_of_another_version_is_ignored(tmp_path, other_worker):
    (path,) = tmp_path.glob("*.metrics")
    path.write_bytes(b"of another version")
    assert values(WorkerMetrics(tmp_path).total(snapshot(1)))[HITS] == 1
