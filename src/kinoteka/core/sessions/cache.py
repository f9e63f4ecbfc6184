"""The cache of sessions, which are looked up once until they are revoked, changed or expired."""

from kinoteka.core.sessions.model import CachedSession
from kinoteka.infrastructure.cache import BoundedMap

CACHE_SIZE = 100_000


class SessionCache:
    """Sessions by id, with indexes of their ids by token and by account.

    Only `_by_id` holds sessions, so a session that is removed there cannot be found by token.
    """

    def __init__(self, limit: int = CACHE_SIZE) -> None:
        self._by_id: BoundedMap[int, CachedSession] = BoundedMap(limit, self._unlink)
        self._by_token: BoundedMap[str, int] = BoundedMap(limit)
        self._by_account: dict[int, set[int]] = {}
        self.invalidations = 0
        """The number of invalidations. A session read before the last one may be outdated."""

    def get_by_token(self, token: str) -> CachedSession | None:
        """Return the session with this cookie token, if it is cached."""
        session_id = self._by_token.get(token)
        return None if session_id is None else self._by_id.get(session_id)

    def get(self, session_id: int) -> CachedSession | None:
        """Return the session with this id, if it is cached."""
        return self._by_id.get(session_id)

    def set(self, session: CachedSession, token: str | None) -> None:
        """Cache a session, also by its token if the token is known."""
        session_id, account_id = session.actor.session_id, session.actor.account_id
        if session_id is None or account_id is None:
            return
        previous = self._by_id.get(session_id)
        if token is not None:
            session.token = token
            self._by_token.set(token, session_id)
        elif previous is not None:
            session.token = previous.token
        self._by_id.set(session_id, session)
        self._by_account.setdefault(account_id, set()).add(session_id)

    def invalidate(self, session_id: int) -> None:
        """Remove a session."""
        self.invalidations += 1
        session = self._by_id.remove(session_id)
        if session is not None:
            self._unlink(session_id, session)

    def _unlink(self, session_id: int, session: CachedSession) -> None:
        if session.token is not None:
            self._by_token.remove(session.token)
        account_id = session.actor.account_id
        if account_id is not None:
            ids = self._by_account.get(account_id, set())
            ids.discard(session_id)
            if not ids:
                self._by_account.pop(account_id, None)

    def invalidate_account(self, account_id: int) -> None:
        """Remove the sessions of an account."""
        self.invalidations += 1
        for session_id in tuple(self._by_account.get(account_id, ())):
            self.invalidate(session_id)

    def clear(self) -> None:
        """Remove all sessions."""
        self.invalidations += 1
        self._by_id.clear()
        self._by_token.clear()
        self._by_account.clear()

    def values(self) -> list[CachedSession]:
        """Return all cached sessions, in no particular order."""
        return self._by_id.values()
