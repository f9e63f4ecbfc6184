"""Sessions and the sign-in history.

Structs: `Visit` (the client of a request), `TokenOwner` (the owner of its access token), `Session`
(as stored), `SignInResult` (a new session with its secret), `CachedSession` (as in memory),
`OwnSession` (as listed for its account), `OwnSessionList`, `SignIn` (an entry of the history),
`SignInPage`.
"""

import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import Account

USER_AGENT_MAX_LENGTH = 300


class TokenOwner(msgspec.Struct, frozen=True):
    """The account and session of a genuine access token. `expires` is in seconds.

    `has_session` is false if the session is known to have ended.
    """

    account_id: int
    session_id: int
    expires: int
    has_session: bool = True


class Visit(msgspec.Struct, frozen=True):
    """The client of a request: its address and User-Agent, and the contract (`method`).

    `device_cookies` and `token_owner` identify a known device (`known_devices`).
    """

    address: str
    user_agent: str
    method: str
    device_cookies: tuple[str, ...] = ()
    token_owner: TokenOwner | None = None


class Session(msgspec.Struct, frozen=True):
    """A session as stored; times in milliseconds. Only HMACs of its tokens are stored.

    `proved_at` is the time of the last password proof, `began_by` the contract of the sign-in.
    """

    id: int
    account_id: int
    superuser: bool
    refresh_seed: str
    refresh_generation: int
    refreshed_at: int
    last_seen_at: int
    expires_at: int
    proved_at: int
    began_by: str

    def ends_at(self, idle_timeout: int) -> int:
        """Return when the session ends if it is not used again."""
        return min(self.expires_at, self.last_seen_at + idle_timeout)

    def is_active(self, idle_timeout: int, at: int) -> bool:
        """Return whether the session has not expired at this time."""
        return at < self.ends_at(idle_timeout)


class SignInResult(msgspec.Struct, frozen=True):
    """A new session with the secret `token` for its cookie.

    `device` is the value of the cookie that makes the client a known device.
    """

    session: Session
    token: str
    account: Account
    actor: Actor
    device: str


class CachedSession(msgspec.Struct):
    """A session as cached. `ends_at` is when it ends if it is not used again."""

    actor: Actor
    ends_at: int
    expires_at: int
    last_seen_at: int
    stored_last_seen_at: int
    token: str | None = None


class OwnSession(msgspec.Struct, frozen=True):
    """A session as listed for its account; times in milliseconds.

    `address`, `user_agent` and `method` are those of the sign-in. `is_current`: the request was
    made with this session.
    """

    id: int
    created_at: int
    last_seen_at: int
    address: str
    user_agent: str
    method: str
    is_current: bool = False


class OwnSessionList(msgspec.Struct, frozen=True):
    """The most recently used sessions of an account, and the total number.

    `needs_password`: ending another session requires the current password.
    """

    sessions: list[OwnSession]
    total: int
    needs_password: bool


class SignIn(msgspec.Struct, frozen=True):
    """A sign-in or a failed attempt, at a time in milliseconds. `method` is the contract."""

    at: int
    address: str
    user_agent: str
    method: str
    success: bool


class SignInPage(msgspec.Struct, frozen=True):
    """A page of the sign-in history, newest first."""

    items: list[SignIn]
    page: int
    pages: int
    total: int
