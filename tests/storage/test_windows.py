import time

import pytest
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from kinoteka.storage.windows import MemoryWindows

RATE = parse("3 per minute")


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


@pytest.fixture
def limiter(windows):
    return MovingWindowRateLimiter(windows)


def test_a_window_moves(clock, limiter):
    assert [limiter.hit(RATE, "a") for _ in range(4)] == [True, True, True, False]
    clock.now += 59
    assert not limiter.hit(RATE, "a")
    clock.now += 1
    assert limiter.hit(RATE, "a")


def test_what_is_refused_does_not_count(clock, limiter):
    for _ in range(10):
        limiter.hit(RATE, "a")
    clock.now += 60
    assert limiter.hit(RATE, "a", cost=3)


def test_keys_and_kinds_are_counted_apart(clock, limiter):
    assert limiter.hit(RATE, "kind", "a", cost=3)
    assert limiter.hit(RATE, "kind", "b", cost=3)
    assert limiter.hit(RATE, "other", "a", cost=3)


def test_tells_what_is_left_and_when_it_ends(clock, limiter):
    assert limiter.get_window_stats(RATE, "a") == (clock.now + 60, 3)
    limiter.hit(RATE, "a")
    began = clock.now
    clock.now += 10
    limiter.hit(RATE, "a")
    assert limiter.get_window_stats(RATE, "a") == (began + 60, 1)
    assert limiter.test(RATE, "a", cost=1)
    assert not limiter.test(RATE, "a", cost=2)


def test_keys_whose_window_has_passed_are_forgotten(clock, limiter, windows):
    for number in range(1000):
        limiter.hit(RATE, str(number))
        clock.now += 1
    assert len(windows) == 60


def test_can_be_cleared(limiter, windows):
    limiter.hit(RATE, "a", cost=3)
    limiter.hit(RATE, "b", cost=3)
    limiter.clear(RATE, "a")
    assert limiter.hit(RATE, "a")
    assert not limiter.hit(RATE, "b")
    assert windows.reset() == 2
    assert limiter.hit(RATE, "b")
    assert windows.check()
