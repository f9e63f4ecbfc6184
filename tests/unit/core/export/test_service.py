"""Exports: all data of the account, without data of others and without secrets."""

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
    signed_in_actor,
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


async def export_chunks(services, actor):
    async with unit_of_work(services.database) as unit:
        stream = await services.export.stream(actor, unit, lambda account: account.avatar_address)
        return [chunk async for chunk in stream]


async def export_document(services, actor):
    return json.loads(b"".join(await export_chunks(services, actor)))


async def create_chat(services, actor, other, *texts):
    """Open a chat in which the two accounts write the texts in turn; return its id."""
    chat_id = await perform(services, services.chats.open, actor, other.account_id)
    for author, text in zip((actor, other) * len(texts), texts, strict=False):
        await perform(services, services.chats.post, author, chat_id, text, None)
    return chat_id


async def test_export_of_a_new_account_has_only_its_profile_and_session(services, anna):
    document = await export_document(services, anna.actor)
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


async def test_export_has_all_data_of_the_account(services, films, anna, berta):
    actor = (await sign_in(services, "anna")).actor
    genre = (await perform(services, services.catalogue.film, actor, films["Ran"])).genre.id
    await perform(
        services, services.accounts.change, actor, ProfileChange(favourite_genre_id=genre)
    )
    for title in ("Ran", "Stalker"):
        await perform(services, services.bookmarks.add, actor, films[title])
        await asyncio.sleep(0.002)  # Bookmarks are ordered by milliseconds.
    new = NewSelection(title="Japan", film_ids=[films["Ran"], films["Dreams"]], public=True)
    await perform(services, services.selections.create, actor, new)
    await create_chat(services, actor, berta.actor, 'Hello, "Berta"\n', "Hello, Anna")
    document = await export_document(services, actor)
    assert document["account"]["favourite_genre"] == "Drama"
    assert [line["film"]["title"] for line in document["bookmarks"]] == ["Ran", "Stalker"]
    (selection,) = document["selections"]
    assert [film["title"] for film in selection["films"]] == ["Ran", "Dreams"]
    assert (selection["title"], selection["public"]) == ("Japan", True)
    (exported_chat,) = document["chats"]
    assert exported_chat["with_username"] == "berta"
    assert [(line["own"], line["text"]) for line in exported_chat["messages"]] == [
        (True, 'Hello, "Berta"'),
        (False, "Hello, Anna"),
    ]


async def test_export_has_nothing_of_other_accounts(services, films, anna, berta):
    carl = await sign_up(services, "carl-the-third")
    await create_chat(services, anna.actor, berta.actor, "to berta")
    await create_chat(services, berta.actor, carl.actor, "between berta and carl")
    await perform(services, services.bookmarks.add, berta.actor, films["Stalker"])
    new = NewSelection(title="Of Berta", film_ids=[films["Ran"]], public=True)
    await perform(services, services.selections.create, berta.actor, new)
    text = b"".join(await export_chunks(services, anna.actor)).decode()
    assert "to berta" in text
    for others in ("between", "carl", "Stalker", "Of Berta", "berta@example.com", "+49"):
        assert others not in text


async def test_export_has_no_secrets_of_the_account(services, settings, anna):
    text = b"".join(await export_chunks(services, anna.actor)).decode()
    assert "argon2" not in text
    assert anna.token not in text
    assert anna.session.refresh_seed not in text
    assert "hash" not in text


async def test_export_omits_invisible_films(services, films, anna):
    root = await superuser_actor(services)
    hidden = films["Zanzibar Nights"]
    role = await perform(
        services, services.access.create_role, root, "p", [f"films.view:{PREMIUM}"]
    )
    await perform(services, services.access.assign_role, root, anna.account.id, role.id)
    reader = await signed_in_actor(services, anna.token)
    await perform(services, services.bookmarks.add, reader, hidden)
    new = NewSelection(title="Nights", film_ids=[hidden, films["Ran"]])
    await perform(services, services.selections.create, reader, new)
    assert "Zanzibar" in b"".join(await export_chunks(services, reader)).decode()
    await perform(services, services.access.revoke_role, root, anna.account.id, role.id)
    document = await export_document(services, await actor_by_token(services, anna.token))
    assert document["bookmarks"] == []
    (selection,) = document["selections"]
    assert [film["title"] for film in selection["films"]] == ["Ran"]


async def test_large_export_is_streamed_in_small_chunks(services, settings, anna, berta):
    chat_id = await create_chat(services, anna.actor, berta.actor, "first")
    rows = [(chat_id, anna.account.id, f"{n:04d} " + "x" * 3000, 1) for n in range(1000)]
    execute_many(
        settings,
        "INSERT INTO messages (chat_id, author_id, text, created_at) VALUES (?, ?, ?, ?)",
        rows,
    )
    parts = await export_chunks(services, anna.actor)
    assert max(map(len, parts)) < 50_000
    (exported_chat,) = json.loads(b"".join(parts))["chats"]
    numbers = [line["text"][:4] for line in exported_chat["messages"][1:]]
    assert numbers == [f"{n:04d}" for n in range(1000)]


async def test_deleted_chat_partner_has_no_name(services, anna, berta):
    await create_chat(services, anna.actor, berta.actor, "one", "two")
    await perform(services, services.credentials.delete_account, berta.actor)
    (exported_chat,) = (await export_document(services, anna.actor))["chats"]
    assert exported_chat["with_username"] is None
    assert [line["own"] for line in exported_chat["messages"]] == [True, False]


async def test_exports_are_limited(settings, services, anna):
    strict = await wire(msgspec.structs.replace(settings, export_limit="2 per hour"))
    try:
        for _ in range(2):
            await export_document(strict, anna.actor)
        with raises_error(Code.THROTTLED):
            await export_document(strict, anna.actor)
    finally:
        await close(strict)


async def test_anonymous_export_is_rejected(services):
    with raises_error(Code.UNAUTHORIZED):
        await export_document(services, await anonymous_actor(services))
