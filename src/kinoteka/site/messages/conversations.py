"""The contents of the chat pages: the list of chats and a conversation with days and films."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, tzinfo

import msgspec

from kinoteka.core.accounts.model import Account
from kinoteka.core.catalogue.model import Film
from kinoteka.core.chats.model import Chat, Message
from kinoteka.errors import DomainError
from kinoteka.http.policy.request import Request
from kinoteka.site.messages.links import TextSegment, linked_film_ids, split_links

CHATS_SHOWN = 30
MESSAGES_SHOWN = 50
LONG_TEXT = 500


class ChatRow(msgspec.Struct, frozen=True):
    """A chat in the list. It has no account if the other account was deleted.

    `namesake` is the username of a third account that could be confused with the other member.
    """

    chat: Chat
    account: Account | None
    preview: str | None
    is_own: bool
    namesake: str | None = None


class ChatList(msgspec.Struct, frozen=True):
    """Chats, most recent first, and the id after which the list continues, if there are more."""

    rows: list[ChatRow]
    before: int | None


class MessageView(msgspec.Struct, frozen=True):
    """A message as a page shows it."""

    message: Message
    segments: list[TextSegment]
    films: list[Film]
    is_own: bool
    is_read: bool
    starts_day: bool
    is_first_unread: bool


class Conversation(msgspec.Struct, frozen=True):
    """A chat with some of its messages, oldest first."""

    row: ChatRow
    messages: list[MessageView]
    has_older: bool
    is_newest: bool
    hosts: list[str]

    @property
    def chat(self) -> Chat:
        """The chat."""
        return self.row.chat

    @property
    def newest_id(self) -> int:
        """The id of the newest message on the page, or 0."""
        return self.messages[-1].message.id if self.messages else 0


async def list_chat_rows(request: Request, before: int | None = None) -> ChatList:
    """Return the most recent chats of the user, or those after the chat `before`.

    Raises:
        DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
    """
    found = await request.core.chats.list_chats(
        request.actor, request.unit, CHATS_SHOWN + 1, before
    )
    rows = [await _row(request, chat) for chat in found[:CHATS_SHOWN]]
    return ChatList(rows, rows[-1].chat.id if len(found) > CHATS_SHOWN else None)


async def read_conversation(
    request: Request, chat_id: int, zone: tzinfo, before: int | None = None
) -> Conversation:
    """Return the newest messages of a chat, or those before a message.

    Raises:
        DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
    """
    chats = request.core.chats
    chat = await chats.get(request.actor, request.unit, chat_id)
    found = await chats.list_messages(
        request.actor, request.unit, chat_id, MESSAGES_SHOWN + 1, before=before
    )
    hosts = server_hosts(request)
    messages = await _message_views(request, chat, found[:MESSAGES_SHOWN][::-1], hosts, zone)
    row = await _row(request, chat)
    return Conversation(row, messages, len(found) > MESSAGES_SHOWN, before is None, hosts)


def server_hosts(request: Request) -> list[str]:
    """Return the host names of this server in lower case."""
    public = request.settings.public_url.partition("://")[2].partition("/")[0]
    return sorted({host.lower() for host in (request.header(b"host"), public) if host})


async def _row(request: Request, chat: Chat) -> ChatRow:
    last = chat.last_message
    account = await _account(request, chat.other_id)
    namesake = None
    if account is not None and account.username is None:
        namesake = await request.core.people.find_namesake(
            request.unit, account, account.given_name
        )
    return ChatRow(
        chat,
        account,
        None if last is None else " ".join(last.text[:200].split()),
        last is not None and last.author_id == request.actor.account_id,
        namesake,
    )


async def _account(request: Request, account_id: int | None) -> Account | None:
    if account_id is None:
        return None
    try:
        return await request.core.accounts.get(request.unit, account_id)
    except DomainError:  # deleted meanwhile
        return None


async def _split_texts(messages: Sequence[Message], hosts: list[str]) -> list[list[TextSegment]]:
    """Split texts into segments. Yield to the event loop after each long text."""
    texts = []
    for message in messages:
        texts.append(split_links(message.text, hosts))
        if len(message.text) > LONG_TEXT:
            await asyncio.sleep(0)
    return texts


async def _message_views(
    request: Request, chat: Chat, messages: Sequence[Message], hosts: list[str], zone: tzinfo
) -> list[MessageView]:
    texts = await _split_texts(messages, hosts)
    wanted = {film_id for each in texts for film_id in linked_film_ids(each)}
    by_id = await request.core.catalogue.films_by_any_id(
        request.actor, request.unit, sorted(wanted)
    )
    own_id = request.actor.require_account()
    views: list[MessageView] = []
    day, is_divided = None, chat.unread == 0
    for message, each in zip(messages, texts, strict=True):
        is_own = message.author_id == own_id
        first_unread = not is_divided and not is_own and message.id > chat.read_id
        is_divided = is_divided or first_unread
        own_day = datetime.fromtimestamp(message.created_at / 1000, zone).date()
        views.append(
            MessageView(
                message,
                each,
                [by_id[film_id] for film_id in linked_film_ids(each) if film_id in by_id],
                is_own,
                message.id <= chat.other_read_id,
                own_day != day,
                first_unread,
            )
        )
        day = own_day
    return views
