"""The cache of sessions: each is looked up once, until it is revoked, changed or expired."""

from kinoteka.core.sessions.model import CachedSession
from kinoteka.infrastructure.cache import BoundedMap

CACHE_SIZE = 100_000


class SessionCache:
    """Sessions by id, the ids by cookie token, and the ids of each account's.

    Only `_by_id` holds sessions: what is dropped there is gone however it is asked for.
    """

    def __init__(self, limit: int = CACHE_SIZE) -> None:
        self._by_id: BoundedMap[int, CachedSession] = BoundedMap(limit, self._unlink)
        self._ids: BoundedMap[str, int] = BoundedMap(limit)
        self._of_account: dict[int, set[int]] = {}
        self.dropped = 0
        """How often anything was dropped: what was read before the last time may be outdated."""

    def get_by_token(self, token: str) -> CachedSession | None:
        """The session of a cookie."""
        session_id = self._ids.get(token)
        return None if session_id is None else self._by_id.get(session_id)

    def get(self, session_id: int) -> CachedSession | None:
        """The session of an access token."""
        return self._by_id.get(session_id)

    def set(self, session: CachedSession, token: str | None) -> None:
        """Cache a session, under its cookie's token, too, where that is known."""
        session_id, account_id = session.actor.session_id, session.actor.account_id
        if session_id is None or account_id is None:
            return
        known = self._by_id.get(session_id)
        if token is not None:
            session.token = token
            self._ids.set(token, session_id)
        elif known is not None:
            session.token = known.token
        self._by_id.set(session_id, session)
        self._of_account.setdefault(account_id, set()).add(session_id)

    def drop(self, session_id: int) -> None:
        """Drop one session."""
        self.dropped += 1
        session = self._by_id.drop(session_id)
        if session is not None:
            self._unlink(session_id, session)

    def _unlink(self, session_id: int, session: CachedSession) -> None:
        if session.token is not None:
            self._ids.drop(session.token)
        account_id = session.actor.account_id
        if account_id is not None:
            ids = self._of_account.get(account_id, set())
            ids.discard(session_id)
            if not ids:
                self._of_account.pop(account_id, None)

    def drop_account(self, account_id: int) -> None:
        """Drop an account's sessions."""
        self.dropped += 1
        for session_id in tuple(self._of_account.get(account_id, ())):
            self.drop(session_id)

    def clear(self) -> None:
        """Drop all."""
        self.dropped += 1
        self._by_id.clear()
        self._ids.clear()
        self._of_account.clear()

    def values(self) -> list[CachedSession]:
        """All that are cached, in no order that matters."""
        return self._by_id.values()
