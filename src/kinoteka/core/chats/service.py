"""Chats of two accounts: open, list, write, read and listen.

Public operations: open, list_chats, get, count_unread, post, list_messages, get_own_message, edit,
delete, mark_read, listen, listen_to_all, listen_with_receipts, delete_abandoned.

Each member's number of unread messages is stored and changes in the transaction that changes the
messages. Listeners are notified after the commit. Writing a message marks nothing as read, because
a client that was offline may send it before it has received the other member's messages.
"""

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.chats import queries
from kinoteka.core.chats.listeners import ChatListeners
from kinoteka.core.chats.model import (
    Chat,
    ChatEvent,
    EventKind,
    Membership,
    Message,
    MessageEvent,
    UnreadCounts,
    account_channel,
    chat_channel,
)
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.text import clean_public_text, clean_text
from kinoteka.database.unit import Conflict, Unit
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.settings import Settings
from kinoteka.realtime.fanout import FanOut, Listener

MAX_TEXT_LENGTH = 4000
MAX_NONCE_LENGTH = 100
END_OF_TIME = 2**62
REPEATED_WITHIN_MS = 60 * 1000


class Chats:
    """The chats of all accounts. Errors do not show others that a chat exists."""

    def __init__(
        self,
        settings: Settings,
        throttle: Throttle,
        accounts: Accounts,
        fan_out: FanOut[ChatEvent],
        receipts: FanOut[ChatEvent],
    ) -> None:
        """Create the service. `fan_out` delivers message events, `receipts` read receipts."""
        self.listeners = ChatListeners(fan_out, receipts)
        self._limit = settings.message_limit
        self._throttle = throttle
        self._accounts = accounts
        self._fan_out = fan_out
        self._receipts = receipts

    async def open(self, actor: Actor, unit: Unit, other_id: int) -> int:
        """Return the id of the actor's only chat with another account; create it if missing.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_WITH_SELF, ACCOUNT_UNKNOWN, THROTTLED)
        """
        account_id = actor.require_account()
        if other_id == account_id:
            raise DomainError(Code.CHAT_WITH_SELF)
        await self._accounts.get(unit, other_id)
        pair = (min(account_id, other_id), max(account_id, other_id))
        known = await self._chat_of(unit, pair)
        if known is not None:
            return known
        await self._limit_rate(account_id)
        return await self._insert_chat(unit, pair)

    async def list_chats(
        self, actor: Actor, unit: Unit, limit: int, before: int | None
    ) -> list[Chat]:
        """Return the actor's chats, newest message first, or the next ones after chat `before`.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(CHAT_FORBIDDEN): the actor is not a member of the chat `before`.
        """
        account_id = actor.require_account()
        active_at = END_OF_TIME
        if before is not None:
            row = await unit.first(queries.ACTIVE_AT, chat_id=before, account_id=account_id)
            if row is None:
                raise DomainError(Code.CHAT_FORBIDDEN)
            active_at = row[0]
        return await unit.all(
            queries.CHATS_OF,
            account_id=account_id,
            before_active_at=active_at,
            before_chat_id=before or END_OF_TIME,
            limit=limit,
        )

    async def get(self, actor: Actor, unit: Unit, chat_id: int) -> Chat:
        """Return one of the actor's chats.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
        """
        account_id = actor.require_account()
        chat = await unit.first(queries.CHAT_OF, chat_id=chat_id, account_id=account_id)
        if chat is None:
            raise DomainError(Code.CHAT_FORBIDDEN)
        return chat

    async def count_unread(self, actor: Actor, unit: Unit, chat_id: int = 0) -> UnreadCounts:
        """Return the number of the actor's unread messages, in all chats and in one.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        account_id = actor.require_account()
        found = await unit.first(queries.UNREAD, account_id=account_id, chat_id=chat_id)
        return found or UnreadCounts(0, 0)

    async def post(
        self, actor: Actor, unit: Unit, chat_id: int, text: str, nonce: str | None
    ) -> Message:
        """Write a message of 1 to 4000 characters.

        A `nonce` that the client chooses makes retries safe: the same nonce of the same author in
        the same chat returns the first message instead of storing another one.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_FORBIDDEN, FIELD_INVALID, THROTTLED)
            DomainError(ACCOUNT_GONE): the other member has been deleted.
        """
        membership = await self._membership(actor, unit, chat_id)
        account_id = actor.require_account()
        text = _checked_text(text)
        nonce = clean_text(nonce, "nonce", MAX_NONCE_LENGTH) if nonce else None
        message = await self._by_nonce(unit, chat_id, account_id, nonce)
        if message is not None:
            self._publish_again(unit, membership, message)
            return message
        _require_other_member(membership)
        await self._limit_rate(account_id)
        return await self._insert_message(unit, membership, account_id, text, nonce)

    async def list_messages(
        self,
        actor: Actor,
        unit: Unit,
        chat_id: int,
        limit: int,
        *,
        before: int | None = None,
        after: int | None = None,
    ) -> list[Message]:
        """Return up to `limit` messages of a chat, newest first.

        `before` returns the newest messages before an id, `after` the oldest ones after an id
        (still newest first). A client that repeats `after` with the highest id that it has, until
        it gets no more messages, has missed none.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
            DomainError(FIELD_INVALID): both `before` and `after`.
        """
        await self._membership(actor, unit, chat_id)
        if after is None:
            return await unit.all(
                queries.BEFORE, chat_id=chat_id, before=before or END_OF_TIME, limit=limit
            )
        if before is not None:
            raise field_invalid("after", "does not go together with before")
        found = await unit.all(queries.AFTER, chat_id=chat_id, after=after, limit=limit)
        return found[::-1]

    async def get_own_message(self, actor: Actor, unit: Unit, message_id: int) -> Message:
        """Return a message that the actor wrote and so may edit or delete.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(MESSAGE_UNKNOWN): no message in the actor's chats has this id.
            DomainError(MESSAGE_FORBIDDEN): the other member wrote the message.
        """
        account_id = actor.require_account()
        message = await unit.first(
            queries.MESSAGE_OF_MEMBER, message_id=message_id, account_id=account_id
        )
        if message is None:
            raise DomainError(Code.MESSAGE_UNKNOWN)
        if message.author_id != account_id:
            raise DomainError(Code.MESSAGE_FORBIDDEN)
        return message

    async def edit(self, actor: Actor, unit: Unit, message_id: int, text: str) -> Message:
        """Replace the text of one of the actor's messages.

        Raises:
            DomainError(UNAUTHORIZED, FIELD_INVALID, THROTTLED)
            DomainError(MESSAGE_UNKNOWN, MESSAGE_FORBIDDEN): as `get_own_message`.
            DomainError(ACCOUNT_GONE): the other member has been deleted.
        """
        membership = await self._membership_of_own_message(actor, unit, message_id)
        _require_other_member(membership)
        account_id = actor.require_account()
        text = _checked_text(text)
        await self._limit_rate(account_id)
        message = await unit.first(
            queries.EDIT, message_id=message_id, author_id=account_id, new_text=text, at=now()
        )
        if message is None:
            raise DomainError(Code.MESSAGE_UNKNOWN)
        self._publish(unit, membership, MessageEvent(EventKind.EDITED, message, message.id))
        return message

    async def delete(self, actor: Actor, unit: Unit, message_id: int) -> None:
        """Delete one of the actor's messages.

        Raises:
            DomainError(UNAUTHORIZED, MESSAGE_UNKNOWN, MESSAGE_FORBIDDEN): as `get_own_message`.
        """
        membership = await self._membership_of_own_message(actor, unit, message_id)
        account_id = actor.require_account()
        await unit.queue(queries.LOCK, chat_id=membership.chat_id)
        message = await unit.first(queries.DELETE, message_id=message_id, author_id=account_id)
        if message is None:
            raise DomainError(Code.MESSAGE_UNKNOWN)
        ids = {"chat_id": message.chat_id, "message_id": message_id}
        await unit.queue(queries.COUNT_DELETED, **ids, author_id=account_id)
        await unit.queue(queries.FIND_LAST, **ids)
        self._publish(unit, membership, MessageEvent(EventKind.DELETED, message, message.id))

    async def mark_read(self, actor: Actor, unit: Unit, chat_id: int, message_id: int) -> None:
        """Mark a chat's messages up to this one as read; an older message changes nothing.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
        """
        membership = await self._membership(actor, unit, chat_id)
        # The lock keeps the counted messages unchanged until the commit.
        await unit.queue(queries.LOCK, chat_id=chat_id)
        receipt = await unit.first(
            queries.MARK_READ,
            chat_id=chat_id,
            account_id=actor.require_account(),
            message_id=message_id,
        )
        if receipt is not None:
            channels = membership.account_channels()
            unit.after_commit(lambda: self._receipts.publish(channels, receipt))

    async def listen(self, actor: Actor, unit: Unit, chat_id: int) -> Listener[ChatEvent]:
        """Return a listener to the message events of one chat.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
            DomainError(THROTTLED): the account has too many listeners.
        """
        await self._membership(actor, unit, chat_id)
        return await self.listeners.add(actor, unit, chat_channel(chat_id))

    async def listen_to_all(self, actor: Actor, unit: Unit) -> Listener[ChatEvent]:
        """Return a listener to the message events of the actor's chats, including future ones.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(THROTTLED): the account has too many listeners.
        """
        channel = account_channel(actor.require_account())
        return await self.listeners.add(actor, unit, channel)

    async def listen_with_receipts(self, actor: Actor, unit: Unit) -> Listener[ChatEvent]:
        """Return a listener to the message events and read receipts of the actor's chats.

        Raises:
            DomainError(UNAUTHORIZED, THROTTLED): as `listen_to_all`.
        """
        channel = account_channel(actor.require_account())
        return await self.listeners.add(actor, unit, channel, with_receipts=True)

    async def delete_abandoned(self, unit: Unit, account_id: int) -> None:
        """Delete the chats that lose their last member when this account is deleted."""
        # The other member's account may be deleted at the same time.
        await unit.queue(queries.LOCK_ALL, account_id=account_id)
        await unit.run(queries.DELETE_ABANDONED, account_id=account_id)

    async def _membership(self, actor: Actor, unit: Unit, chat_id: int) -> Membership:
        membership = await unit.first(
            queries.MEMBERSHIP, chat_id=chat_id, account_id=actor.require_account()
        )
        if membership is None:
            raise DomainError(Code.CHAT_FORBIDDEN)
        return membership

    async def _membership_of_own_message(
        self, actor: Actor, unit: Unit, message_id: int
    ) -> Membership:
        message = await self.get_own_message(actor, unit, message_id)
        return await self._membership(actor, unit, message.chat_id)

    async def _chat_of(self, unit: Unit, pair: tuple[int, int]) -> int | None:
        row = await unit.first(queries.CHAT_OF_PAIR, first=pair[0], second=pair[1])
        return None if row is None else row[0]

    async def _insert_chat(self, unit: Unit, pair: tuple[int, int]) -> int:
        at = now()
        inserted = await unit.first(queries.INSERT_CHAT, first=pair[0], second=pair[1], at=at)
        if inserted is None:  # A concurrent request has opened it.
            chat_id = await self._chat_of(unit, pair)
            if chat_id is None:
                raise DomainError(Code.ACCOUNT_UNKNOWN)
            return chat_id
        chat_id = inserted[0]
        rows = [{"chat_id": chat_id, "account_id": member, "at": at} for member in pair]
        try:
            await unit.run_many(queries.INSERT_MEMBER, rows)
        except Conflict:  # One of the accounts was deleted after it was looked up.
            raise DomainError(Code.ACCOUNT_UNKNOWN) from None
        return chat_id

    async def _by_nonce(
        self, unit: Unit, chat_id: int, author_id: int, nonce: str | None
    ) -> Message | None:
        if nonce is None:
            return None
        return await unit.first(queries.BY_NONCE, chat_id=chat_id, author_id=author_id, nonce=nonce)

    async def _insert_message(
        self, unit: Unit, membership: Membership, author_id: int, text: str, nonce: str | None
    ) -> Message:
        chat_id, at = membership.chat_id, now()
        await unit.queue(queries.LOCK, chat_id=chat_id)
        try:
            posted = await unit.first(
                queries.INSERT_MESSAGE,
                chat_id=chat_id,
                author_id=author_id,
                text=text,
                nonce=nonce,
                at=at,
            )
        except Conflict:  # The account was deleted during this request.
            raise DomainError(Code.CHAT_FORBIDDEN) from None
        if posted is None:  # A concurrent request has stored the same nonce.
            known = await self._by_nonce(unit, chat_id, author_id, nonce)
            if known is None:
                raise DomainError(Code.CHAT_FORBIDDEN)
            return known
        message = posted.message
        await unit.queue(queries.SET_LAST, chat_id=chat_id, message_id=message.id)
        await unit.queue(queries.COUNT_NEW, chat_id=chat_id, author_id=author_id, at=at)
        self._publish(unit, membership, MessageEvent(EventKind.NEW, message, posted.after))
        return message

    def _publish_again(self, unit: Unit, membership: Membership, message: Message) -> None:
        """Publish a repeated message again, since its process may have stopped before doing so.

        Listeners skip events that they have received. Old messages are not published again.
        """
        # A message with a future time is old: the clock was set back after it was written.
        if abs(now() - message.created_at) < REPEATED_WITHIN_MS:
            self._publish(unit, membership, MessageEvent(EventKind.NEW, message, 0))

    async def _limit_rate(self, account_id: int) -> None:
        await self._throttle.hit("message", self._limit, f"account:{account_id}")

    def _publish(self, unit: Unit, membership: Membership, event: MessageEvent) -> None:
        unit.after_commit(lambda: self._fan_out.publish(membership.channels(), event))


def _require_other_member(membership: Membership) -> None:
    if not membership.is_whole:
        raise DomainError(Code.ACCOUNT_GONE)


def _checked_text(text: str) -> str:
    cleaned = clean_public_text(text, "text", MAX_TEXT_LENGTH, multiline=True)
    if not cleaned:
        raise field_invalid("text", "empty")
    return cleaned
