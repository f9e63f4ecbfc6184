"""What the pages of chats show, apart from how."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from kinoteka.http.policy.request import Request
from kinoteka.site.contract import SITE
from kinoteka.site.messages import conversations
from tests.support.accounts import perform, sign_up
from tests.support.asgi_requests import ASGIRequest
from tests.support.films import CATALOGUE

ROUTE = SITE.routes[0]
LABELLED = next(film.title for film in CATALOGUE if film.label is not None)


@pytest.fixture
async def pair(services):
    return [(await sign_up(services)).actor for _ in range(2)]


@pytest.fixture
async def chat(services, pair):
    return await perform(services, services.chats.open, pair[0], pair[1].require_account())


def call_of(services, actor, *headers):
    scope = {"headers": [(b"host", b"films.example"), *headers], "scheme": "http"}
    request = Request(scope, ASGIRequest().receive, services, SITE, ROUTE)
    request.actor = actor
    return request


async def read(services, actor, chat, zone=UTC):
    return await conversations.read_conversation(call_of(services, actor), chat, zone)


async def test_only_the_first_unread_message_is_marked(services, pair, chat):
    anna, boris = pair
    first = await perform(services, services.chats.post, boris, chat, "one", None)
    await perform(services, services.chats.mark_read, anna, chat, first.id)
    for author, text in ((anna, "two"), (boris, "three"), (boris, "four")):
        await perform(services, services.chats.post, author, chat, text, None)
    found = await read(services, anna, chat)
    marked = [each.message.text for each in found.messages if each.is_first_unread]
    assert marked == ["three"]
    assert [each.is_own for each in found.messages] == [False, True, False, False]


async def test_days_are_in_the_readers_zone(services, pair, chat, monkeypatch):
    hour = 60 * 60 * 1000
    for number in range(3):  # 23:30, 00:30 and 01:30 UTC
        at = 1_700_004_600_000 + number * hour
        monkeypatch.setattr("kinoteka.core.chats.service.now", lambda at=at: at)
        await perform(services, services.chats.post, pair[0], chat, "hello", None)
    for zone, starts in (
        (UTC, [True, True, False]),
        (ZoneInfo("Asia/Tokyo"), [True, False, False]),
    ):
        found = await read(services, pair[0], chat, zone)
        assert [each.starts_day for each in found.messages] == starts


async def test_only_links_to_this_server_get_cards(services, pair, chat, films):
    ids = sorted(films.values())
    text = f"https://films.example/films/{ids[3]} /films/{ids[1]} http://a.example/films/{ids[0]}"
    await perform(services, services.chats.post, pair[0], chat, text, None)
    found = await read(services, pair[0], chat)
    assert [film.id for film in found.messages[0].films] == [ids[3], ids[1]]


async def test_invisible_films_get_no_cards(services, pair, chat, films):
    text = f"/films/{films['M']} /films/{films[LABELLED]}"
    await perform(services, services.chats.post, pair[0], chat, text, None)
    found = await read(services, pair[0], chat)
    assert [film.title for film in found.messages[0].films] == ["M"]


async def test_chat_with_a_deleted_account_has_no_account(services, pair, chat):
    await perform(services, services.credentials.delete_account, pair[1])
    (row,) = (await conversations.list_chat_rows(call_of(services, pair[0]))).rows
    assert row.account is None


def test_hosts_come_from_the_request_and_the_settings(services):
    request = call_of(services, None, (b"host", b"Films.Example:8000"))
    assert conversations.server_hosts(request) == ["films.example:8000"]
