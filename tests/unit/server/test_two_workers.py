"""Two workers over one database, which tell each other through Redis or through the hub."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import msgspec
import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.chats.model import ChatEvent, Message, MessageEvent, ReadReceipt
from kinoteka.core.rate_limits import Limit, Throttle
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings
from kinoteka.realtime.bus import hub_path
from kinoteka.realtime.fanout import Ending, Listener
from kinoteka.realtime.local_hub import Hub
from kinoteka.server.app import running_services
from tests.support.accounts import (
    actor_by_token,
    is_session_valid,
    perform,
    sign_in,
    sign_up,
    signed_in_actor,
    superuser_actor,
)
from tests.support.errors import raises_error
from tests.support.polling import TIMEOUT, wait_until
from tests.support.redis_servers import redis_server


class Workers:
    """Two workers and what lies between them."""

    def __init__(
        self,
        here: Services,
        there: Services,
        stop: Callable[[], Awaitable[None]],
        start: Callable[[], Awaitable[None]],
    ) -> None:
        self.here, self.there = here, there
        self._stop, self._start = stop, start

    async def part(self) -> None:
        """Take away what lies between them."""
        await self._stop()
        await wait_until(lambda: not (self.here.bus.is_connected or self.there.bus.is_connected))

    async def join(self) -> None:
        """Bring it back."""
        await self._start()
        await wait_until(lambda: self.here.bus.is_connected and self.there.bus.is_connected)


@pytest.fixture
def only_the_bus_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody look into the database for changes, however late the bus is on a busy machine."""
    monkeypatch.setattr("kinoteka.server.jobs.REVISION_SECONDS", 3600)


@pytest.fixture(params=["redis", "hub"])
async def workers(
    request: pytest.FixtureRequest, settings: Settings, patient_windows: None
) -> AsyncIterator[Workers]:
    async with AsyncExitStack() as stack:
        if request.param == "redis":
            server = stack.enter_context(redis_server())
            chosen = msgspec.structs.replace(settings, redis_url=server.url)

            async def stop() -> None:
                server.stop()

            async def start() -> None:
                server.start()
        else:
            hub = Hub(hub_path(settings))
            chosen = msgspec.structs.replace(settings, workers=2)
            stop, start = hub.close, hub.start
            await hub.start()
            stack.push_async_callback(hub.close)
        here = await stack.enter_async_context(running_services(chosen))
        there = await stack.enter_async_context(running_services(chosen))
        yield Workers(here, there, stop, start)


async def next_message(listener: Listener[ChatEvent]) -> Message:
    event = await listener.next()
    assert isinstance(event, MessageEvent)
    return event.message


async def listen(services: Services, actor: Actor) -> Listener[ChatEvent]:
    async with unit_of_work(services.database) as unit:
        return await services.chats.listen_to_all(actor, unit)


async def post(services: Services, actor: Actor, chat: int, text: str) -> int:
    return (await perform(services, services.chats.post, actor, chat, text, None)).id


async def catch_up(services: Services, actor: Actor, chat: int, after: int) -> list[int]:
    async with unit_of_work(services.database) as unit:
        found = await services.chats.list_messages(actor, unit, chat, 100, after=after)
    return sorted(message.id for message in found)


async def is_nobody_s(services: Services, token: str) -> bool:
    return await actor_by_token(services, token) is None


class Pair:
    """Anna, who writes there, and Boris, who listens here; and their chat."""

    def __init__(self, anna: Actor, boris: Actor, chat: int) -> None:
        self.anna, self.boris, self.chat = anna, boris, chat


@pytest.fixture
async def pair(workers: Workers) -> Pair:
    anna, boris = [(await sign_up(workers.there)).actor for _ in range(2)]
    chat = await perform(workers.there, workers.there.chats.open, anna, boris.require_account())
    return Pair(anna, boris, chat)


