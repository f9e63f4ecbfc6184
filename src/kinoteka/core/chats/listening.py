"""Who listens to chats, so that listening ends when the session that began it does."""

from kinoteka.core.access.model import Actor
from kinoteka.core.chats.model import Event
from kinoteka.errors import Code, DomainError
from kinoteka.storage.fanout import Ending, FanOut, Listener

LISTENERS_MOST = 500
TRY_AGAIN_SECONDS = 60


class Listening:
    """The listeners of this process, by session; each account may have 500 at once."""

    def __init__(self, fan_out: FanOut[Event]) -> None:
        self._fan_out = fan_out
        self._of_session: dict[int, set[Listener[Event]]] = {}
        self._count_of_account: dict[int, int] = {}

    def begin(self, actor: Actor, channel: str) -> Listener[Event]:
        """Listen until the session ends.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(THROTTLED): the account listens too often already.
        """
        account_id, session_id = actor.require_account(), actor.require_session()
        count = self._count_of_account.get(account_id, 0)
        if count >= LISTENERS_MOST:
            raise DomainError(Code.THROTTLED, retry_after=TRY_AGAIN_SECONDS)
        listener = self._fan_out.listen(channel)
        self._count_of_account[account_id] = count + 1
        self._of_session.setdefault(session_id, set()).add(listener)
        listener.on_end(lambda: self._forget(account_id, session_id, listener))
        return listener

    def sessions(self) -> list[int]:
        """The sessions that listen."""
        return list(self._of_session)

    def end_session(self, session_id: int) -> None:
        """The session is over, and so is its listening."""
        for listener in tuple(self._of_session.get(session_id, ())):
            listener.end(Ending.SESSION_OVER)

    def _forget(self, account_id: int, session_id: int, listener: Listener[Event]) -> None:
        listeners = self._of_session[session_id]
        listeners.discard(listener)
        if not listeners:
            del self._of_session[session_id]
        self._count_of_account[account_id] -= 1
        if not self._count_of_account[account_id]:
            del self._count_of_account[account_id]
