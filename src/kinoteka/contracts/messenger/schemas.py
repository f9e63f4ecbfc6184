"""Schemas of this contract's requests and responses."""

from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kinoteka.core.accounts.model import Account, NewAccount, ProfileChange
from kinoteka.core.chats import model as chats
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.numbers import Count, Id
from kinoteka.http.mechanics.response import encode
from kinoteka.http.policy.field_schemas import (
    Email,
    EmailOrEmpty,
    NewPassword,
    NoPassword,
    Password,
)
from kinoteka.infrastructure.clock import iso

DELETED_AUTHOR = 0
DELETED_NAME = "deleted user"
LOCAL_TIME = "%d.%m.%Y %H:%M"


class NewUserBody(msgspec.Struct):
    """A new user: e-mail address, password and any other fields. Empty means absent."""

    email: Email
    password: NewPassword
    username: str | None = None
    name: str | None = None
    fullname: str | None = None
    status: str | None = None
    fstatus: str | None = None
    phone: str | None = None


class SignInBody(msgspec.Struct):
    """The credentials of a sign-in. An account without an e-mail address sends its username."""

    email: str
    password: Password


class User(msgspec.Struct):
    """A user. A field that the account lacks is an empty string.

    `fullname` and `fstatus` repeat `name` and `status` for clients of the document's first
    server.
    """

    id: int
    email: str
    username: str
    name: str
    status: str
    fullname: str
    fstatus: str


class UserBody(msgspec.Struct):
    """The whole user after the change.

    `fullname` and `fstatus` are aliases of `name` and `status`. `phone` may be absent. `password`
    must be absent or empty.
    """

    id: Id
    email: EmailOrEmpty
    username: str
    name: str | UnsetType = UNSET
    status: str | UnsetType = UNSET
    fullname: str | UnsetType | None = UNSET
    fstatus: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    password: NoPassword | UnsetType | None = UNSET


class FoundUser(msgspec.Struct):
    """A user in search results. `password` is always empty, `phone` except in your own entry."""

    id: int
    email: str
    password: str
    username: str
    name: str
    status: str
    phone: str
    fullname: str
    fstatus: str


class FoundUsers(msgspec.Struct):
    """Search results, best match first."""

    users: list[FoundUser]


class PhotoQuery(msgspec.Struct):
    """The form of a photo. `plain` leaves out the picture before the part."""

    plain: bool = False


class ChatBody(msgspec.Struct):
    """The other member of a chat."""

    user_id: Id


class Created(msgspec.Struct):
    """The id of a new object."""

    id: int


class ChatsQuery(msgspec.Struct):
    """A range of the chats: at most `limit`, after the chat `before` in the list."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 200
    before: Id | None = None


class Message(msgspec.Struct):
    """A message. `author_id` is 0 if the account was deleted. The time is RFC 3339 in UTC."""

    id: int
    chat_id: int
    author_id: int
    text: str
    message_time: str
    edited: bool


class Chat(msgspec.Struct):
    """A chat in the list. `name` is the other member's, `members` are user ids."""

    id: int
    name: str
    members: list[int]
    last_message: Message | None
    unread: int


class ChatList(msgspec.Struct):
    """Chats, newest conversation first."""

    chats: list[Chat]


class OtherChat(msgspec.Struct, rename="pascal"):
    """A chat in the form of the document's front end. `LastMessage` is its text or empty."""

    id: int = msgspec.field(name="ID")
    name: str
    members: list[int]
    last_message: str


class Workspace(msgspec.Struct):
    """A group of chats. This server has none."""


class OtherChatList(msgspec.Struct, rename="pascal"):
    """Chats in the form of the document's front end."""

    chats: list[OtherChat]
    workspaces: list[Workspace]


class NewMessageBody(msgspec.Struct):
    """A message of 1 to 4000 characters. The same `nonce` creates it only once."""

    text: str
    nonce: str | None = None


