"""The bus over a connection that may break, through Redis and through the local hub."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from kinoteka.infrastructure import tasks
from kinoteka.realtime import connection_bus as line_bus
from kinoteka.realtime.connection_bus import ConnectionBus
from kinoteka.realtime.local_hub import Hub, hub_bus
from kinoteka.realtime.redis_bus import redis_bus
from tests.support.polling import wait_until
from tests.support.redis_servers import redis_server
from tests.support.suspension_points import close_at_each_point


class Middle:
    """Redis or the hub, which a test can stop and start again."""

    def __init__(
        self,
        new_bus: Callable[[], ConnectionBus],
        stop: Callable[[], Awaitable[None]],
        start: Callable[[], Awaitable[None]],
    ) -> None:
        self.new_bus, self.stop, self.start = new_bus, stop, start


class Process:
    """The bus of one process and the messages that it received."""

    def __init__(self, bus: ConnectionBus) -> None:
        self.bus = bus
        self.event: list[tuple[str, bytes]] = []
        self.gaps: list[str | None] = []
        bus.on_message("chat", lambda channel, message: self.event.append((channel, message)))
        bus.on_gap(self.gaps.append)


@pytest.fixture(params=["redis", "hub"])
async def middle(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Middle]:
    if request.param == "redis":
        with redis_server() as server:

            async def stop() -> None:
                server.stop()

            async def start() -> None:
                server.start()

            yield Middle(lambda: redis_bus(server.url, "name"), stop, start)
        return
    hubs = [Hub(tmp_path / "hub.sock")]
    await hubs[0].start()

    async def start_another() -> None:
        hubs.append(Hub(tmp_path / "hub.sock"))
        await hubs[-1].start()

    yield Middle(lambda: hub_bus(tmp_path / "hub.sock"), lambda: hubs[-1].close(), start_another)
    await hubs[-1].close()


@pytest.fixture
async def new_process(middle: Middle) -> AsyncIterator[Callable[[], Awaitable[Process]]]:
    processes: list[Process] = []

    async def new() -> Process:
        processes.append(Process(middle.new_bus()))
        await processes[-1].bus.start()
        return processes[-1]

    yield new
    for process in processes:
        await process.bus.close()


@pytest.fixture
async def one(new_process) -> Process:
    return await new_process()


@pytest.fixture
async def other(new_process) -> Process:
    return await new_process()


async def away_and_back(middle: Middle, *processes: Process) -> None:
    for process in processes:
        process.gaps.clear()
    await middle.stop()
    await wait_until(lambda: not any(process.bus.is_connected for process in processes))
    await middle.start()
    await wait_until(lambda: all(process.bus.is_connected for process in processes))


class TestMessages:
    async def test_subscribers_receive_messages_in_order(self, one, other):
        await other.bus.subscribe("chat:1")
        for number in range(2000):
            one.bus.publish("chat:1", b"%d" % number)
        await wait_until(lambda: len(other.event) == 2000)
        assert other.event == [("chat:1", b"%d" % number) for number in range(2000)]

    async def test_sender_and_other_channels_receive_nothing(self, one, other):
        await one.bus.subscribe("chat:1")
        await other.bus.subscribe("chat:2")
        one.bus.publish("chat:1", b"mine")
        one.bus.publish("chat:3", b"nobody's")
        one.bus.publish("chat:2", b"yours")
        await wait_until(lambda: other.event)
        assert (one.event, other.event) == ([], [("chat:2", b"yours")])

    async def test_messages_stop_after_unsubscribing(self, one, other):
        await other.bus.subscribe("chat:1")
        await other.bus.subscribe("chat:2")
        other.bus.unsubscribe("chat:1")
        await other.bus.subscribe("chat:3")  # what is asked for is done in order
        for channel in ("chat:1", "chat:2"):
            one.bus.publish(channel, b"")
        await wait_until(lambda: other.event)
        assert other.event == [("chat:2", b"")]

    async def test_messages_resume_after_resubscribing(self, one, other):
        for _ in range(20):
            subscribing = asyncio.create_task(other.bus.subscribe("chat:1"))
            await asyncio.sleep(0)
            other.bus.unsubscribe("chat:1")
            await other.bus.subscribe("chat:1")
            await subscribing
        one.bus.publish("chat:1", b"")
        await wait_until(lambda: other.event)
        assert other.event == [("chat:1", b"")]

    async def test_any_bytes_and_a_megabyte_arrive_unchanged(self, one, other):
        await other.bus.subscribe("chat:1")
        messages = [b"", bytes(range(256)), b"\r\n" * 500_000]
        for message in messages:
            one.bus.publish("chat:1", message)
        await wait_until(lambda: len(other.event) == 3)
        assert [message for _, message in other.event] == messages

    async def test_failing_listener_does_not_stop_the_others(self, one, other):
        other.bus.on_message("chat", lambda channel, message: 1 / len(message))
        await other.bus.subscribe("chat:1")
        one.bus.publish("chat:1", b"")
        one.bus.publish("chat:1", b"next")
        await wait_until(lambda: len(other.event) == 2)

    async def test_waiting_messages_are_sent_before_close(self, one, other):
        await other.bus.subscribe("chat:1")
        for _ in range(100):
            one.bus.publish("chat:1", b"")
        await one.bus.close()
        await wait_until(lambda: len(other.event) == 100)


class TestDisconnected:
    async def test_subscriptions_are_renewed(self, middle, one, other):
        for number in range(1200):
            await other.bus.subscribe(f"chat:{number}")
        await away_and_back(middle, one, other)
        for number in (0, 1199):
            one.bus.publish(f"chat:{number}", b"")
        await wait_until(lambda: len(other.event) == 2)

    async def test_every_process_reports_a_gap(self, middle, one, other):
        await away_and_back(middle, one, other)
        assert (one.gaps[0], other.gaps[0]) == (None, None)

    async def test_operations_return_at_once_without_errors(self, middle, one):
        await middle.stop()
        await wait_until(lambda: not one.bus.is_connected)
        one.bus.publish("chat:1", b"")
        async with asyncio.timeout(line_bus.SUBSCRIBE_WAIT_SECONDS):
            await one.bus.subscribe("chat:1")
            await one.bus.subscribe("chat:2")
            one.bus.unsubscribe("chat:2")
        await middle.start()
        await wait_until(lambda: one.bus.is_connected)

    async def test_channels_subscribed_meanwhile_are_received_after_reconnecting(
        self, middle, one, other
    ):
        await middle.stop()
        await wait_until(lambda: not other.bus.is_connected)
        await other.bus.subscribe("chat:1")
        await middle.start()
        await wait_until(lambda: one.bus.is_connected and other.bus.is_connected)
        one.bus.publish("chat:1", b"")
        await wait_until(lambda: other.event)

    async def test_bus_starts_disconnected_and_connects_later(self, middle, new_process):
        await middle.stop()
        process = await new_process()
        assert not process.bus.is_connected
        await middle.start()
        await wait_until(lambda: process.bus.is_connected)


class TestLostMessages:
    async def test_other_processes_get_a_gap_for_each_channel(self, one, other, monkeypatch):
        monkeypatch.setattr(line_bus, "MAX_WAITING", 2)
        await wait_until(lambda: other.gaps)
        other.gaps.clear()
        await other.bus.subscribe("chat:1")
        for channel in ("chat:1", "chat:1", "chat:2", "chat:3"):
            one.bus.publish(channel, b"")
        await wait_until(lambda: len(other.gaps) == 2)
        assert (other.event, other.gaps) == ([("chat:1", b"")] * 2, ["chat:2", "chat:3"])

    async def test_too_many_channels_become_one_gap_for_all(self, one, other, monkeypatch):
        monkeypatch.setattr(line_bus, "MAX_WAITING", 0)
        monkeypatch.setattr(line_bus, "MAX_LOST_CHANNELS", 3)
        await wait_until(lambda: other.gaps)
        other.gaps.clear()
        for number in range(4):
            one.bus.publish(f"chat:{number}", b"")
        await wait_until(lambda: other.gaps)
        assert other.gaps == [None]

    async def test_messages_published_while_disconnected_become_gaps(self, middle, one, other):
        await middle.stop()
        await wait_until(lambda: not one.bus.is_connected and not other.bus.is_connected)
        one.bus.publish("chat:7", b"")
        await middle.start()
        await wait_until(lambda: "chat:7" in other.gaps or other.gaps.count(None) > 1)


class TestClosing:
    @pytest.mark.parametrize("losing", [0, 1, 2])
    async def test_bus_closes_at_each_await_point(self, middle, monkeypatch, losing):
        monkeypatch.setattr(tasks, "RECANCEL_SECONDS", 0.01)

        def scenario():
            bus = middle.new_bus()

            async def use():
                await bus.start()
                await bus.subscribe("chat:1")
                bus.publish("chat:1", b"")
                await bus.subscribe("chat:2")

            return use(), bus.close

        await close_at_each_point(scenario, losing)

    async def test_bus_closes_when_the_other_end_does_not_respond(self, middle, new_process):
        await middle.stop()
        process = await new_process()
        await process.bus.close()
        assert not process.bus.is_connected
