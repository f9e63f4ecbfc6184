"""What this contract's requests and answers look like."""

from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from kinoteka.core.accounts.model import Account, NewAccount
from kinoteka.core.chats.model import Chat, Event, Message
from kinoteka.httpkit.answers import encode
from kinoteka.httpkit.numbers import Count, Id
from kinoteka.storage.clock import iso

DELETED_AUTHOR = 0
DELETED_NAME = "deleted user"


class NewUserBody(msgspec.Struct):
    """Somebody new: e-mail and password, and whatever else of a user; empty is as absent."""

    email: str
    password: str
    username: str | None = None
    name: str | None = None
    status: str | None = None
    phone: str | None = None


class SignInBody(msgspec.Struct):
    """Somebody comes in; `email` may also be the username of an account without an e-mail."""

    email: str
    password: str


class User(msgspec.Struct):
    """A user; what the account lacks is an empty text."""

    id: int
    email: str
    username: str
    name: str
    status: str


class UserBody(msgspec.Struct):
    """The whole user, as it is to be."""

    id: Id
    email: str
    username: str
    name: str
    status: str


class FoundUser(msgspec.Struct):
    """A user in a search; `password` is always empty, `phone` is but one's own."""

    id: int
    email: str
    password: str
    username: str
    name: str
    status: str
    phone: str


class FoundUsers(msgspec.Struct):
    """What a search finds, best first."""

    users: list[FoundUser]


class ChatBody(msgspec.Struct):
    """With whom to chat."""

    user_id: Id


class Created(msgspec.Struct):
    """The id of what has been made."""

    id: int


class ChatsQuery(msgspec.Struct):
    """How many chats, and after which one of the list to go on."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 200
    before: Id | None = None


class MessageShape(msgspec.Struct):
    """A message; `author_id` is 0 where the account has been deleted, the time RFC 3339, UTC."""

    id: int
    chat_id: int
    author_id: int
    text: str
    message_time: str
    edited: bool


class ChatShape(msgspec.Struct):
    """A chat in the list; `name` is the other's, `members` are users' ids."""

    id: int
    name: str
    members: list[int]
    last_message: MessageShape | None
    unread: int


class ChatList(msgspec.Struct):
    """One's chats, newest conversation first."""

    chats: list[ChatShape]


class NewMessageBody(msgspec.Struct):
    """A message of 1 to 4000 characters; the same `nonce` makes the same message only once."""

    text: str
    nonce: str | None = None


class MessagesQuery(msgspec.Struct):
    """Which messages: the newest, those before an id, or those that follow one."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    before: Id | None = None
    after: Count | None = None


class MessageList(msgspec.Struct):
    """Messages, newest first."""

    messages: list[MessageShape]


class TextBody(msgspec.Struct):
    """The new text of a message."""

    text: str


class ReadBody(msgspec.Struct):
    """Up to which message one has read."""

    message_id: Id


class Notification(msgspec.Struct):
    """What has happened to a message: 1 it is new, 2 deleted, 3 edited."""

    event_type: int
    body: MessageShape


class Nothing(msgspec.Struct):
    """An answer that says nothing but its status."""


class Refused(msgspec.Struct):
    """A refusal: the mnemonic by which clients switch, and a sentence for people."""

    error: str
    message: str


def new_account(body: NewUserBody) -> NewAccount:
    """What somebody signs up with."""
    return NewAccount(
        email=body.email,
        password=body.password,
        username=body.username or None,
        given_name=body.name or None,
        status=body.status or None,
        phone=body.phone or None,
    )


def user(account: Account) -> User:
    """The account as this contract shows it."""
    return User(
        account.id,
        account.email or "",
        account.username or "",
        account.given_name or "",
        account.status or "",
    )


def found_user(account: Account, own_id: int | None) -> FoundUser:
    """The account in a search by the account `own_id`."""
    phone = account.phone if account.id == own_id else None
    return FoundUser(
        account.id,
        account.email or "",
        "",
        account.username or "",
        account.given_name or "",
        account.status or "",
        phone or "",
    )


def chat(found: Chat) -> ChatShape:
    """A chat as this contract shows it."""
    return ChatShape(
        found.id,
        _chat_name(found),
        list(found.members),
        None if found.last_message is None else message(found.last_message),
        found.unread,
    )


def _chat_name(found: Chat) -> str:
    # Never the e-mail address: the list is shown on screens that others see.
    if found.other_id is None:
        return DELETED_NAME
    return found.other_name or f"user {found.other_id}"


def message(found: Message) -> MessageShape:
    """A message as this contract shows it."""
    return MessageShape(
        found.id,
        found.chat_id,
        found.author_id or DELETED_AUTHOR,
        found.text,
        iso(found.created_at),
        found.edited_at is not None,
    )


@lru_cache(maxsize=256)
def notification(event: Event) -> str:
    """An event as it goes out, written down once for all who hear it."""
    return encode(Notification(int(event.kind), message(event.message))).decode()
