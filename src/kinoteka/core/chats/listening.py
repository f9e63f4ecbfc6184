"""Who listens to chats, and that nothing is heard after something that was missed.

Listening ends when the session that began it does.
"""

import asyncio

from kinoteka.core.access.model import Actor
from kinoteka.core.chats import queries
from kinoteka.core.chats.model import Event, EventKind, Happening, Read
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.realtime.fanout import MAX_WAITING, Ending, FanOut, Listener

LISTENERS_MOST = 500
TRY_AGAIN_SECONDS = 60
LATE_SECONDS = 0.5
"""So long may an event take from another process when one that follows it is there already."""


class InOrder(Listener[Happening]):
    """A listener that hears of no message before those that come before it in its chat.

    Events of several processes overtake each other by moments, and may get lost. One that
    overtakes waits; where what is missing does not come, the listener ends, so that the highest
    id that it has heard of is one to catch up from. How far somebody has read waits for nothing.
    """

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self._seen: int | None = None
        self._newest: dict[int, int] = {}
        self._held: list[Event] = []
        self._patience: asyncio.TimerHandle | None = None
        self.on_end(self._be_calm)

    def open(self, seen: int) -> None:
        """Begin: messages up to this id are stored already, and read from there."""
        self._seen = seen
        self._pass_on()

    def offer(self, event: Happening) -> None:
        """Hand over an event without waiting, or hold it until what precedes it is there."""
        if isinstance(event, Read):
            super().offer(event)
        elif not self._held and self._follows(event):
            self._hear(event)
        elif len(self._held) >= MAX_WAITING:
            self.end(Ending.MISSED)
        elif not self.ended.done():
            self._held.append(event)
            self._pass_on()

    def _follows(self, event: Event) -> bool:
        if self._seen is None:
            return False
        return event.after <= max(self._seen, self._newest.get(event.message.chat_id, 0))

    def _hear(self, event: Event) -> None:
        message = event.message
        if event.kind is EventKind.NEW:
            if message.id <= self._newest.get(message.chat_id, 0):
                return  # told once more
            self._newest[message.chat_id] = message.id
        super().offer(event)

    def _pass_on(self) -> None:
        while ready := next(filter(self._follows, self._held), None):
            self._held.remove(ready)
            self._hear(ready)
            self._be_calm()
        if self._held and self._patience is None and self._seen is not None:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(LATE_SECONDS, self.end, Ending.MISSED)

    def _be_calm(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Listening:
    """The listeners of this process, by session; each account may have 500 at once."""

    def __init__(self, fan_out: FanOut[Happening], reads: FanOut[Happening]) -> None:
        self._fan_out = fan_out
        self._reads = reads
        self._of_session: dict[int, set[Listener[Happening]]] = {}
        self._count_of_account: dict[int, int] = {}
        self._doubtful = False

    async def begin(
        self, actor: Actor, unit: Unit, channel: str, *, with_reads: bool = False
    ) -> Listener[Happening]:
        """Listen until the session ends; `with_reads` hears how far either has read, too.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(THROTTLED): the account listens too often already.
        """
        account_id, session_id = actor.require_account(), actor.require_session()
        if self._count_of_account.get(account_id, 0) >= LISTENERS_MOST:
            raise DomainError(Code.THROTTLED, retry_after=TRY_AGAIN_SECONDS)
        listener = InOrder(channel)
        self._note(account_id, session_id, listener)
        try:
            await self._fan_out.listen(listener)
            if with_reads:
                await self._reads.listen(listener)
            # Only now: what is stored later than this is heard.
            newest = await unit.first(queries.NEWEST)
        except BaseException:
            listener.end(Ending.LEFT)
            raise
        listener.open(newest[0] if newest else 0)
        return listener

    @property
    def has_failed(self) -> bool:
        """Whether the sessions that listen are to be looked up soon."""
        return self._doubtful

    def sessions(self) -> list[int]:
        """The sessions that listen, which are about to be looked up."""
        self._doubtful = False
        return list(self._of_session)

    def end_session(self, session_id: int) -> None:
        """The session is over, and so is its listening."""
        for listener in tuple(self._of_session.get(session_id, ())):
            listener.end(Ending.SESSION_OVER)

    def doubt(self) -> None:
        """Sessions may have ended of which nobody knows which."""
        self._doubtful = True

    def _note(self, account_id: int, session_id: int, listener: Listener[Happening]) -> None:
        self._count_of_account[account_id] = self._count_of_account.get(account_id, 0) + 1
        self._of_session.setdefault(session_id, set()).add(listener)
        listener.on_end(lambda: self._forget(account_id, session_id, listener))

    def _forget(self, account_id: int, session_id: int, listener: Listener[Happening]) -> None:
        listeners = self._of_session[session_id]
        listeners.discard(listener)
        if not listeners:
            del self._of_session[session_id]
        self._count_of_account[account_id] -= 1
        if not self._count_of_account[account_id]:
            del self._count_of_account[account_id]
