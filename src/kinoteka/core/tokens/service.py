"""Access tokens (RFC 9068) and refresh tokens (RFC 6819, RFC 9700).

Public operations: issue, verify, read_ignoring_expiry, find_session_id, refresh, refresh_pair,
jwks.

A refresh token is `session.generation.HMAC`. The row of the session holds only the current
generation. So no secret is stored, and a repeated token can get the same successor again.
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
"""A longer access token is issued without its roles: proxies limit a header to 8 KiB."""
TOKEN_MAX_LENGTH = 8192
"""A longer token is rejected. The limit leaves room for a long issuer and audience."""
MAX_CLOCK_SKEW = 60
"""How far the clock of the issuing machine may be ahead, in seconds."""
REUSE_GRACE = 10_000
"""How long a replaced refresh token may be repeated, in milliseconds."""
ROLES_OMITTED = {"roles_omitted": True}
REQUIRED = ["iss", "aud", "sub", "jti", "sid", "iat", "exp"]

encode = msgspec.json.Encoder().encode
_signing = jwt.PyJWS()


class TokenPair(msgspec.Struct, frozen=True):
    """An access token and the refresh token that renews it."""

    access_token: str
    refresh_token: str


class Claims(msgspec.Struct, frozen=True):
    """The claims of an access token that this server uses. `expires` is in seconds."""

    account_id: int
    session_id: int
    expires: int

    @property
    def has_expired(self) -> bool:
        """Whether the token has expired."""
        return self.expires <= time.time()


class RenewableSession(Protocol):
    """The part of a session that its tokens depend on."""

    @property
    def id(self) -> int:
        """The session's id."""

    @property
    def account_id(self) -> int:
        """The account of the session."""

    @property
    def superuser(self) -> bool:
        """Whether the account is a superuser."""

    @property
    def refresh_seed(self) -> str:
        """The random part of the refresh tokens' HMACs."""

    @property
    def refresh_generation(self) -> int:
        """The generation of the current refresh token."""

    @property
    def refreshed_at(self) -> int:
        """When the previous refresh token was replaced, in milliseconds."""


class RenewableSessions(Protocol):
    """The sessions to which refresh tokens belong."""

    async def get(self, unit: Unit, session_id: int) -> RenewableSession | None:
        """Return the session as stored, if it is active."""

    async def rotate(self, unit: Unit, session_id: int, generation: int) -> bool:
        """Increase the generation of the refresh token, and commit.

        False: another request has done so, or the session is over.
        """

    async def end(self, unit: Unit, session_id: int) -> None:
        """End a session."""


class SessionActors(Protocol):
    """The actors of sessions."""

    async def by_id(self, unit: Unit, session_id: int) -> Actor | None:
        """Return the actor of a session, if it is active."""


class Tokens:
    """Issues, verifies and refreshes tokens."""

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
        """Return a pair of tokens for the session in its current generation."""
        refresh_token = self._refresh_token(session, session.refresh_generation)
        return TokenPair(self._access_token(session, roles), refresh_token)

    def verify(self, token: str) -> Claims:
        """Return the claims of a genuine access token that has not expired.

        Claims are cached once the signature was made or verified. The expiry is always checked.

        Raises:
            DomainError(TOKEN_INVALID): the token is malformed, forged, expired, or signed with
                another key or algorithm.
        """
        claims = self._read_claims(token)
        if claims.has_expired:
            raise DomainError(Code.TOKEN_INVALID)
        return claims

    def read_ignoring_expiry(self, token: str) -> Claims | None:
        """Return the claims of a genuine access token, even if it has expired. None: not genuine.

        The token proves that its holder once signed in. It grants no access.
        """
        try:
            return self._read_claims(token)
        except DomainError:
            return None

    async def find_session_id(self, unit: Unit, refresh_token: str) -> int | None:
        """Return the session id of a current or replaced refresh token. None: it is invalid."""
        try:
            session, _ = await self._read(unit, refresh_token)
        except DomainError as error:
            if error.code is not Code.TOKEN_INVALID:
                raise
            return None
        return session.id

    async def refresh(self, unit: Unit, refresh_token: str) -> TokenPair:
        """Return a new pair of tokens for a refresh token, which can be used once.

        A replaced token may be repeated for ten seconds and gets the same successor.

        Raises:
            DomainError(TOKEN_INVALID): it is not a refresh token of an active session.
            DomainError(TOKEN_REUSED): its successor was used, so one of them was stolen. The
                session has been ended.
        """
        session, generation = await self._read(unit, refresh_token)
        if generation == session.refresh_generation:
            # Made first, because the rotation commits and nothing may fail after it.
            pair = await self._pair(unit, session, generation + 1)
            if await self._sessions.rotate(unit, session.id, generation):
                return pair
            session, generation = await self._read(unit, refresh_token)
        if generation == session.refresh_generation - 1:
            # abs: after the clock is set back, the token must not stay valid until it catches up.
            if abs(now() - session.refreshed_at) > REUSE_GRACE:
                raise DomainError(Code.TOKEN_INVALID)
            return await self._pair(unit, session, generation + 1)
        await self._sessions.end(unit, session.id)
        report(SecurityEvent.TOKEN_REUSED, account=session.account_id, session=session.id)
        raise DomainError(Code.TOKEN_REUSED, commits_changes=True)

    async def refresh_pair(self, unit: Unit, access_token: str, refresh_token: str) -> TokenPair:
        """Return a new pair for a pair of the same session. The access token may have expired.

        Raises:
            DomainError(TOKEN_INVALID): the tokens are invalid or of different sessions.
            DomainError(TOKEN_REUSED): see `refresh`.
        """
        claims = self._read_claims(access_token)
        session_id, _, _ = _parse_refresh_token(refresh_token)
        if claims.session_id != session_id:
            raise DomainError(Code.TOKEN_INVALID)
        return await self.refresh(unit, refresh_token)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys as a JWK Set (RFC 7517)."""
        return {"keys": [self._key.jwk]}

    async def _pair(self, unit: Unit, session: RenewableSession, generation: int) -> TokenPair:
        actor = await self._actors.by_id(unit, session.id)
        if actor is None:
            raise DomainError(Code.TOKEN_INVALID)
        return TokenPair(
            self._access_token(session, actor.roles), self._refresh_token(session, generation)
        )

    async def _read(self, unit: Unit, refresh_token: str) -> tuple[RenewableSession, int]:
        session_id, generation, mac = _parse_refresh_token(refresh_token)
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
        token = self._sign(claims | {"roles": roles})
        if len(token) > ISSUED_MAX_LENGTH:
            token = self._sign(claims | ROLES_OMITTED)
        # Saves the verification of the signature, which takes three times as long as the signing.
        self._cache.set(token, Claims(session.account_id, session.id, issued + self._lifetime))
        return token

    def _sign(self, claims: dict[str, object]) -> str:
        # Not `jwt.encode`, which escapes every non-ASCII letter with six characters.
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
                leeway=MAX_CLOCK_SKEW,  # of iat and nbf
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


def _parse_refresh_token(refresh_token: str) -> tuple[int, int, str]:
    session_id, _, rest = refresh_token.partition(".")
    generation, _, mac = rest.partition(".")
    numbers = (session_id, generation)
    if not all(part.isascii() and part.isdigit() and len(part) < 16 for part in numbers):
        raise DomainError(Code.TOKEN_INVALID)
    return int(session_id), int(generation), mac
