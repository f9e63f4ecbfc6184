"""Sessions as kept in memory: looked up once, then kept until revoked, changed or expired."""

from kinoteka.core.sessions.model import Entry
from kinoteka.storage.cache import BoundedMap

KEPT = 100_000


class KeptSessions:
    """Entries by session id, the ids by cookie token, and the ids of each account's.

    Only `_by_id` holds entries: what is dropped there is gone however it is asked for.
    """

    def __init__(self, limit: int = KEPT) -> None:
        self._by_id: BoundedMap[int, Entry] = BoundedMap(limit, self._let_go)
        self._ids: BoundedMap[str, int] = BoundedMap(limit)
        self._of_account: dict[int, set[int]] = {}

    def by_token(self, token: str) -> Entry | None:
        """The session of a cookie."""
        session_id = self._ids.get(token)
        return None if session_id is None else self._by_id.get(session_id)

    def by_id(self, session_id: int) -> Entry | None:
        """The session of an access token."""
        return self._by_id.get(session_id)

    def keep(self, entry: Entry, token: str | None) -> None:
        """Keep a session, under its cookie's token, too, where that is known."""
        session_id, account_id = entry.actor.session_id, entry.actor.account_id
        if session_id is None or account_id is None:
            return
        known = self._by_id.get(session_id)
        if token is not None:
            entry.token = token
            self._ids.set(token, session_id)
        elif known is not None:
            entry.token = known.token
        self._by_id.set(session_id, entry)
        self._of_account.setdefault(account_id, set()).add(session_id)

    def drop(self, session_id: int) -> None:
        """Forget one session."""
        entry = self._by_id.drop(session_id)
        if entry is not None:
            self._let_go(session_id, entry)

    def _let_go(self, session_id: int, entry: Entry) -> None:
        if entry.token is not None:
            self._ids.drop(entry.token)
        account_id = entry.actor.account_id
        if account_id is not None:
            ids = self._of_account.get(account_id, set())
            ids.discard(session_id)
            if not ids:
                self._of_account.pop(account_id, None)

    def drop_account(self, account_id: int) -> None:
        """Forget an account's sessions."""
        for session_id in tuple(self._of_account.get(account_id, ())):
            self.drop(session_id)

    def clear(self) -> None:
        """Forget all."""
        self._by_id.clear()
        self._ids.clear()
        self._of_account.clear()

    def entries(self) -> list[Entry]:
        """All that are kept, in no order that matters."""
        return self._by_id.values()
