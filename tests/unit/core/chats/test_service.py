"""Chats: who is in them, what is in them, what is unread."""

import asyncio
import random

import msgspec
import pytest

from kinoteka.core.chats.model import Unread
from kinoteka.core.chats.service import TEXT_LONGEST
from kinoteka.errors import Code, DomainError
from tests.support.databases import rows


async def refused(code, request):
    with pytest.raises(DomainError) as caught:
        await request
    assert caught.value.code is code


@pytest.fixture
async def clara(world):
    return await world.person("clara")


class TestOpening:
    async def test_a_pair_always_has_the_same_chat(self, world, anna, boris, clara):
        chat = await world.open(anna, boris)
        assert await world.open(anna, boris) == chat
        assert await world.open(boris, anna) == chat
        assert await world.open(anna, clara) != chat

    async def test_asked_for_at_once_from_both_sides(self, world, anna, boris):
        asked = [world.open(*pair) for pair in ((anna, boris), (boris, anna)) * 5]
        assert len(set(await asyncio.gather(*asked))) == 1
        assert len(await world.do(lambda unit: world.chats.own(anna, unit, 100, None))) == 1

    async def test_not_with_oneself_nor_with_nobody(self, world, anna, boris):
        await refused(Code.CHAT_WITH_SELF, world.open(anna, anna))
        await world.leave(boris)
        await refused(Code.ACCOUNT_UNKNOWN, world.open(anna, boris))


class TestListing:
    async def test_the_newest_conversation_comes_first(self, world, anna, boris, clara):
        with_boris, with_clara = await world.open(anna, boris), await world.open(anna, clara)
        await asyncio.sleep(0.002)
        last = await world.post(boris, with_boris, "hello")
        chats = await world.do(lambda unit: world.chats.own(anna, unit, 100, None))
        assert [chat.id for chat in chats] == [with_boris, with_clara]
        assert [chat.other_name for chat in chats] == ["boris", "clara"]
        assert [chat.unread for chat in chats] == [1, 0]
        assert chats[0].members == (anna.account_id, boris.account_id)
        assert chats[0].last_message.id == last
        assert chats[1].last_message is None

    async def test_goes_on_after_a_chat(self, world, anna):
        chats = [await world.open(anna, await world.person(f"number-{n}-x")) for n in range(5)]
        seen, before = [], None
        while True:
            page = await world.do(lambda unit, b=before: world.chats.own(anna, unit, 2, b))
            if not page:
                break
            seen += [chat.id for chat in page]
            before = seen[-1]
        assert seen == chats[::-1]

    async def test_not_after_a_chat_of_others(self, world, boris, clara, chat):
        for unknown in (chat, chat + 1000):
            await refused(
                Code.CHAT_FORBIDDEN,
                world.do(lambda unit, c=unknown: world.chats.own(clara, unit, 10, c)),
            )

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"username": "darya", "given_name": "Дарья"}, "darya"),
            ({"email": "darya@example.com", "given_name": "Дарья"}, "Дарья"),
            ({"email": "darya@example.com"}, None),
        ],
    )
    async def test_is_named_after_the_other(self, world, anna, fields, name):
        chat = await world.open(anna, await world.person(**fields))
        chats = await world.do(lambda unit: world.chats.own(anna, unit, 100, None))
        assert [(found.id, found.other_name) for found in chats] == [(chat, name)]


