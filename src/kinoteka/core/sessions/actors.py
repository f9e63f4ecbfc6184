"""Actors: look up the actor of a session by the session's cookie or id.

Public operations: by_token, by_id, last_seen, invalidate, store_last_seen.

A session is looked up once and then cached; other processes are notified when it ends. The time
of its last use is complete only in the database, because each process sees some of its requests.
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
"""How often the time of the last use is updated, in milliseconds."""


def token_hash(keyring: Keyring, token: str) -> str:
    """Return the HMAC of a session token. Only the HMAC is stored."""
    return keyring.mac("session", token)


class Actors:
    """Finds the actors of sessions and caches them."""

    def __init__(
        self, settings: Settings, keyring: Keyring, revisions: Revisions, access: Access
    ) -> None:
        self._idle_timeout = settings.session_idle_days * DAY
        self._keyring = keyring
        self._access = access
        self._cache = SessionCache()
        revisions.on_foreign_change("sessions", self._cache.clear, self._cache.invalidate)
        access.on_change(self._grants_changed)

    async def by_token(self, unit: Unit, token: str) -> Actor | None:
        """Return the actor of a session token. None: there is no active session with this token."""
        cached = self._if_active(self._cache.get_by_token(token))
        if cached is None:
            as_of = self._cache.invalidations
            session = await unit.first(queries.BY_TOKEN, hash=token_hash(self._keyring, token))
            cached = await self._add_to_cache(unit, session, token, as_of)
        return self._touch(cached)

    async def by_id(self, unit: Unit, session_id: int) -> Actor | None:
        """Return the actor of a session. None: the session is not active."""
        cached = self._if_active(self._cache.get(session_id))
        if cached is None:
            as_of = self._cache.invalidations
            session = await unit.first(queries.BY_ID, session_id=session_id)
            cached = await self._add_to_cache(unit, session, None, as_of)
        return self._touch(cached)

    def last_seen(self, session_id: int) -> int:
        """Return when this process last received a request of the session. 0: never."""
        cached = self._cache.get(session_id)
        return 0 if cached is None else cached.last_seen_at

    def invalidate(self, session_id: int) -> None:
        """Remove an ended session from the cache."""
        self._cache.invalidate(session_id)

    async def store_last_seen(self, unit: Unit) -> None:
        """Store the times of last use that are not stored yet. Called periodically."""
        used = (
            cached
            for cached in self._cache.values()
            if cached.last_seen_at > cached.stored_last_seen_at
        )
        stale = [(cached, cached.last_seen_at) for cached in used]
        if not stale:
            return
        # Sorted, because other workers lock the same rows.
        times = sorted((cached.actor.session_id or 0, at) for cached, at in stale)
        rows = [{"session_id": session_id, "at": at} for session_id, at in times]
        await unit.run_many(queries.UPDATE_LAST_SEEN, rows)

        def mark_stored() -> None:
            for cached, at in stale:
                cached.stored_last_seen_at = at

        unit.after_commit(mark_stored)

    def _if_active(self, cached: CachedSession | None) -> CachedSession | None:
        # Look up a session that seems expired: another process may have received requests for it.
        return cached if cached is not None and now() < cached.ends_at else None

    async def _add_to_cache(
        self, unit: Unit, session: Session | None, token: str | None, as_of: int
    ) -> CachedSession | None:
        if session is None or not session.is_active(self._idle_timeout, now()):
            return None
        actor = await self._access.actor_of(
            unit, session.account_id, session.id, superuser=session.superuser
        )
        last_seen_at, ends_at = session.last_seen_at, session.ends_at(self._idle_timeout)
        cached = CachedSession(actor, ends_at, session.expires_at, last_seen_at, last_seen_at)
        # Otherwise the session may have ended during the read.
        if as_of == self._cache.invalidations:
            self._cache.set(cached, token)
        return cached

    def _touch(self, cached: CachedSession | None) -> Actor | None:
        if cached is None:
            return None
        at = now()
        if at - cached.last_seen_at > LAST_SEEN_STEP:
            cached.last_seen_at = at
            cached.ends_at = min(cached.expires_at, at + self._idle_timeout)
        return cached.actor

    def _grants_changed(self, account_id: int | None) -> None:
        if account_id is None:
            self._cache.clear()
        else:
            self._cache.invalidate_account(account_id)
