"""Fan-out delivers events to every listener of a channel in order, without waiting."""

import asyncio
from typing import Any

import pytest

from kinoteka.realtime.fanout import (
    MAX_WAITING,
    Ending,
    FanOut,
    Listener,
    LocalFanOut,
    SharedFanOut,
)


async def listen(fan_out: FanOut[Any], channel: str) -> Listener[Any]:
    listener: Listener[Any] = Listener(channel)
    await fan_out.listen(listener)
    return listener


@pytest.fixture
def fan_out() -> LocalFanOut[int]:
    return LocalFanOut()


async def test_every_listener_receives_events_in_order(
    fan_out: LocalFanOut[int],
) -> None:
    listeners = [await listen(fan_out, "chat:1") for _ in range(3)]
    for number in range(5):
        fan_out.publish(["chat:1"], number)
    for listener in listeners:
        assert [await listener.next() for _ in range(5)] == [0, 1, 2, 3, 4]


async def test_other_channels_receive_nothing(fan_out: LocalFanOut[int]) -> None:
    one, two = await listen(fan_out, "chat:1"), await listen(fan_out, "chat:2")
    fan_out.publish(["chat:2", "chat:3"], 7)
    assert await two.next() == 7
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(one.next(), 0.01)


async def test_all_listeners_receive_the_same_object(fan_out: LocalFanOut[object]) -> None:
    listeners = [await listen(fan_out, "chat:1"), await listen(fan_out, "account:1")]
    event = object()
    fan_out.publish(["chat:1", "account:1"], event)
    for listener in listeners:
        assert await listener.next() is event


async def test_earlier_events_are_not_received(fan_out: LocalFanOut[int]) -> None:
    fan_out.publish(["chat:1"], 1)
    listener = await listen(fan_out, "chat:1")
    fan_out.publish(["chat:1"], 2)
    assert await listener.next() == 2


async def test_slow_listener_is_ended_while_others_continue(fan_out: LocalFanOut[int]) -> None:
    slow, quick = await listen(fan_out, "chat:1"), await listen(fan_out, "chat:1")
    event = []
    for number in range(MAX_WAITING + 1):
        fan_out.publish(["chat:1"], number)
        event.append(await quick.next())
    assert await slow.ended is Ending.SLOW
    assert event == list(range(MAX_WAITING + 1))
    assert not quick.ended.done()
    assert len(fan_out) == 1


async def test_first_end_reason_counts_and_listener_is_removed(
    fan_out: LocalFanOut[int],
) -> None:
    listener = await listen(fan_out, "chat:1")
    ended: list[str] = []
    listener.on_end(lambda: ended.append("once"))
    listener.end(Ending.SESSION_OVER)
    listener.end(Ending.LEFT)
    fan_out.publish(["chat:1"], 1)
    assert await listener.ended is Ending.SESSION_OVER
    assert ended == ["once"]
    assert len(fan_out) == 0


class Wire:
    """A bus between fan-outs in one process that can be disconnected."""

    def __init__(self, others: list["Wire"]) -> None:
        self.topic = "live"
        self.is_connected = True
        self.channels: set[str] = set()
        self.others = others
        others.append(self)

    def publish(self, channel: str, message: bytes) -> None:
        for other in self.others:
            if other is not self and self.is_connected and channel in other.channels:
                other.deliver(channel, message)

    async def subscribe(self, channel: str) -> None:
        self.channels.add(channel)

    async def start(self) -> None:
        """Do nothing: it is connected from the beginning."""

    async def close(self) -> None:
        """Do nothing."""

    def unsubscribe(self, channel: str) -> None:
        self.channels.discard(channel)

    def on_message(self, topic: str, listener: Any) -> None:
        assert topic == self.topic
        self.deliver = listener

    def on_gap(self, listener: Any) -> None:
        self.tell_gap = listener


class TestShared:
    @pytest.fixture
    def wires(self) -> list[Wire]:
        others: list[Wire] = []
        return [Wire(others), Wire(others)]

    @pytest.fixture
    def fan_outs(self, wires: list[Wire]) -> list[SharedFanOut[tuple[int, str]]]:
        return [SharedFanOut(wire, tuple[int, str]) for wire in wires]

    async def test_listeners_of_every_process_receive_events(self, fan_outs) -> None:
        here, there = fan_outs
        listeners = [await listen(each, "chat:1") for each in (here, there)]
        here.publish(["chat:1", "account:1"], (1, "hello"))
        assert [await listener.next() for listener in listeners] == [(1, "hello")] * 2

    async def test_channels_are_subscribed_while_they_have_listeners(self, fan_outs, wires) -> None:
        listeners = [await listen(fan_outs[0], "chat:1") for _ in range(2)]
        assert wires[0].channels == {"live:chat:1"}
        listeners[0].end(Ending.LEFT)
        assert wires[0].channels == {"live:chat:1"}
        listeners[1].end(Ending.LEFT)
        assert wires[0].channels == set()
        assert len(fan_outs[0]) == 0

    async def test_each_kind_of_event_has_its_own_topic(self, wires) -> None:
        for wire in wires:
            wire.topic = "read"
        here, there = [SharedFanOut(wire, tuple[int, str], "read") for wire in wires]
        listener = await listen(there, "chat:1")
        assert wires[1].channels == {"read:chat:1"}
        here.publish(["chat:1"], (1, "hello"))
        assert await listener.next() == (1, "hello")
        wires[1].tell_gap("live:chat:1")
        assert not listener.ended.done()
        wires[1].tell_gap("read:chat:1")
        assert await listener.ended is Ending.MISSED

    async def test_after_a_gap_every_listener_ends(self, fan_outs, wires) -> None:
        listeners = [await listen(fan_outs[0], channel) for channel in ("chat:1", "chat:2")]
        wires[0].tell_gap(None)
        assert [await listener.ended for listener in listeners] == [Ending.MISSED] * 2

    async def test_gap_on_one_channel_ends_its_listeners_only(self, fan_outs, wires) -> None:
        one, two = [await listen(fan_outs[0], channel) for channel in ("chat:1", "chat:2")]
        wires[0].tell_gap("revisions")
        wires[0].tell_gap("live:chat:1")
        assert await one.ended is Ending.MISSED
        assert not two.ended.done()
