"""Listeners to chat events."""

import asyncio

import pytest

from kinoteka.core.chats.listeners import OrderedListener
from kinoteka.core.chats.model import EventKind, Message, MessageEvent, ReadReceipt
from kinoteka.errors import Code, DomainError
from kinoteka.realtime.fanout import MAX_WAITING, Ending
from tests.support.polling import TIMEOUT


def event(kind, message_id, after, chat=1):
    return MessageEvent(kind, Message(message_id, chat, 1, "text", 0, None), after)


async def listen_to_all(client, actor):
    return await client.run(lambda unit: client.chats.listen_to_all(actor, unit))


async def test_listener_receives_events_after_their_commit(client, anna, boris, chat):
    listener = await client.run(lambda unit: client.chats.listen(boris, unit, chat))
    listener_to_all = await listen_to_all(client, boris)
    message = await client.post(anna, chat, "frist", "nonce")
    await client.post(anna, chat, "frist", "nonce")
    await client.run(lambda unit: client.chats.edit(anna, unit, message, "first"))
    await client.delete(anna, message)
    for one in (listener, listener_to_all):
        received = [await one.next() for _ in range(3)]
        assert [(event.kind, event.message.text) for event in received] == [
            (EventKind.NEW, "frist"),
            (EventKind.EDITED, "first"),
            (EventKind.DELETED, "first"),
        ]
        one.end(Ending.LEFT)


async def test_listener_receives_no_event_when_transaction_is_rolled_back(
    client, anna, boris, chat
):
    listener = await client.run(lambda unit: client.chats.listen(boris, unit, chat))

    async def fail(unit):
        await client.chats.post(anna, unit, chat, "never", None)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await client.run(fail)
    await client.post(anna, chat, "stored")
    assert (await listener.next()).message.text == "stored"


async def test_listener_receives_concurrent_messages_in_order_of_ids(client, anna, boris, chat):
    listener = await client.run(lambda unit: client.chats.listen(boris, unit, chat))
    await asyncio.gather(*(client.post(actor, chat, "at once") for actor in (anna, boris) * 20))
    received = [(await listener.next()).message.id for _ in range(40)]
    assert received == sorted(received)


async def test_listeners_end_with_their_session(client, anna, boris, chat):
    listeners = [
        await client.run(lambda unit: client.chats.listen(boris, unit, chat)),
        await listen_to_all(client, boris),
    ]
    others = await listen_to_all(client, anna)
    await client.run(lambda unit: client.services.sessions.sign_out(boris, unit))
    assert [await each.ended for each in listeners] == [Ending.SESSION_OVER] * 2
    assert not others.ended.done()
    assert client.chats.listeners.sessions() == [anna.session_id]


async def test_listener_ends_when_account_is_deleted(client, anna, boris, chat):
    listener = await listen_to_all(client, boris)
    await client.leave(boris)
    assert await listener.ended is Ending.SESSION_OVER


async def test_listeners_of_an_account_are_limited(client, anna, monkeypatch):
    monkeypatch.setattr("kinoteka.core.chats.listeners.MAX_LISTENERS", 2)
    first, _ = await listen_to_all(client, anna), await listen_to_all(client, anna)
    with pytest.raises(DomainError) as caught:
        await listen_to_all(client, anna)
    assert caught.value.code is Code.THROTTLED
    first.end(Ending.LEFT)
    assert (await listen_to_all(client, anna)).ended.done() is False


async def test_read_receipts_are_delivered_only_when_requested(client, anna, boris, chat):
    listeners_with_receipts = [
        await client.run(lambda unit, a=actor: client.chats.listen_with_receipts(a, unit))
        for actor in (anna, boris)
    ]
    listener = await listen_to_all(client, boris)
    message = await client.post(anna, chat, "hello")
    for up_to in (2**40, message, message - 1):
        await client.read(boris, chat, up_to)
    after = await client.post(anna, chat, "again")
    for each in listeners_with_receipts:
        received = [await each.next() for _ in range(3)]
        assert received[0].message.id == message
        assert received[1] == ReadReceipt(chat, boris.account_id, message)
        assert received[2].message.id == after
    # Other listeners receive messages only.
    assert [(await listener.next()).message.id for _ in range(2)] == [message, after]


