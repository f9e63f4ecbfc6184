"""What the pages of chats show: rows of the list, and a conversation with its days and films."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, tzinfo

import msgspec

from kinoteka.core.accounts.model import Account
from kinoteka.core.catalogue.model import Film
from kinoteka.core.chats.model import Chat, Message
from kinoteka.errors import DomainError
from kinoteka.http.policy.request import Request
from kinoteka.site.messages.texts import Piece, films_of, pieces

CHATS_SHOWN = 30
MESSAGES_SHOWN = 50
LONG_TEXT = 500


class Row(msgspec.Struct, frozen=True):
    """A chat in the list; without an account the other's has been deleted.

    `namesake` is the username of a third account, if the other's name could be taken for it.
    """

    chat: Chat
    account: Account | None
    preview: str | None
    is_own: bool
    namesake: str | None = None


class Rows(msgspec.Struct, frozen=True):
    """Chats, newest conversation first, and the id after which to go on, if there are more."""

    rows: list[Row]
    before: int | None


class Shown(msgspec.Struct, frozen=True):
    """A message of a conversation."""

    message: Message
    pieces: list[Piece]
    films: list[Film]
    is_own: bool
    is_read: bool
    starts_day: bool
    is_first_unread: bool


class Conversation(msgspec.Struct, frozen=True):
    """A chat with some of its messages, the oldest of them first."""

    row: Row
    messages: list[Shown]
    has_older: bool
    is_newest: bool
    hosts: list[str]

    @property
    def chat(self) -> Chat:
        """The chat."""
        return self.row.chat

    @property
    def newest_id(self) -> int:
        """The newest message that is shown."""
        return self.messages[-1].message.id if self.messages else 0


async def list_rows(request: Request, before: int | None = None) -> Rows:
    """One's chats from the newest conversation on, or those after one.

    Raises:
        DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
    """
    found = await request.core.chats.list_chats(
        request.actor, request.unit, CHATS_SHOWN + 1, before
    )
    rows = [await _row(request, chat) for chat in found[:CHATS_SHOWN]]
    return Rows(rows, rows[-1].chat.id if len(found) > CHATS_SHOWN else None)


async def read_conversation(
    request: Request, chat_id: int, zone: tzinfo, before: int | None = None
) -> Conversation:
    """A chat's newest messages, or those before one.

    Raises:
        DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
    """
    chats = request.core.chats
    chat = await chats.get(request.actor, request.unit, chat_id)
    found = await chats.list_messages(
        request.actor, request.unit, chat_id, MESSAGES_SHOWN + 1, before=before
    )
    hosts = own_hosts(request)
    shown = await _shown(request, chat, found[:MESSAGES_SHOWN][::-1], hosts, zone)
    row = await _row(request, chat)
    return Conversation(row, shown, len(found) > MESSAGES_SHOWN, before is None, hosts)


def own_hosts(request: Request) -> list[str]:
    """The hosts by which this server is reached, lower case."""
    public = request.settings.public_url.partition("://")[2].partition("/")[0]
    return sorted({host.lower() for host in (request.header(b"host"), public) if host})


async def _row(request: Request, chat: Chat) -> Row:
    last = chat.last_message
    account = await _account(request, chat.other_id)
    namesake = None
    if account is not None and account.username is None:
        namesake = await request.core.people.find_namesake(
            request.unit, account, account.given_name
        )
    return Row(
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
    except DomainError:  # deleted since
        return None


async def _taken_apart(messages: Sequence[Message], hosts: list[str]) -> list[list[Piece]]:
    """The texts in pieces; others have their turn, for fifty long ones take their time."""
    parts = []
    for message in messages:
        parts.append(pieces(message.text, hosts))
        if len(message.text) > LONG_TEXT:
            await asyncio.sleep(0)
    return parts


async def _shown(
    request: Request, chat: Chat, messages: Sequence[Message], hosts: list[str], zone: tzinfo
) -> list[Shown]:
    parts = await _taken_apart(messages, hosts)
    wanted = {film_id for each in parts for film_id in films_of(each)}
    films = await request.core.catalogue.films_by_id(request.actor, request.unit, sorted(wanted))
    by_id = {film.id: film for film in films}
    own_id = request.actor.require_account()
    shown: list[Shown] = []
    day, is_divided = None, chat.unread == 0
    for message, each in zip(messages, parts, strict=True):
        is_own = message.author_id == own_id
        first_unread = not is_divided and not is_own and message.id > chat.read_id
        is_divided = is_divided or first_unread
        own_day = datetime.fromtimestamp(message.created_at / 1000, zone).date()
        shown.append(
            Shown(
                message,
                each,
                [by_id[film_id] for film_id in films_of(each) if film_id in by_id],
                is_own,
                message.id <= chat.other_read_id,
                own_day != day,
                first_unread,
            )
        )
        day = own_day
    return shown