class TestMessages:
    async def test_newest_first_page_by_page(self, world, anna, chat):
        ids = [await world.post(anna, chat, f"message {n}") for n in range(7)]
        assert await world.texts(anna, chat, 3) == ["message 6", "message 5", "message 4"]
        assert await world.texts(anna, chat, 3, before=ids[4]) == [
            "message 3",
            "message 2",
            "message 1",
        ]
        assert await world.texts(anna, chat, 3, before=ids[0]) == []

    async def test_after_an_id_the_oldest_that_follow(self, world, anna, chat):
        ids = [await world.post(anna, chat, f"message {n}") for n in range(7)]
        assert await world.texts(anna, chat, 2, after=ids[1]) == ["message 3", "message 2"]
        caught_up, last = [], ids[1]
        while True:
            found = await world.do(
                lambda unit, a=last: world.chats.messages(anna, unit, chat, 2, after=a)
            )
            if not found:
                break
            caught_up += reversed(found)
            last = found[0].id
        assert [message.id for message in caught_up] == ids[2:]

    async def test_before_and_after_do_not_go_together(self, world, anna, chat):
        await refused(Code.FIELD_INVALID, world.texts(anna, chat, 2, before=5, after=1))

    @pytest.mark.parametrize("text", ["", "  \n ", "x" * (TEXT_LONGEST + 1), "a\x00b", "\ud800"])
    async def test_texts_that_are_none(self, world, anna, chat, text):
        await refused(Code.FIELD_INVALID, world.post(anna, chat, text))

    async def test_the_longest_and_lines(self, world, anna, chat):
        await world.post(anna, chat, "я" * TEXT_LONGEST)
        await world.post(anna, chat, " one\r\n\ttwo ")
        assert await world.texts(anna, chat, 2) == ["one\n\ttwo", "я" * TEXT_LONGEST]

    async def test_the_same_nonce_is_the_same_message(self, world, anna, boris, chat):
        first = await world.post(anna, chat, "once", "n1")
        assert await world.post(anna, chat, "twice", "n1") == first
        at_once = await asyncio.gather(*(world.post(anna, chat, "at once", "n2") for _ in range(8)))
        assert len(set(at_once)) == 1
        assert await world.post(boris, chat, "another author's", "n1") != first
        assert await world.texts(anna, chat) == ["another author's", "at once", "once"]
        assert await world.unread(boris, chat) == 2
        assert await world.unread(anna, chat) == 1

    async def test_a_nonce_belongs_to_its_chat(self, world, anna, clara, chat):
        other = await world.open(anna, clara)
        assert await world.post(anna, chat, "one", "n") != await world.post(anna, other, "two", "n")

    async def test_an_empty_nonce_is_none(self, world, anna, chat):
        assert await world.post(anna, chat, "one", "") != await world.post(anna, chat, "one", "")

    async def test_edited_by_the_author(self, world, anna, boris, chat):
        message = await world.post(anna, chat, "frist")
        edited = await world.do(lambda unit: world.chats.edit(anna, unit, message, "first"))
        assert (edited.id, edited.text, edited.edited_at is None) == (message, "first", False)
        assert await world.texts(boris, chat) == ["first"]

    async def test_only_the_author_edits_or_deletes(self, world, anna, boris, clara, chat):
        message = await world.post(anna, chat, "mine", "n")
        for actor, code in (
            (boris, Code.MESSAGE_FORBIDDEN),
            (clara, Code.MESSAGE_UNKNOWN),
        ):
            await refused(
                code, world.do(lambda unit, a=actor: world.chats.edit(a, unit, message, "no"))
            )
            await refused(code, world.delete(actor, message))
            await refused(
                code, world.do(lambda unit, a=actor: world.chats.own_message(a, unit, message))
            )
        await refused(Code.MESSAGE_UNKNOWN, world.delete(anna, message + 1000))
        assert await world.texts(anna, chat) == ["mine"]
        own = await world.do(lambda unit: world.chats.own_message(anna, unit, message))
        assert (own.text, own.nonce) == ("mine", "n")

    async def test_deleting_gives_way_to_the_message_before(self, world, anna, chat):
        first, second = await world.post(anna, chat, "one"), await world.post(anna, chat, "two")
        await world.delete(anna, second)
        (listed,) = await world.do(lambda unit: world.chats.own(anna, unit, 100, None))
        assert listed.last_message.id == first
        await world.delete(anna, first)
        (listed,) = await world.do(lambda unit: world.chats.own(anna, unit, 100, None))
        assert listed.last_message is None

    async def test_a_chat_of_others_is_as_none(self, world, clara, chat):
        for unknown in (chat, chat + 1000):
            await refused(Code.CHAT_FORBIDDEN, world.post(clara, unknown, "hello"))
            await refused(Code.CHAT_FORBIDDEN, world.texts(clara, unknown))
            await refused(Code.CHAT_FORBIDDEN, world.read(clara, unknown, 1))
            await refused(
                Code.CHAT_FORBIDDEN,
                world.do(lambda unit, c=unknown: world.chats.listen(clara, unit, c)),
            )


