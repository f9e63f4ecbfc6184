"""Chats, their messages and unread counts."""

import asyncio
import random

import msgspec
import pytest

from kinoteka.core.chats.model import UnreadCounts
from kinoteka.core.chats.service import MAX_TEXT_LENGTH
from kinoteka.errors import Code, DomainError
from tests.support.databases import rows


async def assert_rejected(code, request):
    with pytest.raises(DomainError) as caught:
        await request
    assert caught.value.code is code


@pytest.fixture
async def clara(client):
    return await client.sign_up("clara")


class TestOpen:
    async def test_two_accounts_always_share_one_chat(self, client, anna, boris, clara):
        chat = await client.open(anna, boris)
        assert await client.open(anna, boris) == chat
        assert await client.open(boris, anna) == chat
        assert await client.open(anna, clara) != chat

    async def test_concurrent_requests_of_both_accounts_open_one_chat(self, client, anna, boris):
        asked = [client.open(*pair) for pair in ((anna, boris), (boris, anna)) * 5]
        assert len(set(await asyncio.gather(*asked))) == 1
        assert (
            len(await client.run(lambda unit: client.chats.list_chats(anna, unit, 100, None))) == 1
        )

    async def test_chat_with_oneself_or_a_deleted_account_is_rejected(self, client, anna, boris):
        await assert_rejected(Code.CHAT_WITH_SELF, client.open(anna, anna))
        await client.leave(boris)
        await assert_rejected(Code.ACCOUNT_UNKNOWN, client.open(anna, boris))


class TestListChats:
    async def test_chat_with_the_newest_message_is_first(self, client, anna, boris, clara):
        with_boris, with_clara = await client.open(anna, boris), await client.open(anna, clara)
        await asyncio.sleep(0.002)
        last = await client.post(boris, with_boris, "hello")
        chats = await client.run(lambda unit: client.chats.list_chats(anna, unit, 100, None))
        assert [chat.id for chat in chats] == [with_boris, with_clara]
        assert [chat.other_name for chat in chats] == ["boris", "clara"]
        assert [chat.unread for chat in chats] == [1, 0]
        assert chats[0].members == (anna.account_id, boris.account_id)
        assert chats[0].last_message.id == last
        assert chats[1].last_message is None

    async def test_next_page_continues_after_a_chat(self, client, anna):
        chats = [await client.open(anna, await client.sign_up(f"number-{n}-x")) for n in range(5)]
        listed, before = [], None
        while True:
            page = await client.run(
                lambda unit, b=before: client.chats.list_chats(anna, unit, 2, b)
            )
            if not page:
                break
            listed += [chat.id for chat in page]
            before = listed[-1]
        assert listed == chats[::-1]

    async def test_page_after_another_accounts_chat_is_rejected(self, client, boris, clara, chat):
        for unknown in (chat, chat + 1000):
            await assert_rejected(
                Code.CHAT_FORBIDDEN,
                client.run(lambda unit, c=unknown: client.chats.list_chats(clara, unit, 10, c)),
            )

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"username": "darya", "given_name": "Дарья"}, "darya"),
            ({"email": "darya@example.com", "given_name": "Дарья"}, "Дарья"),
            ({"email": "darya@example.com"}, None),
        ],
    )
    async def test_chat_has_the_other_members_name(self, client, anna, fields, name):
        chat = await client.open(anna, await client.sign_up(**fields))
        chats = await client.run(lambda unit: client.chats.list_chats(anna, unit, 100, None))
        assert [(found.id, found.other_name) for found in chats] == [(chat, name)]


