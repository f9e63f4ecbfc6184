"""Readings of several workers: each leaves its own in a folder, whoever is asked adds them up.

A worker that is gone has no gauges any more, but what it has counted goes on counting: the next
worker that finds its file adopts it.
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

from kinoteka.server.metric_readings import METRICS, Answers, Reading, Snapshot

ENDING = ".readings"
STALE_SECONDS = 30
"""A worker leaves its readings every second; so old, they are of one that hangs."""

LASTING = {row.name for row in METRICS if row.kind == "counter" and "pid" not in row.labels}
"""What outlives a worker, besides its answers."""

Encoder = msgspec.msgpack.Encoder()
Decoder = msgspec.msgpack.Decoder(Snapshot)


class SharedReadings:
    """The folder, and what this process adds to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / f"{os.getpid()}-{secrets.token_hex(4)}{ENDING}"
        self._inherited = Snapshot(0, [], [])
        self._leaving = threading.Lock()

    def leave(self, own: Snapshot) -> None:
        """Let the others see this process's readings, and those of the dead that it adopts."""
        with self._leaving:
            dead = [path for path in self._others() if not _is_alive(_pid(path))]
            if dead:
                with self._locked(fcntl.LOCK_EX):
                    self._adopt(dead)
                    self._write(own)
            else:
                self._write(own)

    def all(self, own: Snapshot) -> Snapshot:
        """Everybody's, added up; this process's as they are now.

        They are left for the others, too: what was told once is not less the next time.
        """
        with suppress(OSError):  # a full disk, say
            self.leave(own)
        with self._locked(fcntl.LOCK_SH):
            others = [_read(path) for path in self._others()]
            return added_up([own, self._inherited, *others])

    def _adopt(self, dead: Iterable[Path]) -> None:
        """Take over what dead workers have counted."""
        for path in dead:
            if path.exists():  # nobody else has adopted it
                self._inherited = added_up([self._inherited, _lasting(_decoded(path))])
                path.unlink()

    def _write(self, own: Snapshot) -> None:
        new = self._own.with_suffix(".new")
        left = msgspec.structs.replace(added_up([own, self._inherited]), left_at=time.monotonic())
        new.write_bytes(Encoder.encode(left))
        new.replace(self._own)

    def _others(self) -> list[Path]:
        return [path for path in self._folder.glob(f"*{ENDING}") if path != self._own]

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Nothing is counted twice, or not at all, while it is handed over."""
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, how)
            yield


def added_up(snapshots: Iterable[Snapshot]) -> Snapshot:
    """The sum of several; of the same labels there is one reading."""
    responses: dict[tuple[str, str, str, int], Answers] = {}
    readings: dict[tuple[str, tuple[str, ...]], float] = {}
    for snapshot in snapshots:
        for each in snapshot.responses:
            key = (each.contract, each.route, each.method, each.status)
            known = responses.get(key)
            responses[key] = each if known is None else _sum(known, each)
        for reading in snapshot.readings:
            name = (reading.name, reading.labels)
            readings[name] = readings.get(name, 0) + reading.value
    return Snapshot(
        os.getpid(),
        list(responses.values()),
        [Reading(name, labels, value) for (name, labels), value in readings.items()],
    )


def _sum(one: Answers, other: Answers) -> Answers:
    classes = [a + b for a, b in zip(one.classes, other.classes, strict=True)]
    return msgspec.structs.replace(one, seconds=one.seconds + other.seconds, classes=classes)


def _read(path: Path) -> Snapshot:
    """What a worker has left; of one that is gone, or hangs, only what it has counted."""
    snapshot = _decoded(path)
    # Not by the file's time: a clock that is set would make all workers stale, or none for long.
    age = time.monotonic() - snapshot.left_at
    if _is_alive(snapshot.pid) and age < STALE_SECONDS:
        return snapshot
    return _lasting(snapshot)


def _decoded(path: Path) -> Snapshot:
    try:
        return Decoder.decode(path.read_bytes())
    except msgspec.DecodeError:  # of another version, before a reload
        return Snapshot(0, [], [])


def _lasting(snapshot: Snapshot) -> Snapshot:
    kept = [reading for reading in snapshot.readings if reading.name in LASTING]
    return Snapshot(snapshot.pid, snapshot.responses, kept)


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
