"""Requests with their actor: what handlers get as their first argument."""

from kinoteka.core.access.model import UNIDENTIFIED_ACTOR, Actor
from kinoteka.core.accounts.model import Account, Person
from kinoteka.core.accounts.people import external_avatar
from kinoteka.core.film_posters.model import DIRECT, poster_path
from kinoteka.core.services import Services
from kinoteka.core.sessions.model import SignInResult, TokenOwner, Visit
from kinoteka.database.unit import Unit
from kinoteka.http.mechanics import cookies, request
from kinoteka.http.mechanics.response import Receive, Scope
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.infrastructure.settings import Settings

DAY = 24 * 60 * 60
NO_SESSIONS: frozenset[int] = frozenset()


class Request(request.Request):
    """A request with its actor, the services and the unit of work.

    `unusable_token` is True if the request is anonymous because its Bearer token cannot be used.
    `sessions_to_end` holds the ids of the sessions that a sign-out ends.
    """

    __slots__ = (
        "actor",
        "added_headers",
        "contract",
        "core",
        "route",
        "sessions_to_end",
        "unit",
        "unusable_token",
    )

    def __init__(
        self, scope: Scope, receive: Receive, core: Services, contract: Contract, route: Route
    ) -> None:
        request.Request.__init__(self, scope, receive)  # faster than super(), and always needed
        self.core = core
        self.contract = contract
        self.route = route
        self.unit = Unit(core.database, self.address)
        self.actor: Actor = UNIDENTIFIED_ACTOR
        self.added_headers: tuple[tuple[bytes, bytes], ...] = ()
        self.unusable_token = False
        self.sessions_to_end = NO_SESSIONS

    @property
    def settings(self) -> Settings:
        """The server's settings."""
        return self.core.settings

    @property
    def json_limit(self) -> int:
        """The largest size of a JSON or form body, in bytes."""
        return self.core.settings.json_limit_kilobytes * 1024

    @property
    def is_https(self) -> bool:
        """Whether clients reach the server over HTTPS."""
        is_direct = self.scope["scheme"] in request.HTTPS_SCHEMES
        return is_direct or self.settings.public_url.startswith("https://")

    @property
    def visit(self) -> Visit:
        """The address, client program, contract, known devices and token owner of the request."""
        return Visit(
            self.address,
            self.header(b"user-agent") or "",
            self.contract.name,
            cookies.device_values(self.cookies),
            self._token_owner(),
        )

    def absolute(self, path: str) -> str:
        """Return the URL of a path of this server: absolute if its public URL is known."""
        return self.settings.public_url + path

    def avatar(self, account: Account | Person) -> str | None:
        """Return the URL of an account's avatar if the actor may see it."""
        return self.uploaded_avatar(account) or external_avatar(self.actor, account)

    def uploaded_avatar(self, account: Account | Person) -> str | None:
        """Return the URL of an account's avatar if this server stores it."""
        if account.avatar_file is None:
            return None
        return self.absolute(f"/media/avatars/{account.avatar_file}")

    def poster(self, film_id: int, address: str | None) -> str:
        """Return the URL of a film's poster. `address` is the one that an import named."""
        if address and self.settings.posters == DIRECT:
            return address
        return self.absolute(poster_path(film_id))

    def session_cookie(self, started: SignInResult) -> tuple[bytes, bytes]:
        """Return the header with the cookie of a new session. Its device becomes known."""
        self.add_device_cookie(started.device)
        seconds = self.settings.session_lifetime_days * DAY
        return cookies.set_session(started.token, seconds=seconds, secure=self.is_https)

    def add_device_cookie(self, device: str) -> None:
        """Add the cookie of a known device to the response."""
        seconds = self.settings.known_device_days * DAY
        header = cookies.set_device(device, seconds=seconds, secure=self.is_https)
        self.added_headers = (*self.added_headers, header)

    async def renew_device_cookie(self) -> None:
        """Make the device known again after its user has changed the password."""
        self.add_device_cookie(
            await self.core.credentials.known_device(self.actor, self.unit, self.visit)
        )

    def session_removal_cookie(self) -> tuple[bytes, bytes]:
        """Return the header that removes the session cookie."""
        return cookies.remove_session(secure=self.is_https)

    def _token_owner(self) -> TokenOwner | None:
        token = self.bearer
        claims = None if token is None else self.core.tokens.read_ignoring_expiry(token)
        if claims is None:
            return None
        return TokenOwner(claims.account_id, claims.session_id, claims.expires)