class TestRevocation:
    @pytest.mark.usefixtures("only_the_bus_tells")
    async def test_session_that_ends_on_one_worker_is_rejected_by_the_other(self, workers):
        began = await sign_up(workers.there)
        assert await is_session_valid(workers.here, began)
        await perform(workers.there, workers.there.sessions.sign_out, began.actor)
        await wait_until(lambda: is_nobody_s(workers.here, began.token))

    @pytest.mark.usefixtures("only_the_bus_tells")
    async def test_other_sessions_stay_cached(self, workers):
        kept, ended = await sign_up(workers.there), await sign_up(workers.there)
        assert await is_session_valid(workers.here, kept)
        assert await is_session_valid(workers.here, ended)
        cache = workers.here.actors._cache
        await perform(workers.there, workers.there.sessions.sign_out, ended.actor)
        await wait_until(lambda: cache.get(ended.session.id) is None)
        assert cache.get(kept.session.id) is not None

    async def test_listeners_of_an_ended_session_are_closed(self, workers):
        began, other = await sign_up(workers.there), await sign_up(workers.there)
        listener = await listen(workers.here, began.actor)
        others = await listen(workers.here, other.actor)
        await perform(workers.there, workers.there.sessions.sign_out, began.actor)
        async with asyncio.timeout(TIMEOUT):
            assert await listener.ended is Ending.SESSION_OVER
        assert not others.ended.done()

    async def test_revocation_is_found_in_the_database_when_the_bus_is_down(self, workers):
        began = await sign_up(workers.there)
        listener = await listen(workers.here, began.actor)
        await workers.part()
        assert await is_session_valid(workers.here, began)
        await perform(workers.there, workers.there.sessions.sign_out, began.actor)
        await wait_until(lambda: is_nobody_s(workers.here, began.token))
        async with asyncio.timeout(TIMEOUT):
            assert await listener.ended is Ending.SESSION_OVER

    async def test_permissions_change_on_both_workers(self, workers):
        admin, began = await superuser_actor(workers.there), await sign_up(workers.there)
        access = workers.there.access
        role = await perform(
            workers.there, access.create_role, admin, "guest", ["films.view:early"]
        )
        assert (await signed_in_actor(workers.here, began.token)).roles == ("user",)
        async with unit_of_work(workers.there.database) as unit:
            await access.assign_role(admin, unit, began.account.id, role.id)

        async def is_guest() -> bool:
            return "guest" in (await signed_in_actor(workers.here, began.token)).roles

        await wait_until(is_guest)


class TestLive:
    async def test_message_reaches_listeners_on_every_worker(self, workers, pair):
        here = await listen(workers.here, pair.boris)
        there = await listen(workers.there, pair.boris)
        sent = [await post(workers.there, pair.anna, pair.chat, "hello") for _ in range(3)]
        sent += [await post(workers.here, pair.boris, pair.chat, "you?") for _ in range(3)]
        for listener in (here, there):
            async with asyncio.timeout(TIMEOUT):
                assert [(await next_message(listener)).id for _ in range(6)] == sent

    async def test_concurrent_messages_arrive_everywhere_in_the_same_order(self, workers, pair):
        here = await listen(workers.here, pair.boris)
        there = await listen(workers.there, pair.boris)
        await asyncio.gather(
            *(post(workers.there, pair.anna, pair.chat, "a") for _ in range(20)),
            *(post(workers.here, pair.boris, pair.chat, "b") for _ in range(20)),
        )
        async with asyncio.timeout(TIMEOUT):
            received = [
                [(await next_message(each)).id for _ in range(40)] for each in (here, there)
            ]
        assert received[0] == received[1] == sorted(received[0])

    async def test_no_message_is_missed_when_the_bus_was_down(self, workers, pair):
        listener = await listen(workers.here, pair.boris)
        known = await post(workers.there, pair.anna, pair.chat, "heard")
        async with asyncio.timeout(TIMEOUT):
            assert (await next_message(listener)).id == known
        await workers.part()
        missed = await post(workers.there, pair.anna, pair.chat, "missed")
        assert not listener.ended.done()
        await workers.join()
        async with asyncio.timeout(TIMEOUT):
            assert await listener.ended is Ending.MISSED
        listener = await listen(workers.here, pair.boris)
        assert await catch_up(workers.here, pair.boris, pair.chat, known) == [missed]

    async def test_listener_receives_nothing_after_a_missed_message(self, workers, pair):
        listener = await listen(workers.here, pair.boris)
        await workers.part()
        missed = await post(workers.there, pair.anna, pair.chat, "missed")
        after = await post(workers.here, pair.boris, pair.chat, "from here")
        async with asyncio.timeout(TIMEOUT):
            assert await listener.ended is Ending.MISSED
        assert listener._events.empty()
        listener = await listen(workers.here, pair.boris)
        assert await catch_up(workers.here, pair.boris, pair.chat, 0) == [missed, after]

    async def test_messages_of_the_same_worker_arrive_when_the_bus_is_down(self, workers, pair):
        await workers.part()
        listener = await listen(workers.here, pair.boris)
        sent = [await post(workers.here, pair.anna, pair.chat, "hello") for _ in range(3)]
        async with asyncio.timeout(TIMEOUT):
            assert [(await next_message(listener)).id for _ in range(3)] == sent

    async def test_messages_arrive_again_after_the_bus_has_recovered(self, workers, pair):
        await workers.part()
        await workers.join()
        listener = await listen(workers.here, pair.boris)
        sent = await post(workers.there, pair.anna, pair.chat, "hello")
        async with asyncio.timeout(TIMEOUT):
            assert (await next_message(listener)).id == sent


