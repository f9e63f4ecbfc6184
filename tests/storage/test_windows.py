"""Moving windows in memory: of one process, and of several that tell each other."""

import time

import pytest

from kinoteka.config import Settings
from kinoteka.storage.bus import NoBus
from kinoteka.storage.keys import Keyring
from kinoteka.storage.redis_windows import RedisWindows
from kinoteka.storage.socket_bus import Hub, socket_bus
from kinoteka.storage.windows import MemoryWindows, ToldWindows, open_windows
from waiting import until

MINUTE = 60


class Clock:
    now = 1_000_000.0


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: Clock.now)
    monkeypatch.setattr(Clock, "now", Clock.now)
    return Clock


@pytest.fixture
def windows():
    return MemoryWindows()


async def hit(windows, key="a", amount=1):
    """One more of the three per minute."""
    return await windows.acquire_entry(key, 3, MINUTE, amount)


async def test_a_window_moves(clock, windows):
    assert [await hit(windows) for _ in range(4)] == [True, True, True, False]
    clock.now += 59
    assert not await hit(windows)
    clock.now += 1
    assert await hit(windows)


async def test_what_is_refused_does_not_count(clock, windows):
    for _ in range(10):
        await hit(windows)
    clock.now += 60
    assert await hit(windows, amount=3)


async def test_keys_and_lengths_are_counted_apart(clock, windows):
    assert await hit(windows, "a", amount=3)
    assert await hit(windows, "b", amount=3)
    assert await windows.acquire_entry("a", 3, 2 * MINUTE, 3)


async def test_tells_how_many_there_are_and_since_when(clock, windows):
    assert await windows.get_moving_window("a", 3, MINUTE) == (clock.now, 0)
    await hit(windows)
    began = clock.now
    clock.now += 10
    await hit(windows)
    assert await windows.get_moving_window("a", 3, MINUTE) == (began, 2)
    clock.now += 50
    assert await windows.get_moving_window("a", 3, MINUTE) == (began + 10, 1)


async def test_keys_whose_window_has_passed_are_forgotten(clock, windows):
    for number in range(1000):
        await hit(windows, str(number))
        clock.now += 1
    assert len(windows) == 60


async def test_what_happened_elsewhere_counts_in_its_own_moment(clock, windows):
    await hit(windows)
    windows.add("a", MINUTE, 2, clock.now - 30)
    assert not await hit(windows)
    clock.now += 30
    assert await hit(windows, amount=2)
    await windows.close()


async def test_processes_tell_each_other_what_they_count(tmp_path):
    hub = Hub(tmp_path / "hub.sock")
    await hub.start()
    buses = [socket_bus(tmp_path / "hub.sock") for _ in range(2)]
    here, there = map(ToldWindows, buses)
    for bus in buses:
        await bus.start()
    for windows in (here, there):
        await windows.subscribe()
    for windows in (here, there, here):
        assert await hit(windows)
    for windows in (here, there):
        await until(lambda each=windows: each.count("a", MINUTE) == 3)
        assert not await hit(windows)
    for bus in buses:
        await bus.close()
    await hub.close()


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (Settings(), MemoryWindows),
        (Settings(workers=2), ToldWindows),
        (Settings(workers=2, redis_url="redis://localhost"), RedisWindows),
    ],
)
async def test_settings_choose_where_it_is_counted(settings, kind):
    windows = await open_windows(settings, Keyring(b"secret"), NoBus())
    assert type(windows) is kind
    await windows.close()
