"""One request on its way through the server."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from kinoteka.core.access.model import UNASKED, Actor
from kinoteka.core.accounts.model import Account, Person
from kinoteka.core.accounts.people import avatar_elsewhere
from kinoteka.core.services import Services
from kinoteka.core.sessions.model import Started, TokenOwner, Visit
from kinoteka.database.unit import Unit
from kinoteka.errors import field_invalid
from kinoteka.http.mechanics import cookies
from kinoteka.http.mechanics.response import Receive, Scope
from kinoteka.infrastructure.settings import Settings

if TYPE_CHECKING:
    from kinoteka.http.mechanics.routes import Contract, Route

DAY = 24 * 60 * 60
QUERY_LONGEST = 8 * 1024
VALUES_MOST = 100


class Request:
    """A request with what handlers need: who asks, the services, and the unit of work.

    `unusable_token` tells that the request is anonymous because its Bearer token is no good;
    `ending` are the ids of the sessions that a sign-out ends; `held_bytes` is what its body takes
    in memory (`body_memory.py`).
    """

    __slots__ = (
        "actor",
        "added_headers",
        "contract",
        "core",
        "ending",
        "headers",
        "held_bytes",
        "receive",
        "route",
        "scope",
        "unit",
        "unusable_token",
    )

    def __init__(
        self, scope: Scope, receive: Receive, core: Services, contract: "Contract", route: "Route"
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.core = core
        self.contract = contract
        self.route = route
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.unit = Unit(core.database, self.address)
        self.actor: Actor = UNASKED
        self.added_headers: tuple[tuple[bytes, bytes], ...] = ()
        self.unusable_token = False
        self.ending: frozenset[int] = frozenset()
        self.held_bytes = 0

    @property
    def settings(self) -> Settings:
        """The server's settings."""
        return self.core.settings

    @property
    def address(self) -> str:
        """Where the request comes from, behind trusted proxies, too."""
        client = self.scope.get("client")
        return client[0] if client else ""

    @property
    def is_https(self) -> bool:
        """Whether clients come by HTTPS."""
        return self.scope["scheme"] in ("https", "wss") or self.settings.public_url.startswith(
            "https://"
        )

    @property
    def visit(self) -> Visit:
        """From where, with what, and through which contract somebody comes."""
        return Visit(
            self.address,
            self.header(b"user-agent") or "",
            self.contract.name,
            cookies.device_values(self.cookies),
            self._token_owner(),
        )

    @property
    def bearer(self) -> str | None:
        """The token of an Authorization header of the scheme Bearer (RFC 6750)."""
        header = self.headers.get(b"authorization")
        if header is None:
            return None
        scheme, _, token = header.decode("latin-1").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def header(self, name: bytes) -> str | None:
        """A header's value."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def cookies(self) -> bytes | None:
        """The Cookie header; several lines of it as one."""
        header = self.headers.get(b"cookie")
        lines = self.scope["headers"]
        if header is None or len(lines) == len(self.headers):
            return header
        return b"; ".join(value for name, value in lines if name == b"cookie")

    def query_pairs(self) -> list[tuple[str, str]]:
        """The query's names and values.

        Raises:
            DomainError(FIELD_INVALID): so long, or of so many values, that reading takes long.
        """
        raw = self.scope["query_string"]
        if not raw:
            return []
        if len(raw) > QUERY_LONGEST or raw.count(b"&") >= VALUES_MOST:
            raise field_invalid("query", "too_long")
        return parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace")

    def query_items(self) -> dict[str, str]:
        """The query's values by name; of a repeated one the last.

        Raises:
            DomainError(FIELD_INVALID): as `query_pairs`.
        """
        return dict(self.query_pairs())

    def absolute(self, path: str) -> str:
        """The address of a path of this server: absolute where its public address is known."""
        return self.settings.public_url + path

    def avatar(self, account: Account | Person) -> str | None:
        """The address of an account's avatar, as far as the actor sees it."""
        return self.uploaded_avatar(account) or avatar_elsewhere(self.actor, account)

    def uploaded_avatar(self, account: Account | Person) -> str | None:
        """Return the address of an account's avatar if this server has it."""
        if account.avatar_file is None:
            return None
        return self.absolute(f"/media/avatars/{account.avatar_file}")

    def give_session(self, started: Started) -> tuple[bytes, bytes]:
        """The header with the cookie of a session that has just begun; its device is known."""
        self.remember_device(started.device)
        seconds = self.settings.session_lifetime_days * DAY
        return cookies.set_session(started.token, seconds=seconds, secure=self.is_https)

    def remember_device(self, device: str) -> None:
        """Add the cookie by which a device is known to the response."""
        seconds = self.settings.known_device_days * DAY
        header = cookies.set_device(device, seconds=seconds, secure=self.is_https)
        self.added_headers = (*self.added_headers, header)

    async def renew_device(self) -> None:
        """Let the device be known again after its user has changed the password."""
        self.remember_device(
            await self.core.credentials.known_device(self.actor, self.unit, self.visit)
        )

    def take_session(self) -> tuple[bytes, bytes]:
        """The header that removes the session's cookie."""
        return cookies.remove_session(secure=self.is_https)

    def _token_owner(self) -> TokenOwner | None:
        token = self.bearer
        claims = None if token is None else self.core.tokens.read_genuine(token)
        if claims is None:
            return None
        return TokenOwner(claims.account_id, claims.session_id, claims.expires)
