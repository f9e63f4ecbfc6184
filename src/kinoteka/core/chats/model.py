"""Chats and messages.

Shapes: `Message`, `Posted` (a new one), `Chat` (as its member sees it), `Membership` (who is in
a chat), `Event` (what listeners hear).
"""

from enum import IntEnum

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A message; times in milliseconds. Without an author: the account has been deleted."""

    id: int
    chat_id: int
    author_id: int | None
    text: str
    created_at: int
    edited_at: int | None


class Posted(msgspec.Struct, frozen=True):
    """A message that has just been stored, and the id of its chat's last one before it."""

    message: Message
    after: int


class Chat(msgspec.Struct, frozen=True):
    """A chat as one of its members sees it.

    `members` are the accounts that are there still; `other_id` is None where the other's has
    been deleted; `other_name` is its username, or else given name; None where there is neither.
    """

    id: int
    members: tuple[int, ...]
    other_id: int | None
    other_name: str | None
    last_message: Message | None
    unread: int


class Membership(msgspec.Struct, frozen=True):
    """A chat and the accounts of its pair, whether they are there still or not."""

    chat_id: int
    pair: tuple[int, int]

    def channels(self) -> tuple[str, ...]:
        """Where events of this chat are heard: in the chat, and with either account."""
        return (chat_channel(self.chat_id), *map(account_channel, self.pair))


class EventKind(IntEnum):
    """What has happened to a message."""

    NEW = 1
    DELETED = 2
    EDITED = 3


class Event(msgspec.Struct, frozen=True, cache_hash=True):
    """Something that has happened to a message, which is given as it is, or last was.

    `after` is the id of the newest message of the chat that comes before this event: of who
    has not heard of that one, something is kept back or lost.
    """

    kind: EventKind
    message: Message
    after: int


def chat_channel(chat_id: int) -> str:
    """Where the events of one chat are heard."""
    return f"chat:{chat_id}"


def account_channel(account_id: int) -> str:
    """Where the events of all chats of one account are heard."""
    return f"account:{account_id}"
