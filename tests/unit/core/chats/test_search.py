"""Search of messages: what is found, and how much is looked at."""

import pytest

from kinoteka.core.chats import queries, search
from kinoteka.database.engines.sqlite.driver import parameters
from kinoteka.errors import Code, DomainError


@pytest.fixture
def find(world):
    async def find(actor, text):
        searching = world.services.message_search
        found = await world.do(lambda unit: searching.find(actor, unit, text))
        return [message.text for message in found]

    return find


async def test_found_messages_are_the_newest_fifty(world, anna, boris, chat, find):
    for number in range(52):
        await world.post(anna, chat, f"number {number}")
    assert await find(boris, "NUMBER") == [f"number {number}" for number in range(51, 1, -1)]


async def test_messages_of_every_own_chat_are_found_newest_first(world, anna, boris, find):
    others = [boris, *[await world.person(f"person-{n}-x") for n in range(3)]]
    chats = [await world.open(anna, other) for other in others]
    for number in (0, 1, 2, 3, 1, 0):
        await world.post(anna, chats[number], f"word in {number}")
    assert await find(anna, "word") == [f"word in {number}" for number in (0, 1, 3, 2, 1, 0)]
    assert await find(others[2], "word") == ["word in 2"]


async def test_every_word_is_required_in_any_order(world, anna, chat, find):
    await world.post(anna, chat, "Stalker\nwith Solaris")
    assert await find(anna, "solaris  stalker") == ["Stalker\nwith Solaris"]
    assert await find(anna, "solaris mirror") == []


@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_blank_text_finds_nothing(world, anna, chat, find, text):
    await world.post(anna, chat, "hello")
    assert await find(anna, text) == []


async def test_account_without_chats_finds_nothing(world, find):
    assert await find(await world.person("alone-x"), "hello") == []


async def test_anonymous_search_is_rejected(world, find):
    nobody = await world.do(world.services.access.anonymous)
    with pytest.raises(DomainError) as caught:
        await find(nobody, "hello")
    assert caught.value.code is Code.UNAUTHORIZED


async def test_messages_beyond_the_bound_are_not_searched(
    world, anna, boris, chat, find, monkeypatch
):
    monkeypatch.setattr(search, "MESSAGES_MOST", 6)
    clara = await world.person("clara-x")
    other = await world.open(anna, clara)
    for number in range(5):
        await world.post(anna, chat, f"word {number}")
        await world.post(anna, other, f"word {number} too")
    assert await find(boris, "word") == [f"word {number}" for number in range(4, -1, -1)]
    half = [each for n in (4, 3, 2) for each in (f"word {n} too", f"word {n}")]
    assert await find(anna, "word") == half


async def test_chats_beyond_the_bound_are_not_searched(world, anna, boris, find, monkeypatch):
    monkeypatch.setattr(search, "CHATS_MOST", 2)
    for number in range(4):
        chat = await world.open(anna, await world.person(f"person-{number}-x"))
        await world.post(anna, chat, f"word {number}")
    assert await find(anna, "word") == ["word 3", "word 2"]


async def test_search_walks_along_indexes_alone(world, anna, chat):
    await world.post(anna, chat, "word")
    given = {"account_id": anna.account_id, "chats": 10, "skipped": 1000}

    def plan(reader):
        compiled = queries.NEWEST_IDS.compiled(reader.engine)
        if reader.engine == "postgresql":  # which scans small tables, unless it may not
            reader.connection.execute("SET LOCAL enable_seqscan = off")
            rows = reader.connection.execute("EXPLAIN " + compiled.sql, compiled.numbered(given))
            return [row[0] for row in rows if "Seq Scan" in row[0]]
        rows = reader.connection.execute(
            "EXPLAIN QUERY PLAN " + compiled.sql, parameters(compiled, given)
        )
        return [row[3] for row in rows if row[3].startswith(("SCAN messages", "SCAN counted"))]

    assert await world.services.database.read_in_thread(plan) == []
