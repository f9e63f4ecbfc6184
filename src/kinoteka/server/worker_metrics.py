"""Metrics of several workers: each publishes its own in a folder, and any can sum all of them.

A worker that has stopped has no gauges any more, but its counters must not decrease: the next
worker that finds its file adds them to its own.
"""

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from kinoteka.server.process_metrics import METRICS, ResponseCounts, Sample, Snapshot

SUFFIX = ".metrics"
STALE_SECONDS = 30
"""A worker publishes every second. If its values are older, it hangs."""

COUNTERS = {row.name for row in METRICS if row.kind == "counter" and "pid" not in row.labels}
"""The metrics that outlive a worker, besides its responses."""

Encoder = msgspec.msgpack.Encoder()
Decoder = msgspec.msgpack.Decoder(Snapshot)


class WorkerMetrics:
    """The folder that workers share, and the values that this process adds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        self._inherited = Snapshot(0, [], [])
        self._publishing = threading.Lock()

    def publish(self, own: Snapshot) -> None:
        """Publish this process's values and the counters of ended workers that it takes over."""
        with self._publishing:
            dead = [path for path in self._others() if not _is_alive(_pid(path))]
            if dead:
                with self._locked(fcntl.LOCK_EX):
                    self._take_over(dead)
                    self._write(own)
            else:
                self._write(own)

    def total(self, own: Snapshot) -> Snapshot:
        """Return the sum over all workers, with this process's current values.

        Publish them, too, so that no counter is smaller when another worker is asked next.
        """
        with suppress(OSError):  # for example a full disk
            self.publish(own)
        with self._locked(fcntl.LOCK_SH):
            others = [_read(path) for path in self._others()]
            return sum_snapshots([own, self._inherited, *others])

    def _take_over(self, dead: Iterable[Path]) -> None:
        """Add the counters of ended workers to this process's values."""
        for path in dead:
            if path.exists():  # no other worker has taken it over
                self._inherited = sum_snapshots([self._inherited, _counters_of(_decoded(path))])
                path.unlink()

    def _write(self, own: Snapshot) -> None:
        new = self._own.with_suffix(".new")
        published = msgspec.structs.replace(
            sum_snapshots([own, self._inherited]), published_at=time.monotonic()
        )
        new.write_bytes(Encoder.encode(published))
        new.replace(self._own)

    def _others(self) -> list[Path]:
        return [path for path in self._folder.glob(f"*{SUFFIX}") if path != self._own]

    @contextmanager
    def _locked(self, mode: int) -> Iterator[None]:
        """Lock the folder, so that counters are taken over exactly once."""
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, mode)
            yield


def sum_snapshots(snapshots: Iterable[Snapshot]) -> Snapshot:
    """Return the sum of the snapshots, with one sample for each set of labels."""
    responses: dict[tuple[str, str, str, int], ResponseCounts] = {}
    samples: dict[tuple[str, tuple[str, ...]], float] = {}
    for snapshot in snapshots:
        for each in snapshot.responses:
            key = (each.contract, each.route, each.method, each.status)
            known = responses.get(key)
            responses[key] = each if known is None else _sum(known, each)
        for sample in snapshot.samples:
            name = (sample.name, sample.labels)
            samples[name] = samples.get(name, 0) + sample.value
    return Snapshot(
        os.getpid(),
        list(responses.values()),
        [Sample(name, labels, value) for (name, labels), value in samples.items()],
    )


def _sum(one: ResponseCounts, other: ResponseCounts) -> ResponseCounts:
    classes = [a + b for a, b in zip(one.classes, other.classes, strict=True)]
    return msgspec.structs.replace(one, seconds=one.seconds + other.seconds, classes=classes)


def _read(path: Path) -> Snapshot:
    """Return what a worker published; only its counters if it has stopped or hangs."""
    snapshot = _decoded(path)
    # Not by the file's time: when the clock is set, all workers would look stale, or none.
    age = time.monotonic() - snapshot.published_at
    if _is_alive(snapshot.pid) and age < STALE_SECONDS:
        return snapshot
    return _counters_of(snapshot)


def _decoded(path: Path) -> Snapshot:
    try:
        return Decoder.decode(path.read_bytes())
    except msgspec.DecodeError:  # written by another version, before a reload
        return Snapshot(0, [], [])


def _counters_of(snapshot: Snapshot) -> Snapshot:
    counters = [sample for sample in snapshot.samples if sample.name in COUNTERS]
    return Snapshot(snapshot.pid, snapshot.responses, counters)


def _pid(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
