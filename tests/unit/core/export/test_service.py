"""The export: all of one's own, and nothing that is another's or only guards the account."""

import asyncio
import json

import msgspec
import pytest

from kinoteka.core.accounts.model import ProfileChange
from kinoteka.core.library.model import NewSelection
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from kinoteka.server.app import close, wire
from tests.support.accounts import (
    actor_by_token,
    anonymous_actor,
    perform,
    sign_in,
    sign_up,
    superuser_actor,
)
from tests.support.databases import execute_many
from tests.support.errors import raises_error
from tests.support.films import PREMIUM


@pytest.fixture
async def anna(services):
    return await sign_up(services, "anna", email="anna@example.com", given_name="Anna")


@pytest.fixture
async def berta(services):
    return await sign_up(services, "berta", email="berta@example.com", phone="+49 30 1234")


async def pieces(services, actor):
    async with unit_of_work(services.database) as unit:
        begun = await services.export.begin(actor, unit, lambda account: account.avatar_address)
        return [piece async for piece in begun]


async def exported(services, actor):
    return json.loads(b"".join(await pieces(services, actor)))


async def chat(services, actor, other, *texts):
    """A chat in which both write each of the texts in turn."""
    chat_id = await perform(services, services.chats.open, actor, other.account_id)
    for author, text in zip((actor, other) * len(texts), texts, strict=False):
        await perform(services, services.chats.post, author, chat_id, text, None)
    return chat_id


async def test_of_a_new_account(services, anna):
    document = await exported(services, anna.actor)
    assert document["account"] == {
        "id": anna.account.id,
        "created_at": document["account"]["created_at"],
        "username": "anna",
        "email": "anna@example.com",
        "given_name": "Anna",
        "family_name": None,
        "birthday": None,
        "status": None,
        "phone": None,
        "favourite_genre": None,
        "avatar": None,
        "roles": ["user"],
        "superuser": False,
    }
    assert [line["address"] for line in document["sessions"]] == ["192.0.2.7"]
    assert [line["success"] for line in document["sign_ins"]] == [True]
    assert (document["bookmarks"], document["selections"], document["chats"]) == ([], [], [])


async def test_everything_that_is_ones_own(services, films, anna, berta):
    actor = (await sign_in(services, "anna")).actor
    genre = (await perform(services, services.catalogue.film, actor, films["Ran"])).genre.id
    await perform(
        services, services.accounts.change, actor, ProfileChange(favourite_genre_id=genre)
    )
    for title in ("Ran", "Stalker"):
        await perform(services, services.bookmarks.add, actor, films[title])
        await asyncio.sleep(0.002)  # the order is by milliseconds
    new = NewSelection(title="Japan", film_ids=[films["Ran"], films["Dreams"]], public=True)
    await perform(services, services.selections.create, actor, new)
    await chat(services, actor, berta.actor, 'Hello, "Berta"\n', "Hello, Anna")
    document = await exported(services, actor)
    assert document["account"]["favourite_genre"] == "Drama"
    assert [line["film"]["title"] for line in document["bookmarks"]] == ["Ran", "Stalker"]
    (selection,) = document["selections"]
    assert [film["title"] for film in selection["films"]] == ["Ran", "Dreams"]
    assert (selection["title"], selection["public"]) == ("Japan", True)
    (told,) = document["chats"]
    assert told["with_username"] == "berta"
    assert [(line["own"], line["text"]) for line in told["messages"]] == [
        (True, 'Hello, "Berta"'),
        (False, "Hello, Anna"),
    ]


async def test_nothing_of_others(services, films, anna, berta):
    carl = await sign_up(services, "carl-the-third")
    await chat(services, anna.actor, berta.actor, "to berta")
    await chat(services, berta.actor, carl.actor, "between berta and carl")
    await perform(services, services.bookmarks.add, berta.actor, films["Stalker"])
    new = NewSelection(title="Of Berta", film_ids=[films["Ran"]], public=True)
    await perform(services, services.selections.create, berta.actor, new)
    text = b"".join(await pieces(services, anna.actor)).decode()
    assert "to berta" in text
    for others in ("between", "carl", "Stalker", "Of Berta", "berta@example.com", "+49"):
        assert others not in text


async def test_nothing_that_guards_the_account(services, settings, anna):
    text = b"".join(await pieces(services, anna.actor)).decode()
    assert "argon2" not in text
    assert anna.token not in text
    assert anna.session.refresh_seed not in text
    assert "hash" not in text


async def test_no_film_that_one_may_not_see(services, films, anna):
    root = await superuser_actor(services)
    hidden = films["Zanzibar Nights"]
    role = await perform(
        services, services.access.create_role, root, "p", [f"films.view:{PREMIUM}"]
    )
    await perform(services, services.access.assign_role, root, anna.account.id, role.id)
    holder = await actor_by_token(services, anna.token)
    await perform(services, services.bookmarks.add, holder, hidden)
    new = NewSelection(title="Nights", film_ids=[hidden, films["Ran"]])
    await perform(services, services.selections.create, holder, new)
    assert "Zanzibar" in b"".join(await pieces(services, holder)).decode()
    await perform(services, services.access.revoke_role, root, anna.account.id, role.id)
    document = await exported(services, await actor_by_token(services, anna.token))
    assert document["bookmarks"] == []
    (selection,) = document["selections"]
    assert [film["title"] for film in selection["films"]] == ["Ran"]


async def test_much_comes_in_small_pieces(services, settings, anna, berta):
    chat_id = await chat(services, anna.actor, berta.actor, "first")
    rows = [(chat_id, anna.account.id, f"{n:04d} " + "x" * 3000, 1) for n in range(1000)]
    execute_many(
        settings,
        "INSERT INTO messages (chat_id, author_id, text, created_at) VALUES (?, ?, ?, ?)",
        rows,
    )
    parts = await pieces(services, anna.actor)
    assert max(map(len, parts)) < 50_000
    (told,) = json.loads(b"".join(parts))["chats"]
    numbers = [line["text"][:4] for line in told["messages"][1:]]
    assert numbers == [f"{n:04d}" for n in range(1000)]


async def test_who_has_gone_leaves_no_name(services, anna, berta):
    await chat(services, anna.actor, berta.actor, "one", "two")
    await perform(services, services.credentials.delete_account, berta.actor)
    (told,) = (await exported(services, anna.actor))["chats"]
    assert told["with_username"] is None
    assert [line["own"] for line in told["messages"]] == [True, False]


async def test_so_often(settings, services, anna):
    strict = await wire(msgspec.structs.replace(settings, export_limit="2 per hour"))
    try:
        for _ in range(2):
            await exported(strict, anna.actor)
        with raises_error(Code.THROTTLED):
            await exported(strict, anna.actor)
    finally:
        await close(strict)


async def test_not_by_nobody(services):
    with raises_error(Code.UNAUTHORIZED):
        await exported(services, await anonymous_actor(services))
