"""Who hears what happens in chats, and until when."""

import asyncio

import pytest

from kinoteka.core.chats.model import EventKind
from kinoteka.errors import Code, DomainError
from kinoteka.storage.fanout import Ending


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