class TestUnread:
    async def test_counts_what_the_other_writes(self, world, anna, boris, chat):
        for _ in range(3):
            await world.post(anna, chat, "hello")
        assert (await world.unread(boris, chat), await world.unread(anna, chat)) == (3, 0)

    async def test_reading_goes_only_forward(self, world, anna, boris, chat):
        ids = [await world.post(anna, chat, "hello") for _ in range(4)]
        await world.post(boris, chat, "one of one's own between")
        ids.append(await world.post(anna, chat, "hello"))
        for message, left in ((ids[1], 3), (ids[0], 3), (ids[3], 1), (ids[4], 0), (ids[1], 0)):
            await world.read(boris, chat, message)
            assert await world.unread(boris, chat) == left

    async def test_what_is_yet_to_come_cannot_be_read(self, world, anna, boris, chat):
        await world.post(anna, chat, "hello")
        await world.read(boris, chat, 2**53 - 1)
        assert await world.unread(boris, chat) == 0
        await world.post(anna, chat, "hello again")
        assert await world.unread(boris, chat) == 1

    async def test_deleting_an_unread_message_counts_down(self, world, anna, boris, chat):
        read, unread = await world.post(anna, chat, "one"), await world.post(anna, chat, "two")
        await world.read(boris, chat, read)
        await world.delete(anna, read)
        assert await world.unread(boris, chat) == 1
        await world.delete(anna, unread)
        assert await world.unread(boris, chat) == 0

    async def test_in_all_and_in_one_chat(self, world, anna, boris, clara, chat):
        other = await world.open(boris, clara)
        for _ in range(2):
            await world.post(anna, chat, "hello")
        await world.post(clara, other, "hello")

        async def unread(actor, chat_id=0):
            return await world.do(lambda unit: world.chats.unread(actor, unit, chat_id))

        assert await unread(boris, chat) == Unread(3, 2)
        assert await unread(boris, chat + 1000) == Unread(3, 0)
        assert await unread(anna) == Unread(0, 0)
        await world.read(boris, chat, 2**40)
        assert await unread(boris, other) == Unread(1, 1)

    async def test_writing_reads_nothing(self, world, anna, boris, chat):
        await world.post(anna, chat, "hello")
        await world.post(boris, chat, "sent when offline, of what was not seen")
        assert await world.unread(boris, chat) == 1

    async def test_is_right_whatever_happens_at_once(self, world, anna, boris, chat):
        choice = random.Random(7)
        written: dict[object, list[int]] = {anna: [], boris: []}

        async def something(actor, other):
            kind = choice.random()
            if kind < 0.5 or not written[actor]:
                written[actor].append(await world.post(actor, chat, "hello"))
            elif kind < 0.7:
                await world.delete(actor, written[actor].pop(choice.randrange(len(written[actor]))))
            elif written[other]:
                await world.read(actor, chat, choice.choice(written[other]))

        for _ in range(25):
            steps = [something(*pair) for pair in ((anna, boris), (boris, anna)) * 3]
            await asyncio.gather(*steps)
            for actor in (anna, boris):
                assert await world.unread(actor, chat) == await counted(world, actor, chat)


