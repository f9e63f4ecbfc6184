"""Listeners to chat events, delivered in the order of messages until the session ends."""

import asyncio

from kinoteka.core.access.model import Actor
from kinoteka.core.chats import queries
from kinoteka.core.chats.model import ChatEvent, EventKind, MessageEvent, ReadReceipt
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.realtime.fanout import MAX_WAITING, Ending, FanOut, Listener

MAX_LISTENERS = 500
RETRY_AFTER_SECONDS = 60
LATE_SECONDS = 0.5
"""How long an event of another process may arrive after the event that follows it."""


class OrderedListener(Listener[ChatEvent]):
    """A listener that receives the message events of a chat in the order of their messages.

    Events of several processes overtake each other by moments, and may get lost. The listener
    holds an event until the one before it arrives. If that takes longer than `LATE_SECONDS`, the
    listener ends, so a client can always catch up from the highest message id that it received.
    Read receipts are delivered at once.
    """

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self._stored_id: int | None = None
        self._newest: dict[int, int] = {}
        self._held: list[MessageEvent] = []
        self._timeout: asyncio.TimerHandle | None = None
        self.on_end(self._cancel_timeout)

    def open(self, stored_id: int) -> None:
        """Start delivery. Clients read messages up to `stored_id` from the database."""
        self._stored_id = stored_id
        self._deliver_held()

    def offer(self, event: ChatEvent) -> None:
        """Deliver an event without waiting, or hold it until the event before it arrives."""
        if isinstance(event, ReadReceipt):
            super().offer(event)
        elif not self._held and self._is_next(event):
            self._deliver(event)
        elif len(self._held) >= MAX_WAITING:
            self.end(Ending.MISSED)
        elif not self.ended.done():
            self._held.append(event)
            self._deliver_held()

    def _is_next(self, event: MessageEvent) -> bool:
        if self._stored_id is None:
            return False
        return event.after <= max(self._stored_id, self._newest.get(event.message.chat_id, 0))

    def _deliver(self, event: MessageEvent) -> None:
        message = event.message
        if event.kind is EventKind.NEW:
            if message.id <= self._newest.get(message.chat_id, 0):
                return  # The event was published twice.
            self._newest[message.chat_id] = message.id
        super().offer(event)

    def _deliver_held(self) -> None:
        while ready := next(filter(self._is_next, self._held), None):
            self._held.remove(ready)
            self._deliver(ready)
            self._cancel_timeout()
        if self._held and self._timeout is None and self._stored_id is not None:
            loop = asyncio.get_running_loop()
            self._timeout = loop.call_later(LATE_SECONDS, self.end, Ending.MISSED)

    def _cancel_timeout(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None


class ChatListeners:
    """The listeners of this process by session, at most 500 per account."""

    def __init__(self, fan_out: FanOut[ChatEvent], receipts: FanOut[ChatEvent]) -> None:
        self._fan_out = fan_out
        self._receipts = receipts
        self._of_session: dict[int, set[Listener[ChatEvent]]] = {}
        self._count_of_account: dict[int, int] = {}
        self._must_check_sessions = False

    async def add(
        self, actor: Actor, unit: Unit, channel: str, *, with_receipts: bool = False
    ) -> Listener[ChatEvent]:
        """Return a new listener to a channel, which ends with the actor's session.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(THROTTLED): the account has too many listeners.
        """
        account_id, session_id = actor.require_account(), actor.require_session()
        if self._count_of_account.get(account_id, 0) >= MAX_LISTENERS:
            raise DomainError(Code.THROTTLED, retry_after=RETRY_AFTER_SECONDS)
        listener = OrderedListener(channel)
        self._register(account_id, session_id, listener)
        try:
            await self._fan_out.listen(listener)
            if with_receipts:
                await self._receipts.listen(listener)
            # Read the newest id after subscribing: the listener receives everything stored later.
            newest = await unit.first(queries.NEWEST)
        except BaseException:
            listener.end(Ending.LEFT)
            raise
        listener.open(newest[0] if newest else 0)
        return listener

    @property
    def must_check_sessions(self) -> bool:
        """Whether sessions may have ended without notice, so that all must be looked up."""
        return self._must_check_sessions

    def sessions(self) -> list[int]:
        """Return the sessions with listeners, for a check that starts now."""
        self._must_check_sessions = False
        return list(self._of_session)

    def end_session(self, session_id: int) -> None:
        """End the listeners of a finished session."""
        for listener in tuple(self._of_session.get(session_id, ())):
            listener.end(Ending.SESSION_OVER)

    def require_session_check(self) -> None:
        """Request a check of all sessions, since some may have ended without notice."""
        self._must_check_sessions = True

    def _register(self, account_id: int, session_id: int, listener: Listener[ChatEvent]) -> None:
        self._count_of_account[account_id] = self._count_of_account.get(account_id, 0) + 1
        self._of_session.setdefault(session_id, set()).add(listener)
        listener.on_end(lambda: self._remove(account_id, session_id, listener))

    def _remove(self, account_id: int, session_id: int, listener: Listener[ChatEvent]) -> None:
        listeners = self._of_session[session_id]
        listeners.discard(listener)
        if not listeners:
            del self._of_session[session_id]
        self._count_of_account[account_id] -= 1
        if not self._count_of_account[account_id]:
            del self._count_of_account[account_id]
