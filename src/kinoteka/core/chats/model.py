"""Chats, messages and the events that listeners receive."""

from enum import IntEnum

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A message. Times are in milliseconds; `author_id` is None once the author is deleted.

    The author's client chooses `nonce`, and only the author sees it.
    """

    id: int
    chat_id: int
    author_id: int | None
    text: str
    created_at: int
    edited_at: int | None
    nonce: str | None = None


class PostedMessage(msgspec.Struct, frozen=True):
    """A message that was just stored, and the id of the message before it in its chat (or 0)."""

    message: Message
    after: int


class Chat(msgspec.Struct, frozen=True):
    """A chat as one of its members sees it.

    `members` are the accounts that still exist, and `other_id` is None when the other one does
    not. `other_name` is the other member's username, else the given name, else None. `read_id`
    and `other_read_id` are the last messages that this and the other member have read.
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
    """A chat and the two accounts that it was opened for, including deleted ones.

    `is_whole` is true while both accounts exist.
    """

    chat_id: int
    pair: tuple[int, int]
    is_whole: bool = True

    def channels(self) -> tuple[str, ...]:
        """Return the channels of message events: the chat's and both accounts'."""
        return (chat_channel(self.chat_id), *self.account_channels())

    def account_channels(self) -> tuple[str, ...]:
        """Return the channels of both accounts."""
        return tuple(map(account_channel, self.pair))


class EventKind(IntEnum):
    """What happened to a message."""

    NEW = 1
    DELETED = 2
    EDITED = 3


class UnreadCounts(msgspec.Struct, frozen=True):
    """The number of messages that an account has not read, in all its chats and in one."""

    total: int
    in_chat: int


class MessageEvent(msgspec.Struct, frozen=True, cache_hash=True):
    """A new, edited or deleted message, with its current or last content.

    `after` is the id of the chat's newest message before this event. A listener that has not
    received that message has missed an event, or the event is still on its way.
    """

    kind: EventKind
    message: Message
    after: int

    @property
    def chat_id(self) -> int:
        """Return the id of the message's chat."""
        return self.message.chat_id


class ReadReceipt(msgspec.Struct, frozen=True):
    """The event that a member has read a chat up to a message."""

    chat_id: int
    account_id: int
    message_id: int


ChatEvent = MessageEvent | ReadReceipt


def chat_channel(chat_id: int) -> str:
    """Return the name of the channel with the events of one chat."""
    return f"chat:{chat_id}"


def account_channel(account_id: int) -> str:
    """Return the name of the channel with the events of all chats of one account."""
    return f"account:{account_id}"
