"""What requests of this part look like, and what its scripts are told."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kinoteka.core.chats.model import EventKind, Message, MessageEvent, ReadReceipt, UnreadCounts
from kinoteka.http.mechanics.numbers import Count, Id

KINDS = {EventKind.NEW: "new", EventKind.EDITED: "edited", EventKind.DELETED: "deleted"}


class ChatsQuery(msgspec.Struct):
    """After which chat of the list to go on."""

    before: Id | None = None


class ChatQuery(msgspec.Struct):
    """Before which message to go back."""

    before: Id | None = None


class PeopleQuery(msgspec.Struct):
    """Part of a username."""

    q: str = ""


class MessageForm(msgspec.Struct):
    """A message; `nonce` keeps it from being sent twice, `seen` is the newest that was shown."""

    text: str = ""
    nonce: str = ""
    seen: Count = 0


class TextForm(msgspec.Struct):
    """What a message is to say from now on."""

    text: str = ""


class ReadForm(msgspec.Struct):
    """Up to which message one has read."""

    message_id: Id


class HistoryQuery(msgspec.Struct):
    """The newest messages, or those before one."""

    before: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class LiveMessage(msgspec.Struct):
    """A message; times in milliseconds, without an author: the account has been deleted.

    `nonce` is told to the author alone.
    """

    id: int
    chat_id: int
    author_id: int | None
    text: str
    at: int
    edited_at: int | None
    nonce: str | None


class LiveUnread(msgspec.Struct):
    """How many messages one has not read: in all, and in the chat that this is about."""

    total: int
    in_chat: int


class History(msgspec.Struct):
    """Messages, newest first, and how far either side has read."""

    messages: list[LiveMessage]
    has_older: bool
    read_id: int
    other_read_id: int
    unread: LiveUnread


class Happened(msgspec.Struct):
    """Something has happened to a message: it is `new`, `edited` or `deleted`."""

    type: str
    message: LiveMessage
    unread: LiveUnread


class HasRead(msgspec.Struct, tag="read"):
    """An account, the other's or one's own elsewhere, has read a chat up to a message."""

    chat_id: int
    account_id: int
    message_id: int
    unread: LiveUnread


def live_message(message: Message, reader_id: int) -> LiveMessage:
    """A message as its reader's scripts know it."""
    return LiveMessage(
        message.id,
        message.chat_id,
        message.author_id,
        message.text,
        message.created_at,
        message.edited_at,
        message.nonce if message.author_id == reader_id else None,
    )


def live_unread(unread: UnreadCounts) -> LiveUnread:
    """What is unread, for scripts."""
    return LiveUnread(unread.total, unread.in_chat)


def happening(
    event: MessageEvent | ReadReceipt, reader_id: int, unread: UnreadCounts
) -> Happened | HasRead:
    """What somebody hears of an event."""
    counts = live_unread(unread)
    if isinstance(event, ReadReceipt):
        return HasRead(event.chat_id, event.account_id, event.message_id, counts)
    return Happened(KINDS[event.kind], live_message(event.message, reader_id), counts)
