import asyncio

import pytest

from kinoteka.core.throttle import Throttle, network
from kinoteka.errors import Code
from kinoteka.storage.windows import MemoryWindows
from people import refused

LIMIT = "3 per minute"


@pytest.fixture
def throttle():
    return Throttle(MemoryWindows())


async def fail(throttle, *who):
    async with throttle.attempt("sign_in", LIMIT, who) as attempt:
        attempt.fail()


async def succeed(throttle, *who):
    async with throttle.attempt("sign_in", LIMIT, who):
        pass


class TestHits:
    async def test_so_many_and_no_more(self, throttle):
        for _ in range(3):
            await throttle.hit("search", LIMIT, "192.0.2.1")
        with refused(Code.THROTTLED, retry_after=60):
            await throttle.hit("search", LIMIT, "192.0.2.1")

    async def test_others_and_other_kinds_are_counted_apart(self, throttle):
        for kind, who in [("search", "a"), ("search", "b"), ("upload", "a")] * 3:
            await throttle.hit(kind, LIMIT, who)
        with refused(Code.THROTTLED):
            await throttle.hit("upload", LIMIT, "a")


class TestAttempts:
    async def test_failures_count(self, throttle):
        for _ in range(3):
            await fail(throttle, "a", "192.0.2.1")
        with refused(Code.THROTTLED):
            await succeed(throttle, "a", "192.0.2.1")

    async def test_successes_do_not(self, throttle):
        for _ in range(20):
            await succeed(throttle, "a", "192.0.2.1")

    async def test_what_goes_wrong_otherwise_does_not(self, throttle):
        for _ in range(20):
            with pytest.raises(ZeroDivisionError):
                async with throttle.attempt("sign_in", LIMIT, ["a"]):
                    raise ZeroDivisionError
        await succeed(throttle, "a")

    async def test_each_of_who_is_limited(self, throttle):
        for number in range(3):
            await fail(throttle, f"account {number}", "192.0.2.1")
        with refused(Code.THROTTLED):
            await succeed(throttle, "another", "192.0.2.1")
        await succeed(throttle, "account 0", "192.0.2.2")

    async def test_guesses_made_at_once_count_while_they_are_under_way(self, throttle):
        let_go = asyncio.Event()
        tried = []

        async def guess():
            async with throttle.attempt("sign_in", LIMIT, ["a", "192.0.2.1"]) as attempt:
                tried.append(1)
                await let_go.wait()
                attempt.fail()

        guesses = [asyncio.create_task(guess()) for _ in range(50)]
        await asyncio.sleep(0.01)
        let_go.set()
        outcomes = await asyncio.gather(*guesses, return_exceptions=True)
        assert len(tried) == 3
        assert [getattr(e, "code", None) for e in outcomes].count(Code.THROTTLED) == 47
        with refused(Code.THROTTLED):
            await succeed(throttle, "a")

    async def test_those_that_succeed_make_room_again(self, throttle):
        for _ in range(10):
            await asyncio.gather(*(succeed(throttle, "a") for _ in range(3)))


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("", ""),
        ("id:7", "id:7"),
    ],
)
def test_an_ipv6_network_counts_as_one(address, counted_as):
    assert network(address) == counted_as
