"""Who asks: the actor behind a session's cookie or id.

Public operations: by_token, by_id, last_seen, drop, store_last_seen.

A session is looked up once and then cached; revocation is what travels. When it was last used
only the database knows, since every process sees a part of its requests.
"""

from kinoteka.core.access.model import Actor
from kinoteka.core.access.service import Access
from kinoteka.core.sessions import queries
from kinoteka.core.sessions.cache import SessionCache
from kinoteka.core.sessions.model import CachedSession, Session
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings

LAST_SEEN_STEP = 60 * 1000


def token_hash(keyring: Keyring, token: str) -> str:
    """What is stored of the token that a session's cookie carries."""
    return keyring.mac("session", token)


class Actors:
    """Everybody who is signed in."""

    def __init__(
        self, settings: Settings, keyring: Keyring, revisions: Revisions, access: Access
    ) -> None:
        self._idle = settings.session_idle_days * DAY
        self._keyring = keyring
        self._access = access
        self._cache = SessionCache()
        revisions.on_foreign_change("sessions", self._cache.clear, self._cache.drop)
        access.on_change(self._grants_changed)

    async def by_token(self, unit: Unit, token: str) -> Actor | None:
        """Whose cookie this is; None where its session has ended or never was."""
        cached = self._if_lasting(self._cache.get_by_token(token))
        if cached is None:
            as_of = self._cache.dropped
            session = await unit.first(queries.BY_TOKEN, hash=token_hash(self._keyring, token))
            cached = await self._enter_cache(unit, session, token, as_of)
        return self._see(cached)

    async def by_id(self, unit: Unit, session_id: int) -> Actor | None:
        """Whose session this is; None where it has ended or never was."""
        cached = self._if_lasting(self._cache.get(session_id))
        if cached is None:
            as_of = self._cache.dropped
            session = await unit.first(queries.BY_ID, session_id=session_id)
            cached = await self._enter_cache(unit, session, None, as_of)
        return self._see(cached)

    def last_seen(self, session_id: int) -> int:
        """When this process has last seen a session, stored or not; 0: it has not."""
        cached = self._cache.get(session_id)
        return 0 if cached is None else cached.last_seen_at

    def drop(self, session_id: int) -> None:
        """Know a session no longer, because it has ended."""
        self._cache.drop(session_id)

    async def store_last_seen(self, unit: Unit) -> None:
        """Write down when the sessions in use were last seen; done now and then, not each time."""
        used = (
            cached
            for cached in self._cache.values()
            if cached.last_seen_at > cached.stored_last_seen_at
        )
        stale = [(cached, cached.last_seen_at) for cached in used]
        if not stale:
            return
        # In one order, for other workers lock the same rows.
        seen = sorted((cached.actor.session_id or 0, at) for cached, at in stale)
        rows = [{"session_id": session_id, "at": at} for session_id, at in seen]
        await unit.run_many(queries.SEEN, rows)

        def note() -> None:
            for cached, at in stale:
                cached.stored_last_seen_at = at

        unit.after_commit(note)

    def _if_lasting(self, cached: CachedSession | None) -> CachedSession | None:
        # What seems to have expired is looked up: another process may have seen it used.
        return cached if cached is not None and now() < cached.ends_at else None

    async def _enter_cache(
        self, unit: Unit, session: Session | None, token: str | None, as_of: int
    ) -> CachedSession | None:
        if session is None or not session.is_active(self._idle, now()):
            return None
        actor = await self._access.actor_of(
            unit, session.account_id, session.id, superuser=session.superuser
        )
        seen, ends_at = session.last_seen_at, session.ends_at(self._idle)
        cached = CachedSession(actor, ends_at, session.expires_at, seen, seen)
        if as_of == self._cache.dropped:  # else it may have ended while it was being read
            self._cache.set(cached, token)
        return cached

    def _see(self, cached: CachedSession | None) -> Actor | None:
        if cached is None:
            return None
        at = now()
        if at - cached.last_seen_at > LAST_SEEN_STEP:
            cached.last_seen_at = at
            cached.ends_at = min(cached.expires_at, at + self._idle)
        return cached.actor

    def _grants_changed(self, account_id: int | None) -> None:
        if account_id is None:
            self._cache.clear()
        else:
            self._cache.drop_account(account_id)