class MessagesQuery(msgspec.Struct):
    """A range of messages: the newest, those before an id or those after an id."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    before: Id | None = None
    after: Count | None = None


class MessageList(msgspec.Struct):
    """Messages, newest first.

    `Messages` has the same messages, oldest first, with `message_time` as DD.MM.YYYY HH:mm in the
    server's time zone, which is the format that the document's front end parses.
    """

    messages: list[Message]
    oldest_first: list[Message] = msgspec.field(name="Messages")


class FoundMessages(msgspec.Struct):
    """Messages that contain the words, newest first, with times as in `Messages` of a chat."""

    found: list[Message] = msgspec.field(name="Messages")


class TextBody(msgspec.Struct):
    """The new text of a message."""

    text: str


class ReadBody(msgspec.Struct):
    """The last message that the user has read."""

    message_id: Id


class Notification(msgspec.Struct):
    """A chat event: 1 for a new message, 2 for a deleted one, 3 for an edited one."""

    event_type: int
    body: Message


class Nothing(msgspec.Struct):
    """An empty object."""


class Refused(msgspec.Struct):
    """An error: a mnemonic that clients switch on, and a sentence for people."""

    error: str
    message: str


def new_account(body: NewUserBody) -> NewAccount:
    """Return the account that a sign-up requests.

    Raises:
        DomainError(FIELD_INVALID): a key and its alias have different values.
    """
    return NewAccount(
        email=body.email,
        password=body.password,
        username=body.username or None,
        given_name=one_of(("name", body.name or ""), ("fullname", body.fullname)) or None,
        status=one_of(("status", body.status or ""), ("fstatus", body.fstatus)) or None,
        phone=body.phone or None,
    )


def user_change(body: UserBody, account: Account) -> ProfileChange:
    """Return the change from the stored account to the user in the body.

    Raises:
        DomainError(PASSWORD_NOT_CHANGED_HERE): the body has a password.
        DomainError(FIELD_INVALID): a key and its alias are missing, or they differ and neither has
            the stored value.
    """
    if body.password:
        raise DomainError(Code.PASSWORD_NOT_CHANGED_HERE)
    stored_name, stored_status = account.given_name or "", account.status or ""
    return ProfileChange(
        email=body.email or None,
        username=body.username or None,
        given_name=one_of(("name", body.name), ("fullname", body.fullname), stored_name),
        status=one_of(("status", body.status), ("fstatus", body.fstatus), stored_status),
        phone=UNSET if body.phone is None else body.phone,
    )


SentField = tuple[str, str | UnsetType | None]


def one_of(key: SentField, alias: SentField, stored: str = "") -> str:
    """Return the value of a key or of its alias. If they differ, the changed one counts.

    `key` and `alias` are pairs of a name and the value that was sent for it.

    Raises:
        DomainError(FIELD_INVALID): both are missing, or both differ from the stored value.
    """
    sent = {name: text for name, text in (key, alias) if isinstance(text, str)}
    if not sent:
        raise field_invalid(key[0], "missing")
    changed = {text.strip() for text in sent.values()} - {stored}
    if len(changed) > 1:
        raise field_invalid(alias[0], f"differs from {key[0]}; send one of the two")
    return changed.pop() if changed else stored


def user(account: Account) -> User:
    """Return an account in the schema of this contract."""
    name, status = account.given_name or "", account.status or ""
    return User(account.id, account.email or "", account.username or "", name, status, name, status)


def found_user(account: Account, own_id: int | None) -> FoundUser:
    """Return an account as a search by the account `own_id` finds it."""
    phone = account.phone if account.id == own_id else None
    public = user(account)
    return FoundUser(
        public.id,
        public.email,
        "",
        public.username,
        public.name,
        public.status,
        phone or "",
        public.fullname,
        public.fstatus,
    )


def chat(stored: chats.Chat) -> Chat:
    """Return a chat in the schema of this contract."""
    return Chat(
        stored.id,
        _chat_name(stored),
        list(stored.members),
        None if stored.last_message is None else message(stored.last_message),
        stored.unread,
    )


def other_chat(stored: chats.Chat) -> OtherChat:
    """Return a chat in the form of the document's front end."""
    last = "" if stored.last_message is None else stored.last_message.text
    return OtherChat(stored.id, _chat_name(stored), list(stored.members), last)


def _chat_name(stored: chats.Chat) -> str:
    # Never the e-mail address, because other people may see the screen.
    if stored.other_id is None:
        return DELETED_NAME
    return stored.other_name or f"user {stored.other_id}"


def message(stored: chats.Message) -> Message:
    """Return a message in the schema of this contract."""
    return Message(
        stored.id,
        stored.chat_id,
        stored.author_id or DELETED_AUTHOR,
        stored.text,
        iso(stored.created_at),
        stored.edited_at is not None,
    )


def messages(stored: list[chats.Message], zone: tzinfo) -> MessageList:
    """Return messages, newest first, in both forms that clients read."""
    return MessageList(
        [message(each) for each in stored], [local_message(each, zone) for each in reversed(stored)]
    )


def local_message(stored: chats.Message, zone: tzinfo) -> Message:
    """Return a message with its time in the format of the document's front end."""
    sent_at = datetime.fromtimestamp(stored.created_at / 1000, zone)
    return msgspec.structs.replace(message(stored), message_time=sent_at.strftime(LOCAL_TIME))


@lru_cache(maxsize=256)
def notification(event: chats.MessageEvent) -> str:
    """Return the frame of an event, encoded once for all listeners."""
    return encode(Notification(int(event.kind), message(event.message))).decode()
