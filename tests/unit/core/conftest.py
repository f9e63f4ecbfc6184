"""What the tests of the core share: a clock that can be put forward."""

import time

import pytest


class Clock:
    """The milliseconds that the core reads."""

    def __init__(self) -> None:
        self.ahead = 0

    def forward(self, *, seconds: float = 0, days: float = 0) -> None:
        """Put the clock forward."""
        self.ahead += int((seconds + days * 24 * 60 * 60) * 1_000_000_000)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time as the core reads it, which this test may put forward."""
    clock, real = Clock(), time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + clock.ahead)
    return clock
