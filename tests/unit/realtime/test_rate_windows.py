"""Sliding windows in memory, in one process and in several that report to each other."""

import time

import msgspec
import pytest

from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings
from kinoteka.realtime.bus import NoBus
from kinoteka.realtime.local_hub import Hub, hub_bus
from kinoteka.realtime.rate_windows import (
    CHANNEL,
    Counter,
    MemoryWindows,
    SharedWindows,
    open_windows,
)
from kinoteka.realtime.redis_rate_windows import RedisWindows
from tests.support.polling import wait_until

MINUTE = 60
A = Counter("search", "a", 3, MINUTE)
DAY = 24 * 60 * MINUTE


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def windows(clock):
    return MemoryWindows(clock=clock)


async def fill(windows, counter=A):
    for _ in range(counter.limit):
        assert await windows.acquire(counter) == 0


class TestMemory:
    async def test_window_moves(self, clock, windows):
        await fill(windows)
        assert await windows.acquire(A) == 60
        clock.now += 59
        assert await windows.acquire(A) == 1
        clock.now += 1
        assert await windows.acquire(A) == 0

    async def test_wait_is_for_the_event_that_leaves_next(self, clock, windows):
        for _ in range(3):
            await windows.acquire(A)
            clock.now += 10
        assert await windows.acquire(A) == 30

    async def test_rejected_events_do_not_count(self, clock, windows):
        await fill(windows)
        for _ in range(10):
            assert await windows.acquire(A)
        clock.now += 60
        await fill(windows)

    async def test_counters_differ_by_key_kind_and_length(self, windows):
        for other in (
            A,
            A._replace(key="b"),
            A._replace(kind="upload"),
            A._replace(seconds=2 * MINUTE),
        ):
            await fill(windows, other)

    async def test_released_event_makes_room(self, windows):
        await fill(windows)
        await windows.release(A)
        assert await windows.acquire(A) == 0
        assert await windows.acquire(A)

    async def test_release_of_an_unknown_counter_does_nothing(self, windows):
        await windows.release(A)
        await fill(windows)

    async def test_unused_counters_are_removed(self, clock, windows):
        for number in range(1000):
            await windows.acquire(A._replace(key=str(number)))
            clock.now += 1
        assert len(windows) == 60

    async def test_number_of_counters_is_bounded_for_each_kind(self, clock):
        windows = MemoryWindows(100, clock)
        await fill(windows)
        await fill(windows, A._replace(kind="upload"))
        for number in range(1000):
            await windows.acquire(A._replace(key=str(number)))
        assert len(windows) == 100 + 1
        assert await windows.acquire(A) == 0
        assert await windows.acquire(A._replace(kind="upload"))

    async def test_time_is_the_monotonic_clock(self, monkeypatch):
        windows = MemoryWindows()
        await fill(windows)
        real = time.time
        for step in (-DAY, DAY):
            monkeypatch.setattr(time, "time", lambda step=step: real() + step)
            assert 59 < await windows.acquire(A) <= 60


class TestSeveralProcesses:
    @pytest.fixture
    async def hub(self, tmp_path):
        hub = Hub(tmp_path / "hub.sock")
        await hub.start()
        yield tmp_path / "hub.sock"
        await hub.close()

    @pytest.fixture
    async def buses(self, hub):
        buses = [hub_bus(hub) for _ in range(2)]
        yield buses
        for bus in buses:
            await bus.close()

    @pytest.fixture
    async def both(self, buses):
        both = [SharedWindows(bus) for bus in buses]
        for bus, windows in zip(buses, both, strict=True):
            await bus.start()
            await windows.subscribe()
        return both

    async def test_processes_report_their_events(self, both):
        here, there = both
        for windows in (here, there, here):
            assert await windows.acquire(A) == 0
        for windows in (here, there):
            await wait_until(lambda each: each.count("search", MINUTE, "a") == 3, windows)
            assert await windows.acquire(A)

    async def test_processes_report_released_events(self, both):
        here, there = both
        await fill(here)
        await wait_until(lambda: there.count("search", MINUTE, "a") == 3)
        await here.release(A)
        await wait_until(lambda: there.count("search", MINUTE, "a") == 2)
        assert await there.acquire(A) == 0

    async def test_event_in_the_future_counts_as_now(self, both, buses):
        """Otherwise the counter would stay full as long as the sender's clock is ahead."""
        here, _ = both
        at = time.monotonic() + DAY
        buses[1].publish(CHANNEL, msgspec.msgpack.encode(("search", MINUTE, "a", at, False)))
        await wait_until(lambda: here.count("search", MINUTE, "a") == 1)
        assert await here.acquire(A._replace(limit=1)) <= MINUTE


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (Settings(), MemoryWindows),
        (Settings(workers=2), SharedWindows),
        (Settings(workers=2, redis_url="redis://localhost"), RedisWindows),
    ],
)
async def test_settings_choose_the_windows(settings, kind):
    windows = await open_windows(settings, Keyring(b"secret"), NoBus())
    assert type(windows) is kind
    await windows.close()
