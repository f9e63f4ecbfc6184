"""Rate limits: events, failed attempts, locks, several processes, networks."""

import asyncio
import time

import pytest

from kinoteka.core.rate_limits import MAX_WAITING, Limit, Throttle, networks
from kinoteka.errors import Code
from kinoteka.realtime.rate_windows import MemoryWindows
from tests.support.errors import raises_error

RATE = "3 per minute"


@pytest.fixture
def throttle():
    return Throttle(MemoryWindows())


def limits(*names):
    return [Limit("sign_in", RATE, name) for name in names]


async def fail(throttle, *names, lock=None):
    async with throttle.attempt(*limits(*names), lock=lock) as attempt:
        attempt.fail()


async def succeed(throttle, *names, lock=None):
    async with throttle.attempt(*limits(*names), lock=lock):
        pass


class TestEvents:
    async def test_event_over_the_limit_is_rejected(self, throttle):
        for _ in range(3):
            await throttle.hit("search", RATE, "192.0.2.1")
        with raises_error(Code.THROTTLED, retry_after=60):
            await throttle.hit("search", RATE, "192.0.2.1")

    async def test_each_address_and_each_kind_is_counted_separately(self, throttle):
        for kind, address in [("search", "a"), ("search", "b"), ("upload", "a")] * 3:
            await throttle.hit(kind, RATE, address)
        with raises_error(Code.THROTTLED):
            await throttle.hit("upload", RATE, "a")

    async def test_ipv6_site_has_a_multiple_of_the_limit(self):
        throttle = Throttle(MemoryWindows(), site_factor=2)
        for number in range(6):
            await throttle.hit("search", RATE, f"2001:db8:1:{number}::1")
        with raises_error(Code.THROTTLED):
            await throttle.hit("search", RATE, "2001:db8:1:99::1")
        await throttle.hit("search", RATE, "2001:db8:2::1")

    async def test_event_rejected_for_its_site_does_not_count_for_its_subnet(self):
        windows = MemoryWindows()
        throttle = Throttle(windows, site_factor=1)
        for _ in range(3):
            await throttle.hit("search", RATE, "2001:db8:1:1::1")
        with raises_error(Code.THROTTLED):
            await throttle.hit("search", RATE, "2001:db8:1:2::1")
        assert windows.count("search", 60, "2001:db8:1:2::/64") == 0

    @pytest.mark.parametrize("days", [-1, 1], ids=["back", "forward"])
    async def test_setting_the_wall_clock_does_not_change_the_count(
        self, throttle, monkeypatch, days
    ):
        for _ in range(3):
            await throttle.hit("search", RATE, "192.0.2.1")
        real, real_ns = time.time, time.time_ns
        step = days * 24 * 60 * 60
        monkeypatch.setattr(time, "time", lambda: real() + step)
        monkeypatch.setattr(time, "time_ns", lambda: real_ns() + step * 10**9)
        with raises_error(Code.THROTTLED, retry_after=60):
            await throttle.hit("search", RATE, "192.0.2.1")


class TestAttempts:
    async def test_failed_attempts_count(self, throttle):
        for _ in range(3):
            await fail(throttle, "a", "b")
        with raises_error(Code.THROTTLED):
            await succeed(throttle, "a", "b")

    async def test_successful_attempts_do_not_count(self, throttle):
        for _ in range(20):
            await succeed(throttle, "a", "b")
        assert len(throttle._windows) == 0

    async def test_attempt_that_raises_another_error_does_not_count(self, throttle):
        for _ in range(20):
            with pytest.raises(ZeroDivisionError):
                async with throttle.attempt(*limits("a")):
                    raise ZeroDivisionError
        await succeed(throttle, "a")

    async def test_attempt_is_rejected_when_any_limit_is_exceeded(self, throttle):
        for number in range(3):
            await fail(throttle, f"account {number}", "network")
        with raises_error(Code.THROTTLED):
            await succeed(throttle, "another", "network")
        await succeed(throttle, "account 0", "another network")

    async def test_rejected_attempt_does_not_count(self, throttle):
        for _ in range(3):
            await fail(throttle, "a")
        for _ in range(5):
            with raises_error(Code.THROTTLED):
                await fail(throttle, "b", "a")
        await succeed(throttle, "b")

    async def test_concurrent_attempts_count_before_they_have_failed(self, throttle):
        all_started = asyncio.Event()
        tried = []

        async def guess():
            async with throttle.attempt(*limits("a", "b")) as attempt:
                tried.append(1)
                await all_started.wait()
                attempt.fail()

        guesses = [asyncio.create_task(guess()) for _ in range(50)]
        await asyncio.sleep(0.01)
        all_started.set()
        outcomes = await asyncio.gather(*guesses, return_exceptions=True)
        assert len(tried) == 3
        assert [getattr(e, "code", None) for e in outcomes].count(Code.THROTTLED) == 47
        with raises_error(Code.THROTTLED):
            await succeed(throttle, "a")

    async def test_successful_attempt_is_released(self, throttle):
        for _ in range(10):
            await asyncio.gather(*(succeed(throttle, "a") for _ in range(3)))