async def test_listener_with_receipts_ends_with_its_session(client, boris):
    listeners_with_receipts = await client.run(
        lambda unit: client.chats.listen_with_receipts(boris, unit)
    )
    await client.run(lambda unit: client.services.sessions.sign_out(boris, unit))
    assert await listeners_with_receipts.ended is Ending.SESSION_OVER


class TestOrderedListener:
    """A listener that receives events of two processes in any order."""

    @pytest.fixture
    async def listener(self, monkeypatch):
        monkeypatch.setattr("kinoteka.core.chats.listeners.LATE_SECONDS", 0.05)
        listener = OrderedListener("chat:1")
        listener.open(10)
        return listener

    @staticmethod
    def new(message_id, after, chat=1):
        return event(EventKind.NEW, message_id, after, chat)

    @staticmethod
    def received(listener):
        found = []
        while not listener._events.empty():
            found.append(listener._events.get_nowait())
        return [(each.kind, each.message.id) for each in found]

    async def test_early_event_is_held_until_preceding_ones_arrive(self, listener):
        for offered in (self.new(13, 12), self.new(12, 11), self.new(11, 10)):
            assert self.received(listener) == []
            listener.offer(offered)
        assert self.received(listener) == [(EventKind.NEW, number) for number in (11, 12, 13)]
        await asyncio.sleep(0.1)
        assert not listener.ended.done()

    async def test_edit_and_deletion_are_delivered_after_their_message(self, listener):
        listener.offer(event(EventKind.EDITED, 11, 11))
        listener.offer(event(EventKind.DELETED, 11, 11))
        listener.offer(self.new(11, 10))
        assert self.received(listener) == [
            (EventKind.NEW, 11),
            (EventKind.EDITED, 11),
            (EventKind.DELETED, 11),
        ]

    async def test_missing_event_ends_the_listener(self, listener):
        listener.offer(self.new(12, 11))
        async with asyncio.timeout(TIMEOUT):
            assert await listener.ended is Ending.MISSED
        listener.offer(self.new(11, 10))
        assert self.received(listener) == []

    async def test_missing_event_does_not_delay_other_chats(self, listener):
        listener.offer(self.new(12, 11))
        listener.offer(self.new(14, 9, chat=2))
        assert self.received(listener) == [(EventKind.NEW, 14)]

    async def test_messages_stored_before_opening_are_not_awaited(self, listener):
        listener.offer(self.new(12, 10))
        listener.offer(event(EventKind.EDITED, 7, 7))
        assert self.received(listener) == [(EventKind.NEW, 12), (EventKind.EDITED, 7)]

    async def test_event_before_opening_is_delivered_on_opening(self):
        listener = OrderedListener("chat:1")
        listener.offer(self.new(12, 11))
        assert self.received(listener) == []
        listener.open(11)
        assert self.received(listener) == [(EventKind.NEW, 12)]

    async def test_message_published_twice_is_delivered_once(self, listener):
        for after in (10, 0):
            listener.offer(self.new(11, after))
        assert self.received(listener) == [(EventKind.NEW, 11)]

    async def test_read_receipt_is_delivered_while_messages_are_held(self, listener):
        listener.offer(self.new(12, 11))
        listener.offer(ReadReceipt(1, 2, 11))
        assert listener._events.get_nowait() == ReadReceipt(1, 2, 11)
        listener.offer(self.new(11, 10))
        assert self.received(listener) == [(EventKind.NEW, 11), (EventKind.NEW, 12)]

    async def test_message_with_smaller_id_is_delivered_when_stored_later(self, listener):
        listener.offer(self.new(9, 3, chat=2))
        assert self.received(listener) == [(EventKind.NEW, 9)]

    async def test_listener_ends_when_it_holds_too_many_events(self, listener):
        for number in range(MAX_WAITING + 1):
            listener.offer(self.new(13 + number, 12 + number))
        assert await listener.ended is Ending.MISSED


async def test_repeated_post_publishes_the_message_again(client, anna, boris, chat):
    message = await client.post(anna, chat, "hello", "nonce")
    listener = await listen_to_all(client, boris)
    assert await client.post(anna, chat, "hello", "nonce") == message
    assert (await listener.next()).message.id == message
