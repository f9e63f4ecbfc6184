"""Chats and messages.

Shapes: `Message`, `Posted` (a new one), `Chat` (as its member sees it), `Membership` (who is in
a chat), `Unread` (how much), `Event` and `Read` (what listeners hear).
"""

from enum import IntEnum

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A message; times in milliseconds. Without an author: the account has been deleted.

    `nonce` is its author's own name for it, and nobody else's business.
    """

    id: int
    chat_id: int
    author_id: int | None
    text: str
    created_at: int
    edited_at: int | None
    nonce: str | None = None


class Posted(msgspec.Struct, frozen=True):
    """A message that has just been stored, and the id of its chat's last one before it."""

    message: Message
    after: int


class Chat(msgspec.Struct, frozen=True):
    """A chat as one of its members sees it.

    `members` are the accounts that are there still; `other_id` is None where the other's has
    been deleted; `other_name` is its username, or else given name; None where there is neither.
    `read_id` and `other_read_id` tell up to which message either has read.
    """

    id: int
    members: tuple[int, ...]
    other_id: int | None
    other_name: str | None
    last_message: Message | None
    unread: int
    read_id: int
    other_read_id: int


class Membership(msgspec.Struct, frozen=True):
    """A chat and the accounts of its pair, whether they still exist or not.

    `is_whole` says whether both still exist.
    """

    chat_id: int
    pair: tuple[int, int]
    is_whole: bool = True

    def channels(self) -> tuple[str, ...]:
        """Where events of this chat are heard: in the chat, and with either account."""
        return (chat_channel(self.chat_id), *self.account_channels())

    def account_channels(self) -> tuple[str, ...]:
        """Where either account hears of all its chats."""
        return tuple(map(account_channel, self.pair))


class EventKind(IntEnum):
    """What has happened to a message."""

    NEW = 1
    DELETED = 2
    EDITED = 3


class Unread(msgspec.Struct, frozen=True):
    """How many messages an account has not read: in all its chats, and in one of them."""

    total: int
    in_chat: int


class Event(msgspec.Struct, frozen=True, cache_hash=True):
    """Something that has happened to a message, which is given as it is, or last was.

    `after` is the id of the newest message of the chat that comes before this event: of who
    has not heard of that one, something is kept back or lost.
    """

    kind: EventKind
    message: Message
    after: int

    @property
    def chat_id(self) -> int:
        """The chat in which it has happened."""
        return self.message.chat_id


class Read(msgspec.Struct, frozen=True):
    """A member has read its chat up to a message."""

    chat_id: int
    account_id: int
    message_id: int


Happening = Event | Read


def chat_channel(chat_id: int) -> str:
    """Where the events of one chat are heard."""
    return f"chat:{chat_id}"


def account_channel(account_id: int) -> str:
    """Where the events of all chats of one account are heard."""
    return f"account:{account_id}"