class TestLocks:
    async def test_attempts_with_the_same_lock_run_one_after_the_other(self, throttle):
        outcomes = await asyncio.gather(*(succeed(throttle, "a", lock="a") for _ in range(15)))
        assert len(outcomes) == 15

    async def test_waiting_attempts_are_rejected_after_enough_failures(self, throttle):
        guesses = (fail(throttle, "a", lock="a") for _ in range(15))
        outcomes = await asyncio.gather(*guesses, return_exceptions=True)
        assert [getattr(e, "code", None) for e in outcomes].count(Code.THROTTLED) == 12

    async def test_attempt_is_rejected_when_too_many_wait_for_the_lock(self, throttle):
        async with throttle.attempt(*limits("a"), lock="a"):
            waiting = [
                asyncio.create_task(succeed(throttle, "a", lock="a")) for _ in range(MAX_WAITING)
            ]
            await asyncio.sleep(0)
            with raises_error(Code.THROTTLED, retry_after=1):
                await succeed(throttle, "a", lock="a")
        await asyncio.gather(*waiting)

    async def test_unused_lock_is_removed(self, throttle):
        await succeed(throttle, "a", lock="a")
        waiting = asyncio.create_task(succeed(throttle, "a", lock="a"))
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert len(throttle._locks) == 0


class SharedWindows(MemoryWindows):
    """Windows that several processes share."""

    is_shared = True


class TestSeveralProcesses:
    async def test_attempt_waits_for_an_unfinished_attempt_in_another_process(self):
        windows = SharedWindows()
        here, there = Throttle(windows), Throttle(windows)
        limit = Limit("unknown_device", "1 per minute", "a")
        async with there.attempt(limit, lock="a"):
            waiting = asyncio.create_task(self.succeed(here, limit))
            await asyncio.sleep(0)
            assert not waiting.done()
        await waiting

    async def test_attempt_is_rejected_when_the_other_process_has_failed(self):
        windows = SharedWindows()
        here, there = Throttle(windows), Throttle(windows)
        limit = Limit("unknown_device", "1 per minute", "a")
        async with there.attempt(limit, lock="a") as attempt:
            attempt.fail()
        with raises_error(Code.THROTTLED):
            await self.succeed(here, limit)

    async def test_waiting_attempt_does_not_count_when_it_is_cancelled(self):
        windows = SharedWindows()
        here, there = Throttle(windows), Throttle(windows)
        limit, other = (Limit("unknown_device", "1 per minute", name) for name in "ab")
        async with there.attempt(limit):
            waiting = asyncio.create_task(self.succeed(here, other, limit))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert len(windows) == 0

    async def succeed(self, throttle, *limits):
        async with throttle.attempt(*limits, lock="a"):
            pass


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", ("192.0.2.1",)),
        ("::ffff:192.0.2.1", ("192.0.2.1",)),
        ("2001:db8:1:2:3:4:5:6", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
        ("2001:db8:1:2::9", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
        ("", ("",)),
        ("id:7", ("id:7",)),
    ],
)
def test_address_counts_for_its_networks(address, expected):
    assert networks(address) == expected
