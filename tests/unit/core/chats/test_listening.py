"""Who hears what happens in chats, and until when."""

import asyncio

import pytest

from kinoteka.core.chats.listening import InOrder
from kinoteka.core.chats.model import Event, EventKind, Message, Read
from kinoteka.errors import Code, DomainError
from kinoteka.realtime.fanout import MAX_WAITING, Ending
from tests.support.polling import TIMEOUT


def event(kind, message_id, after, chat=1):
    return Event(kind, Message(message_id, chat, 1, "text", 0, None), after)


async def to_all(world, actor):
    return await world.do(lambda unit: world.chats.listen_to_all(actor, unit))


async def test_hears_what_happens_once_it_is_stored(world, anna, boris, chat):
    listener = await world.do(lambda unit: world.chats.listen(boris, unit, chat))
    everything = await to_all(world, boris)
    message = await world.post(anna, chat, "frist", "nonce")
    await world.post(anna, chat, "frist", "nonce")
    await world.do(lambda unit: world.chats.edit(anna, unit, message, "first"))
    await world.delete(anna, message)
    for one in (listener, everything):
        heard = [await one.next() for _ in range(3)]
        assert [(event.kind, event.message.text) for event in heard] == [
            (EventKind.NEW, "frist"),
            (EventKind.EDITED, "first"),
            (EventKind.DELETED, "first"),
        ]
        one.end(Ending.LEFT)


async def test_hears_nothing_that_is_rolled_back(world, anna, boris, chat):
    listener = await world.do(lambda unit: world.chats.listen(boris, unit, chat))

    async def fail(unit):
        await world.chats.post(anna, unit, chat, "never", None)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await world.do(fail)
    await world.post(anna, chat, "stored")
    assert (await listener.next()).message.text == "stored"


async def test_hears_all_in_the_order_of_ids(world, anna, boris, chat):
    listener = await world.do(lambda unit: world.chats.listen(boris, unit, chat))
    await asyncio.gather(*(world.post(actor, chat, "at once") for actor in (anna, boris) * 20))
    heard = [(await listener.next()).message.id for _ in range(40)]
    assert heard == sorted(heard)


async def test_ends_with_the_session(world, anna, boris, chat):
    listeners = [
        await world.do(lambda unit: world.chats.listen(boris, unit, chat)),
        await to_all(world, boris),
    ]
    others = await to_all(world, anna)
    await world.do(lambda unit: world.services.sessions.sign_out(boris, unit))
    assert [await each.ended for each in listeners] == [Ending.SESSION_OVER] * 2
    assert not others.ended.done()
    assert world.chats.listening.sessions() == [anna.session_id]


async def test_ends_with_the_account(world, anna, boris, chat):
    listener = await to_all(world, boris)
    await world.leave(boris)
    assert await listener.ended is Ending.SESSION_OVER


async def test_an_account_listens_only_so_often(world, anna, monkeypatch):
    monkeypatch.setattr("kinoteka.core.chats.listening.LISTENERS_MOST", 2)
    first, _ = await to_all(world, anna), await to_all(world, anna)
    with pytest.raises(DomainError) as caught:
        await to_all(world, anna)
    assert caught.value.code is Code.THROTTLED
    first.end(Ending.LEFT)
    assert (await to_all(world, anna)).ended.done() is False


async def test_hears_how_far_either_has_read_who_follows(world, anna, boris, chat):
    following = [
        await world.do(lambda unit, a=actor: world.chats.follow(a, unit)) for actor in (anna, boris)
    ]
    listener = await to_all(world, boris)
    message = await world.post(anna, chat, "hello")
    for up_to in (2**40, message, message - 1):
        await world.read(boris, chat, up_to)
    after = await world.post(anna, chat, "again")
    for each in following:
        heard = [await each.next() for _ in range(3)]
        assert heard[0].message.id == message
        assert heard[1] == Read(chat, boris.account_id, message)
        assert heard[2].message.id == after
    # Others hear what they have always heard.
    assert [(await listener.next()).message.id for _ in range(2)] == [message, after]