class TestMessages:
    async def test_pages_before_an_id_are_newest_first(self, client, anna, chat):
        ids = [await client.post(anna, chat, f"message {n}") for n in range(7)]
        assert await client.texts(anna, chat, 3) == ["message 6", "message 5", "message 4"]
        assert await client.texts(anna, chat, 3, before=ids[4]) == [
            "message 3",
            "message 2",
            "message 1",
        ]
        assert await client.texts(anna, chat, 3, before=ids[0]) == []

    async def test_pages_after_an_id_reach_the_newest_message_without_gaps(
        self, client, anna, chat
    ):
        ids = [await client.post(anna, chat, f"message {n}") for n in range(7)]
        assert await client.texts(anna, chat, 2, after=ids[1]) == ["message 3", "message 2"]
        caught_up, last = [], ids[1]
        while True:
            found = await client.run(
                lambda unit, a=last: client.chats.list_messages(anna, unit, chat, 2, after=a)
            )
            if not found:
                break
            caught_up += reversed(found)
            last = found[0].id
        assert [message.id for message in caught_up] == ids[2:]

    async def test_before_with_after_is_rejected(self, client, anna, chat):
        await assert_rejected(Code.FIELD_INVALID, client.texts(anna, chat, 2, before=5, after=1))

    @pytest.mark.parametrize("text", ["", "  \n ", "x" * (MAX_TEXT_LENGTH + 1), "a\x00b", "\ud800"])
    async def test_invalid_text_is_rejected(self, client, anna, chat, text):
        await assert_rejected(Code.FIELD_INVALID, client.post(anna, chat, text))

    async def test_longest_text_and_line_breaks_are_stored(self, client, anna, chat):
        await client.post(anna, chat, "я" * MAX_TEXT_LENGTH)
        await client.post(anna, chat, " one\r\n\ttwo ")
        assert await client.texts(anna, chat, 2) == ["one\n\ttwo", "я" * MAX_TEXT_LENGTH]

    async def test_same_nonce_of_an_author_stores_one_message(self, client, anna, boris, chat):
        first = await client.post(anna, chat, "once", "n1")
        assert await client.post(anna, chat, "twice", "n1") == first
        at_once = await asyncio.gather(
            *(client.post(anna, chat, "at once", "n2") for _ in range(8))
        )
        assert len(set(at_once)) == 1
        assert await client.post(boris, chat, "another author's", "n1") != first
        assert await client.texts(anna, chat) == ["another author's", "at once", "once"]
        assert await client.unread(boris, chat) == 2
        assert await client.unread(anna, chat) == 1

    async def test_nonce_applies_to_one_chat(self, client, anna, clara, chat):
        other = await client.open(anna, clara)
        assert await client.post(anna, chat, "one", "n") != await client.post(
            anna, other, "two", "n"
        )

    async def test_empty_nonce_is_ignored(self, client, anna, chat):
        assert await client.post(anna, chat, "one", "") != await client.post(anna, chat, "one", "")

    async def test_author_edits_a_message(self, client, anna, boris, chat):
        message = await client.post(anna, chat, "frist")
        edited = await client.run(lambda unit: client.chats.edit(anna, unit, message, "first"))
        assert (edited.id, edited.text, edited.edited_at is None) == (message, "first", False)
        assert await client.texts(boris, chat) == ["first"]

    async def test_only_the_author_may_edit_or_delete(self, client, anna, boris, clara, chat):
        message = await client.post(anna, chat, "mine", "n")
        for actor, code in (
            (boris, Code.MESSAGE_FORBIDDEN),
            (clara, Code.MESSAGE_UNKNOWN),
        ):
            await assert_rejected(
                code, client.run(lambda unit, a=actor: client.chats.edit(a, unit, message, "no"))
            )
            await assert_rejected(code, client.delete(actor, message))
            await assert_rejected(
                code,
                client.run(lambda unit, a=actor: client.chats.get_own_message(a, unit, message)),
            )
        await assert_rejected(Code.MESSAGE_UNKNOWN, client.delete(anna, message + 1000))
        assert await client.texts(anna, chat) == ["mine"]
        own = await client.run(lambda unit: client.chats.get_own_message(anna, unit, message))
        assert (own.text, own.nonce) == ("mine", "n")

    async def test_deleting_the_last_message_makes_the_previous_one_last(self, client, anna, chat):
        first, second = await client.post(anna, chat, "one"), await client.post(anna, chat, "two")
        await client.delete(anna, second)
        (listed,) = await client.run(lambda unit: client.chats.list_chats(anna, unit, 100, None))
        assert listed.last_message.id == first
        await client.delete(anna, first)
        (listed,) = await client.run(lambda unit: client.chats.list_chats(anna, unit, 100, None))
        assert listed.last_message is None

    async def test_another_accounts_chat_is_rejected_like_an_unknown_one(self, client, clara, chat):
        for unknown in (chat, chat + 1000):
            await assert_rejected(Code.CHAT_FORBIDDEN, client.post(clara, unknown, "hello"))
            await assert_rejected(Code.CHAT_FORBIDDEN, client.texts(clara, unknown))
            await assert_rejected(Code.CHAT_FORBIDDEN, client.read(clara, unknown, 1))
            await assert_rejected(
                Code.CHAT_FORBIDDEN,
                client.run(lambda unit, c=unknown: client.chats.listen(clara, unit, c)),
            )