class TestReading:
    async def test_both_accounts_receive_read_receipts_on_every_worker(self, workers, pair):
        following = [
            await perform(worker, worker.chats.listen_with_receipts, actor)
            for worker in (workers.here, workers.there)
            for actor in (pair.anna, pair.boris)
        ]
        sent = await post(workers.there, pair.anna, pair.chat, "hello")
        await perform(workers.here, workers.here.chats.mark_read, pair.boris, pair.chat, sent)
        read = ReadReceipt(pair.chat, pair.boris.require_account(), sent)
        for listener in following:
            async with asyncio.timeout(TIMEOUT):
                received = [await listener.next() for _ in range(2)]
            assert read in received
            assert {type(each) for each in received} == {MessageEvent, ReadReceipt}

    async def test_no_read_receipt_is_missed_after_a_gap(self, workers, pair):
        sent = await post(workers.there, pair.anna, pair.chat, "hello")
        listener: Listener[ChatEvent] = await perform(
            workers.there, workers.there.chats.listen_with_receipts, pair.anna
        )
        await workers.part()
        await perform(workers.here, workers.here.chats.mark_read, pair.boris, pair.chat, sent)
        await workers.join()
        async with asyncio.timeout(TIMEOUT):
            assert await listener.ended is Ending.MISSED
        read_chat = await perform(workers.there, workers.there.chats.get, pair.anna, pair.chat)
        assert read_chat.other_read_id == sent


async def is_refused(throttle: Throttle, kind: str, who: str, rate: str = "4 per hour") -> bool:
    """Whether a limit is reached; the attempt itself is taken back."""
    try:
        async with throttle.attempt(Limit(kind, rate, who)):
            return False
    except DomainError:
        return True


class TestLimits:
    async def test_limits_are_counted_over_all_workers(self, workers):
        both = (workers.here.throttle, workers.there.throttle)
        for number in range(4):
            await both[number % 2].hit("search", "4 per hour", "192.0.2.1")

        for throttle in both:
            await wait_until(is_refused, throttle, "search", "192.0.2.1")

    async def test_failed_attempts_are_counted_over_all_workers_and_successful_ones_are_not(
        self, workers
    ):
        limits = [Limit("unknown_device", "1 per hour", name) for name in ("anna", "boris")]
        async with workers.here.throttle.attempt(limits[0]) as attempt:
            attempt.fail()
        async with workers.here.throttle.attempt(limits[1]):
            pass
        there = workers.there.throttle
        await wait_until(lambda: is_refused(there, "unknown_device", "anna", "1 per hour"))
        async with there.attempt(limits[1]):
            pass

    async def test_limits_hold_per_worker_when_the_bus_is_down(self, workers):
        await workers.part()
        for throttle in (workers.here.throttle, workers.there.throttle):
            for _ in range(2):
                await throttle.hit("search", "2 per hour", "192.0.2.1")
            with raises_error(Code.THROTTLED):
                await throttle.hit("search", "2 per hour", "192.0.2.1")

    async def test_sign_in_works_when_the_bus_is_down(self, workers):
        began = await sign_up(workers.here)
        await workers.part()
        started = await sign_in(workers.here, began.account.username or "")
        assert await is_session_valid(workers.there, started)