async def test_following_ends_with_the_session(world, boris):
    following = await world.do(lambda unit: world.chats.follow(boris, unit))
    await world.do(lambda unit: world.services.sessions.sign_out(boris, unit))
    assert await following.ended is Ending.SESSION_OVER


class TestInOrder:
    """A listener to whom the events of two processes come as they please."""

    @pytest.fixture
    async def listener(self, monkeypatch):
        monkeypatch.setattr("kinoteka.core.chats.listening.LATE_SECONDS", 0.05)
        listener = InOrder("chat:1")
        listener.open(10)
        return listener

    @staticmethod
    def new(message_id, after, chat=1):
        return event(EventKind.NEW, message_id, after, chat)

    @staticmethod
    def heard(listener):
        found = []
        while not listener._events.empty():
            found.append(listener._events.get_nowait())
        return [(each.kind, each.message.id) for each in found]

    async def test_what_overtakes_waits_for_what_precedes_it(self, listener):
        for offered in (self.new(13, 12), self.new(12, 11), self.new(11, 10)):
            assert self.heard(listener) == []
            listener.offer(offered)
        assert self.heard(listener) == [(EventKind.NEW, number) for number in (11, 12, 13)]
        await asyncio.sleep(0.1)
        assert not listener.ended.done()

    async def test_what_happens_to_a_message_comes_after_it(self, listener):
        listener.offer(event(EventKind.EDITED, 11, 11))
        listener.offer(event(EventKind.DELETED, 11, 11))
        listener.offer(self.new(11, 10))
        assert self.heard(listener) == [
            (EventKind.NEW, 11),
            (EventKind.EDITED, 11),
            (EventKind.DELETED, 11),
        ]

    async def test_what_does_not_come_ends_it_and_nothing_after_that_is_heard(self, listener):
        listener.offer(self.new(12, 11))
        async with asyncio.timeout(TIMEOUT):
            assert await listener.ended is Ending.MISSED
        listener.offer(self.new(11, 10))
        assert self.heard(listener) == []

    async def test_other_chats_do_not_wait(self, listener):
        listener.offer(self.new(12, 11))
        listener.offer(self.new(14, 9, chat=2))
        assert self.heard(listener) == [(EventKind.NEW, 14)]

    async def test_what_was_stored_before_it_began_is_not_waited_for(self, listener):
        listener.offer(self.new(12, 10))
        listener.offer(event(EventKind.EDITED, 7, 7))
        assert self.heard(listener) == [(EventKind.NEW, 12), (EventKind.EDITED, 7)]

    async def test_what_comes_before_it_has_begun_is_heard_then(self):
        listener = InOrder("chat:1")
        listener.offer(self.new(12, 11))
        assert self.heard(listener) == []
        listener.open(11)
        assert self.heard(listener) == [(EventKind.NEW, 12)]

    async def test_a_message_that_is_told_once_more_is_heard_once(self, listener):
        for after in (10, 0):
            listener.offer(self.new(11, after))
        assert self.heard(listener) == [(EventKind.NEW, 11)]

    async def test_how_far_somebody_has_read_waits_for_nothing(self, listener):
        listener.offer(self.new(12, 11))
        listener.offer(Read(1, 2, 11))
        assert listener._events.get_nowait() == Read(1, 2, 11)
        listener.offer(self.new(11, 10))
        assert self.heard(listener) == [(EventKind.NEW, 11), (EventKind.NEW, 12)]

    async def test_a_message_stored_late_is_heard_though_its_id_is_small(self, listener):
        listener.offer(self.new(9, 3, chat=2))
        assert self.heard(listener) == [(EventKind.NEW, 9)]

    async def test_too_much_to_hold_ends_it(self, listener):
        for number in range(MAX_WAITING + 1):
            listener.offer(self.new(13 + number, 12 + number))
        assert await listener.ended is Ending.MISSED


async def test_a_message_that_is_sent_again_is_told_once_more(world, anna, boris, chat):
    message = await world.post(anna, chat, "hello", "nonce")
    listener = await to_all(world, boris)
    assert await world.post(anna, chat, "hello", "nonce") == message
    assert (await listener.next()).message.id == message