class TestUnreadCounts:
    async def test_only_the_other_members_messages_are_counted(self, client, anna, boris, chat):
        for _ in range(3):
            await client.post(anna, chat, "hello")
        assert (await client.unread(boris, chat), await client.unread(anna, chat)) == (3, 0)

    async def test_reading_an_older_message_changes_nothing(self, client, anna, boris, chat):
        ids = [await client.post(anna, chat, "hello") for _ in range(4)]
        await client.post(boris, chat, "from the reader")
        ids.append(await client.post(anna, chat, "hello"))
        for message, left in ((ids[1], 3), (ids[0], 3), (ids[3], 1), (ids[4], 0), (ids[1], 0)):
            await client.read(boris, chat, message)
            assert await client.unread(boris, chat) == left

    async def test_reading_past_the_last_message_leaves_later_ones_unread(
        self, client, anna, boris, chat
    ):
        await client.post(anna, chat, "hello")
        await client.read(boris, chat, 2**53 - 1)
        assert await client.unread(boris, chat) == 0
        await client.post(anna, chat, "hello again")
        assert await client.unread(boris, chat) == 1

    async def test_deleting_an_unread_message_reduces_the_count(self, client, anna, boris, chat):
        read, unread = await client.post(anna, chat, "one"), await client.post(anna, chat, "two")
        await client.read(boris, chat, read)
        await client.delete(anna, read)
        assert await client.unread(boris, chat) == 1
        await client.delete(anna, unread)
        assert await client.unread(boris, chat) == 0

    async def test_count_has_the_total_and_one_chats_number(self, client, anna, boris, clara, chat):
        other = await client.open(boris, clara)
        for _ in range(2):
            await client.post(anna, chat, "hello")
        await client.post(clara, other, "hello")

        async def unread(actor, chat_id=0):
            return await client.run(lambda unit: client.chats.count_unread(actor, unit, chat_id))

        assert await unread(boris, chat) == UnreadCounts(3, 2)
        assert await unread(boris, chat + 1000) == UnreadCounts(3, 0)
        assert await unread(anna) == UnreadCounts(0, 0)
        await client.read(boris, chat, 2**40)
        assert await unread(boris, other) == UnreadCounts(1, 1)

    async def test_posting_marks_nothing_as_read(self, client, anna, boris, chat):
        await client.post(anna, chat, "hello")
        await client.post(boris, chat, "sent when offline, before the other message arrived")
        assert await client.unread(boris, chat) == 1

    async def test_counts_stay_exact_under_concurrent_changes(self, client, anna, boris, chat):
        choice = random.Random(7)
        written: dict[object, list[int]] = {anna: [], boris: []}

        async def change_messages(actor, other):
            kind = choice.random()
            if kind < 0.5 or not written[actor]:
                written[actor].append(await client.post(actor, chat, "hello"))
            elif kind < 0.7:
                await client.delete(
                    actor, written[actor].pop(choice.randrange(len(written[actor])))
                )
            elif written[other]:
                await client.read(actor, chat, choice.choice(written[other]))

        for _ in range(25):
            steps = [change_messages(*pair) for pair in ((anna, boris), (boris, anna)) * 3]
            await asyncio.gather(*steps)
            for actor in (anna, boris):
                assert await client.unread(actor, chat) == await count_stored_unread(
                    client, actor, chat
                )


