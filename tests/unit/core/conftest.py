"""Fixtures of the core's tests: a clock that tests can advance."""

import time

import pytest


class Clock:
    """The wall clock of the core, ahead of the real one by `ahead` nanoseconds."""

    def __init__(self) -> None:
        self.ahead = 0

    def advance(self, *, seconds: float = 0, days: float = 0) -> None:
        """Advance the clock, or set it back by a negative amount."""
        self.ahead += int((seconds + days * 24 * 60 * 60) * 1_000_000_000)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock that the core reads during this test."""
    clock, real = Clock(), time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + clock.ahead)
    return clock
