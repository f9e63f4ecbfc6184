"""Access tokens (RFC 9068) and refresh tokens (RFC 6819, RFC 9700).

Public operations: issue, verify, read_genuine, session_of, refresh, renew, jwks.

A refresh token is `session.generation.HMAC`: the session's row knows only the generation that
is due, so nothing secret is stored, and a token that is repeated can be given the same
successor again.
"""

import secrets
import time
from typing import Protocol

import jwt
import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.tokens.signing import ALGORITHM, SigningKey
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.cache import BoundedMap
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.security_events import SecurityEvent, report
from kinoteka.infrastructure.settings import Settings

CACHE_SIZE = 20_000
ISSUED_MAX_LENGTH = 6144
"""An access token that would be longer leaves out its roles: proxies limit a header to 8 KiB."""
TOKEN_MAX_LENGTH = 8192
"""A longer token is not ours; an issuer and an audience of some length still fit in."""
CLOCKS_APART_MOST = 60
"""How far ahead the clock of the machine that issued a token may be, in seconds."""
REUSE_GRACE = 10_000
ROLES_OMITTED = {"roles_omitted": True}
REQUIRED = ["iss", "aud", "sub", "jti", "sid", "iat", "exp"]

encode = msgspec.json.Encoder().encode
_signing = jwt.PyJWS()


class TokenPair(msgspec.Struct, frozen=True):
    """An access token and the refresh token that renews it."""

    access_token: str
    refresh_token: str


class Claims(msgspec.Struct, frozen=True):
    """What this server reads in an access token; `expires` in seconds."""

    account_id: int
    session_id: int
    expires: int

    @property
    def has_expired(self) -> bool:
        """Whether the token is no longer valid."""
        return self.expires <= time.time()


class RenewableSession(Protocol):
    """What of a session a refresh token depends on."""

    @property
    def id(self) -> int:
        """The session's id."""

    @property
    def account_id(self) -> int:
        """Whose it is."""

    @property
    def superuser(self) -> bool:
        """Whether its account is a superuser."""

    @property
    def refresh_seed(self) -> str:
        """What the session's refresh tokens are derived from, besides the key."""

    @property
    def refresh_generation(self) -> int:
        """Which refresh token is due."""

    @property
    def refreshed_at(self) -> int:
        """When the one before was replaced, in milliseconds."""


class RenewableSessions(Protocol):
    """The sessions that refresh tokens belong to."""

    async def get(self, unit: Unit, session_id: int) -> RenewableSession | None:
        """The session as stored, if it lasts."""

    async def rotate(self, unit: Unit, session_id: int, generation: int) -> bool:
        """Move the refresh token on by one, unless another request has."""

    async def end(self, unit: Unit, session_id: int) -> None:
        """End a session."""


class SessionActors(Protocol):
    """Who sessions belong to."""

    async def by_id(self, unit: Unit, session_id: int) -> Actor | None:
        """Whose session this is."""


