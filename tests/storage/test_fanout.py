"""Fan-out: every listener of a channel, in order; none waits for another."""

import asyncio
from typing import Any

import pytest

from kinoteka.storage.fanout import WAITING_MOST, Ending, FanOut, Listener, LocalFanOut


async def listen(fan_out: FanOut[Any], channel: str) -> Listener[Any]:
    listener: Listener[Any] = Listener(channel)
    await fan_out.listen(listener)
    return listener


@pytest.fixture
def fan_out() -> LocalFanOut[int]:
    return LocalFanOut()


async def test_every_listener_of_the_channel_hears_in_order(fan_out: LocalFanOut[int]) -> None:
    listeners = [await listen(fan_out, "chat:1") for _ in range(3)]
    for number in range(5):
        fan_out.publish(["chat:1"], number)
    for listener in listeners:
        assert [await listener.next() for _ in range(5)] == [0, 1, 2, 3, 4]


async def test_other_channels_hear_nothing(fan_out: LocalFanOut[int]) -> None:
    one, two = await listen(fan_out, "chat:1"), await listen(fan_out, "chat:2")
    fan_out.publish(["chat:2", "chat:3"], 7)
    assert await two.next() == 7
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(one.next(), 0.01)


async def test_the_event_is_the_same_object_for_all(fan_out: LocalFanOut[object]) -> None:
    listeners = [await listen(fan_out, "chat:1"), await listen(fan_out, "account:1")]
    event = object()
    fan_out.publish(["chat:1", "account:1"], event)
    for listener in listeners:
        assert await listener.next() is event


async def test_what_was_before_is_not_heard(fan_out: LocalFanOut[int]) -> None:
    fan_out.publish(["chat:1"], 1)
    listener = await listen(fan_out, "chat:1")
    fan_out.publish(["chat:1"], 2)
    assert await listener.next() == 2


async def test_a_slow_listener_is_cut_off_and_the_rest_go_on(fan_out: LocalFanOut[int]) -> None:
    slow, quick = await listen(fan_out, "chat:1"), await listen(fan_out, "chat:1")
    heard = []
    for number in range(WAITING_MOST + 1):
        fan_out.publish(["chat:1"], number)
        heard.append(await quick.next())
    assert await slow.ended is Ending.SLOW
    assert heard == list(range(WAITING_MOST + 1))
    assert not quick.ended.done()
    assert len(fan_out) == 1


async def test_only_the_first_reason_counts_and_nothing_is_left(fan_out: LocalFanOut[int]) -> None:
    listener = await listen(fan_out, "chat:1")
    ended: list[str] = []
    listener.on_end(lambda: ended.append("once"))
    listener.end(Ending.SESSION_OVER)
    listener.end(Ending.LEFT)
    fan_out.publish(["chat:1"], 1)
    assert await listener.ended is Ending.SESSION_OVER
    assert ended == ["once"]
    assert len(fan_out) == 0