async def counted(world, actor, chat):
    """What is unread, counted anew from the messages themselves."""
    found = rows(
        world.services.settings,
        "SELECT count(*) FROM messages JOIN chat_members USING (chat_id)"
        " WHERE chat_id = ? AND account_id = ? AND author_id IS DISTINCT FROM account_id"
        " AND messages.id > last_read_id",
        chat,
        actor.account_id,
    )
    return found[0]


class TestOneChat:
    async def test_shows_how_far_either_has_read(self, world, anna, boris, chat):
        ids = [await world.post(anna, chat, "hello") for _ in range(3)]
        await world.read(boris, chat, ids[1])
        seen = await world.do(lambda unit: world.chats.get(anna, unit, chat))
        assert (seen.read_id, seen.other_read_id, seen.unread) == (0, ids[1], 0)
        seen = await world.do(lambda unit: world.chats.get(boris, unit, chat))
        assert (seen.read_id, seen.other_read_id, seen.unread) == (ids[1], 0, 1)
        assert (seen.other_name, seen.last_message.id) == ("anna", ids[2])
        assert [seen] == await world.do(lambda unit: world.chats.own(boris, unit, 9, None))

    async def test_of_an_account_that_is_gone_nothing_is_known(self, world, anna, boris, chat):
        await world.read(boris, chat, await world.post(anna, chat, "hello"))
        await world.leave(boris)
        seen = await world.do(lambda unit: world.chats.get(anna, unit, chat))
        assert (seen.other_id, seen.other_read_id) == (None, 0)

    async def test_only_for_its_members(self, world, clara, chat):
        for unknown in (chat, chat + 1000):
            await refused(
                Code.CHAT_FORBIDDEN,
                world.do(lambda unit, c=unknown: world.chats.get(clara, unit, c)),
            )


class TestDeletedAccounts:
    async def test_messages_stay_without_an_author(self, world, anna, boris, chat):
        await world.post(boris, chat, "farewell")
        await world.post(anna, chat, "so long")
        await world.leave(boris)
        (listed,) = await world.do(lambda unit: world.chats.own(anna, unit, 100, None))
        assert (listed.id, listed.members) == (chat, (anna.account_id,))
        assert (listed.other_name, listed.unread) == (None, 1)
        messages = await world.do(lambda unit: world.chats.messages(anna, unit, chat, 50))
        assert [message.author_id for message in messages] == [anna.account_id, None]
        await world.read(anna, chat, messages[0].id)
        assert await world.unread(anna, chat) == 0

    async def test_chat_of_a_deleted_account_cannot_be_written_in(self, world, anna, boris, chat):
        own = await world.post(anna, chat, "hello", "nonce")
        await world.leave(boris)
        await refused(Code.ACCOUNT_GONE, world.post(anna, chat, "still here"))
        edit = world.do(lambda unit: world.chats.edit(anna, unit, own, "still here"))
        await refused(Code.ACCOUNT_GONE, edit)
        assert await world.post(anna, chat, "hello", "nonce") == own
        await world.do(lambda unit: world.chats.delete(anna, unit, own))
        assert await world.texts(anna, chat) == []

    async def test_a_chat_goes_with_the_last_of_the_two(self, world, anna, boris, clara, chat):
        kept = await world.open(anna, clara)
        await world.post(boris, chat, "hello")
        await world.leave(boris)
        await world.leave(anna)
        assert rows(world.services.settings, "SELECT id FROM chats") == [kept]


class TestThrottle:
    @pytest.fixture
    def settings(self, settings):
        return msgspec.structs.replace(settings, message_limit="3 per hour")

    async def test_messages_and_new_chats_are_counted_by_account(self, world, anna, boris, chat):
        first = await world.post(anna, chat, "one", "n1")
        await world.post(anna, chat, "two")
        await refused(Code.THROTTLED, world.post(anna, chat, "three"))
        await refused(Code.THROTTLED, world.open(anna, await world.person("dora")))
        assert await world.post(anna, chat, "a retry is free", "n1") == first
        assert await world.open(anna, boris) == chat
        await world.post(boris, chat, "others go on")