class Tokens:
    """Issues, checks and renews tokens."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        key: SigningKey,
        sessions: RenewableSessions,
        actors: SessionActors,
    ) -> None:
        self._issuer = settings.token_issuer
        self._audience = settings.token_audience
        self._lifetime = settings.access_token_minutes * 60
        self._keyring = keyring
        self._key = key
        self._sessions = sessions
        self._actors = actors
        self._cache: BoundedMap[str, Claims] = BoundedMap(CACHE_SIZE)

    def issue(self, session: RenewableSession, roles: tuple[str, ...]) -> TokenPair:
        """A pair for the session as it stands."""
        refresh_token = self._refresh_token(session, session.refresh_generation)
        return TokenPair(self._access_token(session, roles), refresh_token)

    def verify(self, token: str) -> Claims:
        """What an access token says, if it is ours and has not expired.

        What a token says is cached once it has been checked; its expiry is looked at each time.

        Raises:
            DomainError(TOKEN_INVALID): cut, forged, of another key or algorithm, expired.
        """
        claims = self._read_claims(token)
        if claims.has_expired:
            raise DomainError(Code.TOKEN_INVALID)
        return claims

    def read_ignoring_expiry(self, token: str) -> Claims | None:
        """Return what an access token of this server says, even an expired one.

        None for anything else. It proves that its holder once signed in, and permits nothing.
        """
        try:
            return self._read_claims(token)
        except DomainError:
            return None

    async def find_session_id(self, unit: Unit, refresh_token: str) -> int | None:
        """Return the id of the session of a refresh token, used or not; None: it has ended."""
        try:
            session, _ = await self._read(unit, refresh_token)
        except DomainError as error:
            if error.code is not Code.TOKEN_INVALID:
                raise
            return None
        return session.id

    async def refresh(self, unit: Unit, refresh_token: str) -> TokenPair:
        """A new pair for a refresh token, which works once.

        The one just replaced may be repeated for ten seconds and gets the same successor.

        Raises:
            DomainError(TOKEN_INVALID): no refresh token of a session that lasts.
            DomainError(TOKEN_REUSED): its successor has been used already, so one of the two
                is stolen; the session has ended.
        """
        session, generation = await self._read(unit, refresh_token)
        if generation == session.refresh_generation:
            if await self._sessions.rotate(unit, session.id, generation):
                return await self._pair(unit, session, generation + 1)
            session, generation = await self._read(unit, refresh_token)
        if generation == session.refresh_generation - 1:
            # Also when the clock has been set back since: the token would work until it caught up.
            if abs(now() - session.refreshed_at) > REUSE_GRACE:
                raise DomainError(Code.TOKEN_INVALID)
            return await self._pair(unit, session, generation + 1)
        await self._sessions.end(unit, session.id)
        report(SecurityEvent.TOKEN_REUSED, account=session.account_id, session=session.id)
        raise DomainError(Code.TOKEN_REUSED, commits_changes=True)

    async def renew(self, unit: Unit, access_token: str, refresh_token: str) -> TokenPair:
        """A new pair for a pair of one session; the access token may have expired.

        Raises:
            DomainError(TOKEN_INVALID, TOKEN_REUSED): as `refresh`, or not of one session.
        """
        claims = self._read_claims(access_token)
        session_id, _, _ = _parts(refresh_token)
        if claims.session_id != session_id:
            raise DomainError(Code.TOKEN_INVALID)
        return await self.refresh(unit, refresh_token)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys, as a JWK Set (RFC 7517)."""
        return {"keys": [self._key.jwk]}

    async def _pair(self, unit: Unit, session: RenewableSession, generation: int) -> TokenPair:
        actor = await self._actors.by_id(unit, session.id)
        if actor is None:
            raise DomainError(Code.TOKEN_INVALID)
        return TokenPair(
            self._access_token(session, actor.roles), self._refresh_token(session, generation)
        )

    async def _read(self, unit: Unit, refresh_token: str) -> tuple[RenewableSession, int]:
        session_id, generation, mac = _parts(refresh_token)
        session = await self._sessions.get(unit, session_id)
        if session is None or generation > session.refresh_generation:
            raise DomainError(Code.TOKEN_INVALID)
        message = _message(session, generation)
        if not self._keyring.matches("refresh", message, mac):
            raise DomainError(Code.TOKEN_INVALID)
        return session, generation

    def _refresh_token(self, session: RenewableSession, generation: int) -> str:
        mac = self._keyring.mac("refresh", _message(session, generation))
        return f"{session.id}.{generation}.{mac}"

    def _access_token(self, session: RenewableSession, roles: tuple[str, ...]) -> str:
        issued = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(session.account_id),
            "jti": secrets.token_urlsafe(12),
            "sid": str(session.id),
            "iat": issued,
            "exp": issued + self._lifetime,
            "superuser": session.superuser,
        }
        token = self._signed(claims | {"roles": roles})
        return token if len(token) <= ISSUED_MAX_LENGTH else self._signed(claims | ROLES_OMITTED)

    def _signed(self, claims: dict[str, object]) -> str:
        # Not by `jwt.encode`, which would write every letter beyond ASCII with six characters.
        headers = {"typ": "at+jwt", "kid": self._key.id}
        return _signing.encode(encode(claims), self._key.private, ALGORITHM, headers)

    def _read_claims(self, token: str) -> Claims:
        claims = self._cache.get(token)
        if claims is None:
            claims = self._decode(token)
            self._cache.set(token, claims)
        return claims

    def _decode(self, token: str) -> Claims:
        if len(token) > TOKEN_MAX_LENGTH:
            raise DomainError(Code.TOKEN_INVALID)
        try:
            decoded = jwt.decode_complete(
                token,
                self._key.public,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                leeway=CLOCKS_APART_MOST,  # of iat and nbf
                options={"require": REQUIRED, "verify_exp": False},
            )
            if decoded["header"].get("typ") != "at+jwt":
                raise DomainError(Code.TOKEN_INVALID)
            payload = decoded["payload"]
            return Claims(int(payload["sub"]), int(payload["sid"]), int(payload["exp"]))
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise DomainError(Code.TOKEN_INVALID) from None


def _message(session: RenewableSession, generation: int) -> str:
    return f"{session.id}.{generation}.{session.refresh_seed}"


def _parts(refresh_token: str) -> tuple[int, int, str]:
    session_id, _, rest = refresh_token.partition(".")
    generation, _, mac = rest.partition(".")
    numbers = (session_id, generation)
    if not all(part.isascii() and part.isdigit() and len(part) < 16 for part in numbers):
        raise DomainError(Code.TOKEN_INVALID)
    return int(session_id), int(generation), mac