async def count_stored_unread(client, actor, chat):
    """Count the unread messages in the database."""
    found = rows(
        client.services.settings,
        "SELECT count(*) FROM messages JOIN chat_members USING (chat_id)"
        " WHERE chat_id = ? AND account_id = ? AND author_id IS DISTINCT FROM account_id"
        " AND messages.id > last_read_id",
        chat,
        actor.account_id,
    )
    return found[0]


class TestGet:
    async def test_chat_has_the_last_read_ids_of_both_members(self, client, anna, boris, chat):
        ids = [await client.post(anna, chat, "hello") for _ in range(3)]
        await client.read(boris, chat, ids[1])
        found = await client.run(lambda unit: client.chats.get(anna, unit, chat))
        assert (found.read_id, found.other_read_id, found.unread) == (0, ids[1], 0)
        found = await client.run(lambda unit: client.chats.get(boris, unit, chat))
        assert (found.read_id, found.other_read_id, found.unread) == (ids[1], 0, 1)
        assert (found.other_name, found.last_message.id) == ("anna", ids[2])
        assert [found] == await client.run(
            lambda unit: client.chats.list_chats(boris, unit, 9, None)
        )

    async def test_deleted_account_has_no_id_or_read_position(self, client, anna, boris, chat):
        await client.read(boris, chat, await client.post(anna, chat, "hello"))
        await client.leave(boris)
        found = await client.run(lambda unit: client.chats.get(anna, unit, chat))
        assert (found.other_id, found.other_read_id) == (None, 0)

    async def test_chat_is_rejected_for_others(self, client, clara, chat):
        for unknown in (chat, chat + 1000):
            await assert_rejected(
                Code.CHAT_FORBIDDEN,
                client.run(lambda unit, c=unknown: client.chats.get(clara, unit, c)),
            )


class TestDeletedAccounts:
    async def test_messages_of_a_deleted_account_remain_without_author(
        self, client, anna, boris, chat
    ):
        await client.post(boris, chat, "farewell")
        await client.post(anna, chat, "so long")
        await client.leave(boris)
        (listed,) = await client.run(lambda unit: client.chats.list_chats(anna, unit, 100, None))
        assert (listed.id, listed.members) == (chat, (anna.account_id,))
        assert (listed.other_name, listed.unread) == (None, 1)
        messages = await client.run(lambda unit: client.chats.list_messages(anna, unit, chat, 50))
        assert [message.author_id for message in messages] == [anna.account_id, None]
        await client.read(anna, chat, messages[0].id)
        assert await client.unread(anna, chat) == 0

    async def test_chat_of_a_deleted_account_allows_only_deletion(self, client, anna, boris, chat):
        own = await client.post(anna, chat, "hello", "nonce")
        await client.leave(boris)
        await assert_rejected(Code.ACCOUNT_GONE, client.post(anna, chat, "still here"))
        edit = client.run(lambda unit: client.chats.edit(anna, unit, own, "still here"))
        await assert_rejected(Code.ACCOUNT_GONE, edit)
        assert await client.post(anna, chat, "hello", "nonce") == own
        await client.run(lambda unit: client.chats.delete(anna, unit, own))
        assert await client.texts(anna, chat) == []

    async def test_chat_is_deleted_with_its_last_member(self, client, anna, boris, clara, chat):
        remaining = await client.open(anna, clara)
        await client.post(boris, chat, "hello")
        await client.leave(boris)
        await client.leave(anna)
        assert rows(client.services.settings, "SELECT id FROM chats") == [remaining]


class TestRateLimit:
    @pytest.fixture
    def settings(self, settings):
        return msgspec.structs.replace(settings, message_limit="3 per hour")

    async def test_messages_and_new_chats_share_a_limit_per_account(
        self, client, anna, boris, chat
    ):
        first = await client.post(anna, chat, "one", "n1")
        await client.post(anna, chat, "two")
        await assert_rejected(Code.THROTTLED, client.post(anna, chat, "three"))
        await assert_rejected(Code.THROTTLED, client.open(anna, await client.sign_up("dora")))
        assert await client.post(anna, chat, "a retry is free", "n1") == first
        assert await client.open(anna, boris) == chat
        await client.post(boris, chat, "others go on")
