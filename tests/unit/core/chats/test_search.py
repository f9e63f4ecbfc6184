"""Search of messages and its bounds."""

import pytest

from kinoteka.core.chats import queries, search
from kinoteka.database.engines.sqlite.writes import bound
from kinoteka.errors import Code, DomainError


@pytest.fixture
def find(client):
    async def find(actor, text):
        searching = client.services.message_search
        found = await client.run(lambda unit: searching.find(actor, unit, text))
        return [message.text for message in found]

    return find


async def test_search_returns_the_newest_fifty_messages(client, anna, boris, chat, find):
    for number in range(52):
        await client.post(anna, chat, f"number {number}")
    assert await find(boris, "NUMBER") == [f"number {number}" for number in range(51, 1, -1)]


async def test_search_covers_every_chat_of_the_account_newest_first(client, anna, boris, find):
    others = [boris, *[await client.sign_up(f"sign_up-{n}-x") for n in range(3)]]
    chats = [await client.open(anna, other) for other in others]
    for number in (0, 1, 2, 3, 1, 0):
        await client.post(anna, chats[number], f"word in {number}")
    assert await find(anna, "word") == [f"word in {number}" for number in (0, 1, 3, 2, 1, 0)]
    assert await find(others[2], "word") == ["word in 2"]


async def test_every_word_is_required_in_any_order(client, anna, chat, find):
    await client.post(anna, chat, "Stalker\nwith Solaris")
    assert await find(anna, "solaris  stalker") == ["Stalker\nwith Solaris"]
    assert await find(anna, "solaris mirror") == []


@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_blank_text_finds_nothing(client, anna, chat, find, text):
    await client.post(anna, chat, "hello")
    assert await find(anna, text) == []


async def test_account_without_chats_finds_nothing(client, find):
    assert await find(await client.sign_up("alone-x"), "hello") == []


async def test_anonymous_search_is_rejected(client, find):
    anonymous = await client.run(client.services.access.anonymous)
    with pytest.raises(DomainError) as caught:
        await find(anonymous, "hello")
    assert caught.value.code is Code.UNAUTHORIZED


async def test_search_skips_messages_beyond_the_bound(client, anna, boris, chat, find, monkeypatch):
    monkeypatch.setattr(search, "MAX_MESSAGES", 6)
    clara = await client.sign_up("clara-x")
    other = await client.open(anna, clara)
    for number in range(5):
        await client.post(anna, chat, f"word {number}")
        await client.post(anna, other, f"word {number} too")
    assert await find(boris, "word") == [f"word {number}" for number in range(4, -1, -1)]
    half = [each for n in (4, 3, 2) for each in (f"word {n} too", f"word {n}")]
    assert await find(anna, "word") == half


async def test_search_skips_chats_beyond_the_bound(client, anna, boris, find, monkeypatch):
    monkeypatch.setattr(search, "MAX_CHATS", 2)
    for number in range(4):
        chat = await client.open(anna, await client.sign_up(f"sign_up-{number}-x"))
        await client.post(anna, chat, f"word {number}")
    assert await find(anna, "word") == ["word 3", "word 2"]


async def test_search_uses_indexes_only(client, anna, chat):
    await client.post(anna, chat, "word")
    values = {"account_id": anna.account_id, "chats": 10, "skipped": 1000}

    def plan(reader):
        compiled = queries.NEWEST_IDS.compiled(reader.engine)
        if reader.engine == "postgresql":  # It scans small tables otherwise.
            reader.connection.execute("SET LOCAL enable_seqscan = off")
            rows = reader.connection.execute("EXPLAIN " + compiled.sql, compiled.numbered(values))
            return [row[0] for row in rows if "Seq Scan" in row[0]]
        rows = reader.connection.execute(
            "EXPLAIN QUERY PLAN " + compiled.sql, bound(compiled, values)
        )
        return [
            row[3]
            for row in rows
            if row[3].startswith(("SCAN messages", "SCAN count_stored_unread"))
        ]

    assert await client.services.database.read_in_thread(plan) == []
