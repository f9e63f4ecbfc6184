"""Chats of two: opened, listed, written in, read, listened to.

Public operations: open, own, get, unread, post, messages, own_message, edit, delete, mark_read,
listen, listen_to_all, follow, leave_all.

How many messages are unread is kept with each member and changes in the same transaction as the
messages do. Listeners are told once that transaction is stored. Writing does not mark anything as
read: a message that is sent again later, by a client that was offline, says nothing of that.
"""

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.chats import queries
from kinoteka.core.chats.listening import Listening
from kinoteka.core.chats.model import (
    Chat,
    Event,
    EventKind,
    Happening,
    Membership,
    Message,
    Unread,
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

TEXT_LONGEST = 4000
NONCE_LONGEST = 100
END_OF_TIME = 2**62
REPEATED_WITHIN = 60 * 1000


class Chats:
    """The chats of all accounts. Who is no member of a chat cannot tell it from none."""

    def __init__(
        self,
        settings: Settings,
        throttle: Throttle,
        accounts: Accounts,
        fan_out: FanOut[Happening],
        reads: FanOut[Happening],
    ) -> None:
        """`fan_out` tells of messages, `reads` of how far somebody has read."""
        self.listening = Listening(fan_out, reads)
        self._limit = settings.message_limit
        self._throttle = throttle
        self._accounts = accounts
        self._fan_out = fan_out
        self._reads = reads

    async def open(self, actor: Actor, unit: Unit, other_id: int) -> int:
        """The id of one's chat with another account, always the same; made at the first call.

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
        await self._count(account_id)
        return await self._open_new(unit, pair)

    async def own(self, actor: Actor, unit: Unit, limit: int, before: int | None) -> list[Chat]:
        """One's own chats, that with the newest message first; those after `before`, if given.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(CHAT_FORBIDDEN): one is no member of the chat `before`.
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
        """One of one's own chats.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
        """
        account_id = actor.require_account()
        chat = await unit.first(queries.CHAT_OF, chat_id=chat_id, account_id=account_id)
        if chat is None:
            raise DomainError(Code.CHAT_FORBIDDEN)
        return chat

    async def unread(self, actor: Actor, unit: Unit, chat_id: int = 0) -> Unread:
        """How many messages one has not read: in all, and in one chat.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        account_id = actor.require_account()
        found = await unit.first(queries.UNREAD, account_id=account_id, chat_id=chat_id)
        return found or Unread(0, 0)

    async def post(
        self, actor: Actor, unit: Unit, chat_id: int, text: str, nonce: str | None
    ) -> Message:
        """Write a message of 1 to 4000 characters.

        A `nonce` of one's own choice makes it safe to try again: the same nonce in the same chat
        gives the message that it gave at first, for as long as that is there.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_FORBIDDEN, FIELD_INVALID, THROTTLED)
            DomainError(ACCOUNT_GONE): the other member has been deleted.
        """
        membership = await self._membership(actor, unit, chat_id)
        account_id = actor.require_account()
        text = _checked_text(text)
        nonce = clean_text(nonce, "nonce", NONCE_LONGEST) if nonce else None
        message = await self._by_nonce(unit, chat_id, account_id, nonce)
        if message is not None:
            self._repeat(unit, membership, message)
            return message
        _refuse_alone(membership)
        await self._count(account_id)
        return await self._insert(unit, membership, account_id, text, nonce)

    async def messages(
        self,
        actor: Actor,
        unit: Unit,
        chat_id: int,
        limit: int,
        *,
        before: int | None = None,
        after: int | None = None,
    ) -> list[Message]:
        """Messages of a chat, the newest first: the newest of all, or of those before an id.

        After an id it is the oldest ones that follow it (still the newest of them first), so
        that whoever goes on after the highest id until nothing comes has missed none.

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

    async def own_message(self, actor: Actor, unit: Unit, message_id: int) -> Message:
        """A message that one has written, which one may edit or delete.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(MESSAGE_UNKNOWN): there is none, or in a chat of others.
            DomainError(MESSAGE_FORBIDDEN): it is the other's.
        """
        account_id = actor.require_account()
        message = await unit.first(queries.SEEN_BY, message_id=message_id, account_id=account_id)
        if message is None:
            raise DomainError(Code.MESSAGE_UNKNOWN)
        if message.author_id != account_id:
            raise DomainError(Code.MESSAGE_FORBIDDEN)
        return message

    async def edit(self, actor: Actor, unit: Unit, message_id: int, text: str) -> Message:
        """Put another text into a message of one's own.

        Raises:
            DomainError(UNAUTHORIZED, FIELD_INVALID, THROTTLED)
            DomainError(MESSAGE_UNKNOWN, MESSAGE_FORBIDDEN): as `own_message`.
            DomainError(ACCOUNT_GONE): the other member has been deleted.
        """
        membership = await self._of_own_message(actor, unit, message_id)
        _refuse_alone(membership)
        account_id = actor.require_account()
        text = _checked_text(text)
        await self._count(account_id)
        message = await unit.first(
            queries.EDIT, message_id=message_id, author_id=account_id, new_text=text, at=now()
        )
        if message is None:
            raise DomainError(Code.MESSAGE_UNKNOWN)
        self._publish(unit, membership, Event(EventKind.EDITED, message, message.id))
        return message

    async def delete(self, actor: Actor, unit: Unit, message_id: int) -> None:
        """Delete a message of one's own.

        Raises:
            DomainError(UNAUTHORIZED, MESSAGE_UNKNOWN, MESSAGE_FORBIDDEN): as `own_message`.
        """
        membership = await self._of_own_message(actor, unit, message_id)
        account_id = actor.require_account()
        await unit.queue(queries.LOCK, chat_id=membership.chat_id)
        message = await unit.first(queries.DELETE, message_id=message_id, author_id=account_id)
        if message is None:
            raise DomainError(Code.MESSAGE_UNKNOWN)
        place = {"chat_id": message.chat_id, "message_id": message_id}
        await unit.run(queries.COUNT_DELETED, **place, author_id=account_id)
        await unit.run(queries.FIND_LAST, **place)
        self._publish(unit, membership, Event(EventKind.DELETED, message, message.id))

    async def mark_read(self, actor: Actor, unit: Unit, chat_id: int, message_id: int) -> None:
        """Note that one has read a chat up to a message; what has been read stays read.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
        """
        membership = await self._membership(actor, unit, chat_id)
        await unit.queue(queries.LOCK, chat_id=chat_id)  # what is counted then stays as it is
        read = await unit.first(
            queries.READ,
            chat_id=chat_id,
            account_id=actor.require_account(),
            message_id=message_id,
        )
        if read is not None:
            channels = membership.account_channels()
            unit.after_commit(lambda: self._reads.publish(channels, read))

    async def listen(self, actor: Actor, unit: Unit, chat_id: int) -> Listener[Happening]:
        """Hear what happens in one chat from now on.

        Raises:
            DomainError(UNAUTHORIZED, CHAT_FORBIDDEN)
            DomainError(THROTTLED): the account listens too often already.
        """
        await self._membership(actor, unit, chat_id)
        return await self.listening.begin(actor, unit, chat_channel(chat_id))

    async def listen_to_all(self, actor: Actor, unit: Unit) -> Listener[Happening]:
        """Hear what happens in all of one's chats from now on, in those yet to come, too.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(THROTTLED): the account listens too often already.
        """
        channel = account_channel(actor.require_account())
        return await self.listening.begin(actor, unit, channel)

    async def follow(self, actor: Actor, unit: Unit) -> Listener[Happening]:
        """Like `listen_to_all`, and hear how far either side has read.

        Raises:
            DomainError(UNAUTHORIZED, THROTTLED): as `listen_to_all`.
        """
        channel = account_channel(actor.require_account())
        return await self.listening.begin(actor, unit, channel, with_reads=True)

    async def leave_all(self, unit: Unit, account_id: int) -> None:
        """An account is about to be deleted: chats that nobody is left in go with it."""
        await unit.queue(queries.LOCK_ALL, account_id=account_id)  # the other may leave as well
        await unit.run(queries.DELETE_LEFT_ALONE, account_id=account_id)

    async def _membership(self, actor: Actor, unit: Unit, chat_id: int) -> Membership:
        membership = await unit.first(
            queries.MEMBERSHIP, chat_id=chat_id, account_id=actor.require_account()
        )
        if membership is None:
            raise DomainError(Code.CHAT_FORBIDDEN)
        return membership

    async def _of_own_message(self, actor: Actor, unit: Unit, message_id: int) -> Membership:
        message = await self.own_message(actor, unit, message_id)
        return await self._membership(actor, unit, message.chat_id)

    async def _chat_of(self, unit: Unit, pair: tuple[int, int]) -> int | None:
        row = await unit.first(queries.CHAT_OF_PAIR, first=pair[0], second=pair[1])
        return None if row is None else row[0]

    async def _open_new(self, unit: Unit, pair: tuple[int, int]) -> int:
        at = now()
        inserted = await unit.first(queries.INSERT_CHAT, first=pair[0], second=pair[1], at=at)
        if inserted is None:  # the other has just done so
            chat_id = await self._chat_of(unit, pair)
            if chat_id is None:
                raise DomainError(Code.ACCOUNT_UNKNOWN)
            return chat_id
        chat_id = inserted[0]
        rows = [{"chat_id": chat_id, "account_id": member, "at": at} for member in pair]
        try:
            await unit.run_many(queries.INSERT_MEMBER, rows)
        except Conflict:  # one of the two has been deleted since it was looked up
            raise DomainError(Code.ACCOUNT_UNKNOWN) from None
        return chat_id

    async def _by_nonce(
        self, unit: Unit, chat_id: int, author_id: int, nonce: str | None
    ) -> Message | None:
        if nonce is None:
            return None
        return await unit.first(queries.BY_NONCE, chat_id=chat_id, author_id=author_id, nonce=nonce)

    async def _insert(
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
        except Conflict:  # the account has been deleted since it asked
            raise DomainError(Code.CHAT_FORBIDDEN) from None
        if posted is None:  # the same nonce, sent twice at once
            known = await self._by_nonce(unit, chat_id, author_id, nonce)
            if known is None:
                raise DomainError(Code.CHAT_FORBIDDEN)
            return known
        message = posted.message
        await unit.run(queries.SET_LAST, chat_id=chat_id, message_id=message.id)
        await unit.run(queries.COUNT_NEW, chat_id=chat_id, author_id=author_id, at=at)
        self._publish(unit, membership, Event(EventKind.NEW, message, posted.after))
        return message

    def _repeat(self, unit: Unit, membership: Membership, message: Message) -> None:
        """Tell once more of a message that is sent again: its process may have died before.

        Listeners tell that they have heard of it. What is old they have read in any case.
        """
        # A message of the future was written before the clock was set back, so it is old.
        if abs(now() - message.created_at) < REPEATED_WITHIN:
            self._publish(unit, membership, Event(EventKind.NEW, message, 0))

    async def _count(self, account_id: int) -> None:
        await self._throttle.hit("message", self._limit, f"account:{account_id}")

    def _publish(self, unit: Unit, membership: Membership, event: Event) -> None:
        unit.after_commit(lambda: self._fan_out.publish(membership.channels(), event))


def _refuse_alone(membership: Membership) -> None:
    if not membership.is_whole:
        raise DomainError(Code.ACCOUNT_GONE)


def _checked_text(text: str) -> str:
    cleaned = clean_public_text(text, "text", TEXT_LONGEST, multiline=True)
    if not cleaned:
        raise field_invalid("text", "empty")
    return cleaned
