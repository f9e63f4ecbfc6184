"""What this contract's requests and answers look like."""

from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kinoteka.core.accounts.model import Account, NewAccount, ProfileChange
from kinoteka.core.chats.model import Chat, Message, MessageEvent
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
    """A new user: e-mail address and password, and any other fields. Empty means absent."""

    email: Email
    password: NewPassword
    username: str | None = None
    name: str | None = None
    fullname: str | None = None
    status: str | None = None
    fstatus: str | None = None
    phone: str | None = None


class SignInBody(msgspec.Struct):
    """Somebody comes in; `email` may also be the username of an account without an e-mail."""

    email: str
    password: Password


class User(msgspec.Struct):
    """A user. A field that the account lacks is an empty text.

    `fullname` and `fstatus` repeat `name` and `status` for clients of the document's first server.
    """

    id: int
    email: str
    username: str
    name: str
    status: str
    fullname: str
    fstatus: str


class UserBody(msgspec.Struct):
    """The whole user as it should become.

    `fullname` stands in for `name` and `fstatus` for `status`. `phone` may be absent. `password`
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
    """A user in a search; `password` is always empty, `phone` is but one's own."""

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
    """What a search finds, best first."""

    users: list[FoundUser]


class PhotoQuery(msgspec.Struct):
    """How to send the photo: `plain` leaves out the picture before the part."""

    plain: bool = False


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


class MessageSchema(msgspec.Struct):
    """A message; `author_id` is 0 where the account has been deleted, the time RFC 3339, UTC."""

    id: int
    chat_id: int
    author_id: int
    text: str
    message_time: str
    edited: bool


class ChatSchema(msgspec.Struct):
    """A chat in the list; `name` is the other's, `members` are users' ids."""

    id: int
    name: str
    members: list[int]
    last_message: MessageSchema | None
    unread: int


class ChatList(msgspec.Struct):
    """One's chats, newest conversation first."""

    chats: list[ChatSchema]


class OtherChatSchema(msgspec.Struct, rename="pascal"):
    """A chat as the document's front end reads it. `LastMessage` is a text, empty if none."""

    id: int = msgspec.field(name="ID")
    name: str
    members: list[int]
    last_message: str


class Workspace(msgspec.Struct):
    """A group of chats, of which this server has none."""


class OtherChatList(msgspec.Struct, rename="pascal"):
    """The user's chats as the document's front end reads them."""

    chats: list[OtherChatSchema]
    workspaces: list[Workspace]


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
    """Messages, newest first.

    `Messages` are the same ones, oldest first, with `message_time` as DD.MM.YYYY HH:mm in the
    server's time zone, which is the format that the document's front end parses.
    """

    messages: list[MessageSchema]
    oldest_first: list[MessageSchema] = msgspec.field(name="Messages")


class FoundMessages(msgspec.Struct):
    """Messages that contain the words, newest first, with times as in `Messages` of a chat."""

    found: list[MessageSchema] = msgspec.field(name="Messages")


class TextBody(msgspec.Struct):
    """The new text of a message."""

    text: str


class ReadBody(msgspec.Struct):
    """Up to which message one has read."""

    message_id: Id


class Notification(msgspec.Struct):
    """What has happened to a message: 1 it is new, 2 deleted, 3 edited."""

    event_type: int
    body: MessageSchema


class Nothing(msgspec.Struct):
    """An answer that says nothing but its status."""


class Refused(msgspec.Struct):
    """A refusal: the mnemonic by which clients switch, and a sentence for people."""

    error: str
    message: str


def new_account(body: NewUserBody) -> NewAccount:
    """Return the account that the body describes.

    Raises:
        DomainError(FIELD_INVALID): a key and its alias have different texts.
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
        DomainError(FIELD_INVALID): a key and its alias are missing, or differ and neither has
            the stored text.
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


Given = tuple[str, str | UnsetType | None]


def one_of(key: Given, alias: Given, stored: str = "") -> str:
    """Return the text that counts of a key and its alias, each a name and what was sent for it.

    If they differ, the one that differs from the stored text counts.

    Raises:
        DomainError(FIELD_INVALID): both are missing, or both differ from the stored text.
    """
    given = {name: text for name, text in (key, alias) if isinstance(text, str)}
    if not given:
        raise field_invalid(key[0], "missing")
    changed = {text.strip() for text in given.values()} - {stored}
    if len(changed) > 1:
        raise field_invalid(alias[0], f"differs from {key[0]}; send one of the two")
    return changed.pop() if changed else stored


def user(account: Account) -> User:
    """The account as this contract shows it."""
    name, status = account.given_name or "", account.status or ""
    return User(account.id, account.email or "", account.username or "", name, status, name, status)


def found_user(account: Account, own_id: int | None) -> FoundUser:
    """The account in a search by the account `own_id`."""
    phone = account.phone if account.id == own_id else None
    shown = user(account)
    return FoundUser(
        shown.id,
        shown.email,
        "",
        shown.username,
        shown.name,
        shown.status,
        phone or "",
        shown.fullname,
        shown.fstatus,
    )


def chat(found: Chat) -> ChatSchema:
    """A chat as this contract shows it."""
    return ChatSchema(
        found.id,
        _chat_name(found),
        list(found.members),
        None if found.last_message is None else message(found.last_message),
        found.unread,
    )


def other_chat(found: Chat) -> OtherChatSchema:
    """Return a chat as the document's front end reads it."""
    last = "" if found.last_message is None else found.last_message.text
    return OtherChatSchema(found.id, _chat_name(found), list(found.members), last)


def _chat_name(found: Chat) -> str:
    # Never the e-mail address: the list is shown on screens that others see.
    if found.other_id is None:
        return DELETED_NAME
    return found.other_name or f"user {found.other_id}"


def message(found: Message) -> MessageSchema:
    """A message as this contract shows it."""
    return MessageSchema(
        found.id,
        found.chat_id,
        found.author_id or DELETED_AUTHOR,
        found.text,
        iso(found.created_at),
        found.edited_at is not None,
    )


def messages(found: list[Message], zone: tzinfo) -> MessageList:
    """Return messages, newest first, in both forms that clients read."""
    return MessageList(
        [message(each) for each in found], [local_message(each, zone) for each in reversed(found)]
    )


def local_message(found: Message, zone: tzinfo) -> MessageSchema:
    """Return a message with its time as the document's front end parses it."""
    sent = datetime.fromtimestamp(found.created_at / 1000, zone)
    return msgspec.structs.replace(message(found), message_time=sent.strftime(LOCAL_TIME))


@lru_cache(maxsize=256)
def notification(event: MessageEvent) -> str:
    """An event as it goes out, written down once for all who hear it."""
    return encode(Notification(int(event.kind), message(event.message))).decode()
