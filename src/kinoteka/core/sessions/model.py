"""Sessions and the history of sign-ins.

Shapes: `Visit` (from where), `TokenOwner` (whose access token a visit carries), `Session` (as
stored), `Started` (a new one with its secret),
`CachedSession` (as in memory), `OwnSession` (as its account sees it), `OwnSessionList`,
`SignIn` (a line of the history), `History` (a page of it).
"""

import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import Account

USER_AGENT_LONGEST = 300


class TokenOwner(msgspec.Struct, frozen=True):
    """The account and session of a genuine access token, and when it expires, in seconds.

    `has_session` tells whether the session lasts, as far as somebody has looked.
    """

    account_id: int
    session_id: int
    expires: int
    has_session: bool = True


class Visit(msgspec.Struct, frozen=True):
    """From where somebody comes: address, User-Agent, and the contract that is used.

    `device_cookies` and `token_owner` are what a device is known by (`known_devices`).
    """

    address: str
    user_agent: str
    method: str
    device_cookies: tuple[str, ...] = ()
    token_owner: TokenOwner | None = None


class Session(msgspec.Struct, frozen=True):
    """A session as stored; times in milliseconds. Its tokens are known by their HMACs alone.

    `proved_at` is when its user last proved the password, `began_by` the contract of the sign-in.
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

    def dead_at(self, idle: int) -> int:
        """When it ends if it is not used again; `idle` is how long it lasts unused."""
        return min(self.expires_at, self.last_seen_at + idle)

    def lasts(self, idle: int, at: int) -> bool:
        """Whether it has not expired by then."""
        return at < self.dead_at(idle)


class Started(msgspec.Struct, frozen=True):
    """A session that has just begun, with the secret that its cookie carries.

    `device` is the value of the cookie by which the device is known from now on.
    """

    session: Session
    token: str
    account: Account
    actor: Actor
    device: str


class CachedSession(msgspec.Struct):
    """A session as it is cached; `dead_at` is when it ends if it is not used again."""

    actor: Actor
    dead_at: int
    expires_at: int
    last_seen_at: int
    stored_seen_at: int
    token: str | None = None


class OwnSession(msgspec.Struct, frozen=True):
    """A session as its account sees it; times in milliseconds. `is_this`: it is the one that asks.

    `address`, `user_agent` and `method` are those of the sign-in.
    """

    id: int
    created_at: int
    last_seen_at: int
    address: str
    user_agent: str
    method: str
    is_this: bool = False


class OwnSessionList(msgspec.Struct, frozen=True):
    """The sessions used last, and how many there are in all.

    `needs_password`: ending another one needs the current password first.
    """

    sessions: list[OwnSession]
    total: int
    needs_password: bool


class SignIn(msgspec.Struct, frozen=True):
    """A line of the history: when (milliseconds), from where, how, and whether it worked."""

    at: int
    address: str
    user_agent: str
    method: str
    success: bool


class History(msgspec.Struct, frozen=True):
    """A page of the history, newest first."""

    items: list[SignIn]
    page: int
    pages: int
    total: int
