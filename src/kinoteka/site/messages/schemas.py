"""Queries and forms of the chat pages, and the JSON that their scripts receive."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kinoteka.core.chats.model import EventKind, Message, MessageEvent, ReadReceipt, UnreadCounts
from kinoteka.http.mechanics.numbers import Count, Id

KINDS = {EventKind.NEW: "new", EventKind.EDITED: "edited", EventKind.DELETED: "deleted"}


class ChatsQuery(msgspec.Struct):
    """The chat after which the list continues."""

    before: Id | None = None


class ChatQuery(msgspec.Struct):
    """The message before which older ones are shown."""

    before: Id | None = None


class RecipientsQuery(msgspec.Struct):
    """Part of a username."""

    q: str = ""


class MessageForm(msgspec.Struct):
    """A message. `nonce` prevents duplicates; `seen` is the newest message that the page shows."""

    text: str = ""
    nonce: str = ""
    seen: Count = 0


class TextForm(msgspec.Struct):
    """The new text of a message."""

    text: str = ""


class ReadForm(msgspec.Struct):
    """The last message that the user has read."""

    message_id: Id


class HistoryQuery(msgspec.Struct):
    """The newest messages, or those before one."""

    before: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class LiveMessage(msgspec.Struct):
    """A message with times in milliseconds. It has no author if the account was deleted.

    Only the author receives `nonce`.
    """

    id: int
    chat_id: int
    author_id: int | None
    text: str
    at: int
    edited_at: int | None
    nonce: str | None


class LiveUnread(msgspec.Struct):
    """The number of unread messages in all chats and in this chat."""

    total: int
    in_chat: int


class History(msgspec.Struct):
    """Messages, newest first, with the last message that each member has read."""

    messages: list[LiveMessage]
    has_older: bool
    read_id: int
    other_read_id: int
    unread: LiveUnread


class MessageFrame(msgspec.Struct):
    """A message was created, edited or deleted; `type` is `new`, `edited` or `deleted`."""

    type: str
    message: LiveMessage
    unread: LiveUnread


class ReadFrame(msgspec.Struct, tag="read"):
    """The other member, or the user in another window, has read a chat up to a message."""

    chat_id: int
    account_id: int
    message_id: int
    unread: LiveUnread


def live_message(message: Message, reader_id: int) -> LiveMessage:
    """Return a message as the scripts of a reader receive it."""
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
    """Return the number of unread messages for scripts."""
    return LiveUnread(unread.total, unread.in_chat)


def event_frame(
    event: MessageEvent | ReadReceipt, reader_id: int, unread: UnreadCounts
) -> MessageFrame | ReadFrame:
    """Return the frame with which an account receives an event."""
    counts = live_unread(unread)
    if isinstance(event, ReadReceipt):
        return ReadFrame(event.chat_id, event.account_id, event.message_id, counts)
    return MessageFrame(KINDS[event.kind], live_message(event.message, reader_id), counts)
