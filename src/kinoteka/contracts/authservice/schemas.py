"""Schemas of this contract's requests and responses."""

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.access import model as access
from kinoteka.core.accounts.model import Account
from kinoteka.core.sessions.model import SignInPage
from kinoteka.http.mechanics.numbers import PageNumber
from kinoteka.http.policy.field_schemas import NewPassword, Password, Permission
from kinoteka.infrastructure.clock import iso


class SignUpBody(msgspec.Struct):
    """A new account. A `login` with an @ is an e-mail address, any other a username."""

    login: str
    password: NewPassword


class SignInBody(msgspec.Struct):
    """A login and its password. A `login` with an @ is an e-mail address."""

    login: str
    password: Password


class RefreshBody(msgspec.Struct):
    """A refresh token, unless it is sent as the Bearer token."""

    refresh_token: str | UnsetType = UNSET


class CredentialsChange(msgspec.Struct):
    """The credentials to change. A missing field stays unchanged."""

    login: str | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET


class RoleBody(msgspec.Struct):
    """A new role."""

    name: str
    permissions: list[Permission] = []


class RoleChange(msgspec.Struct):
    """The fields of a role to change. A missing field stays unchanged."""

    name: str | UnsetType = UNSET
    permissions: list[Permission] | UnsetType = UNSET


class HistoryQuery(msgspec.Struct):
    """The number of the page, from 1."""

    page: PageNumber = 1


class GrantsQuery(msgspec.Struct):
    """An optional permission to check."""

    permission: Permission | None = None


class Tokens(msgspec.Struct):
    """An access token (a JWT) and the refresh token that renews it."""

    access_token: str
    refresh_token: str


class SignedUp(msgspec.Struct):
    """A new account and its first tokens."""

    id: int
    access_token: str
    refresh_token: str


class User(msgspec.Struct):
    """An account and the login that it signs in with."""

    id: int
    login: str


class SignIn(msgspec.Struct):
    """A sign-in attempt. `at` is RFC 3339 in UTC, `method` the contract that was used."""

    at: str
    ip: str
    user_agent: str
    method: str
    success: bool


class HistoryPage(msgspec.Struct):
    """A page of the sign-in history, newest first."""

    items: list[SignIn]
    page: int
    pages: int
    total: int


class Role(msgspec.Struct):
    """A named set of permissions."""

    id: int
    name: str
    permissions: list[str]


class UserGrants(msgspec.Struct):
    """The roles and permissions of an account. `allowed` is the result of a permission check."""

    roles: list[Role]
    permissions: list[str]
    superuser: bool
    allowed: bool | UnsetType = UNSET


class Key(msgspec.Struct):
    """A public key on the curve P-256 (RFC 7517)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    use: str
    alg: str


class KeySet(msgspec.Struct):
    """The public keys that verify access tokens (RFC 7517)."""

    keys: list[Key]


class Nothing(msgspec.Struct):
    """An empty object."""


class Message(msgspec.Struct):
    """An error."""

    message: str


def user(account: Account, login: str | UnsetType) -> User:
    """Return an account with the login that has just been set, or else with its present one."""
    logins = [name for name in (account.username, account.email) if name]
    current = account.email if login is not UNSET and "@" in login else logins[0]
    return User(account.id, current or logins[0])


def history_page(history: SignInPage) -> HistoryPage:
    """Return a page of the sign-in history in the schema of this contract."""
    items = [
        SignIn(iso(entry.at), entry.address, entry.user_agent, entry.method, entry.success)
        for entry in history.items
    ]
    return HistoryPage(items, history.page, history.pages, history.total)


def role(stored: access.Role) -> Role:
    """Return a role in the schema of this contract."""
    return Role(stored.id, stored.name, list(stored.permissions))


def user_grants(grants: access.Grants, permission: str | None) -> UserGrants:
    """Return the grants of an account, and whether they include `permission`."""
    return UserGrants(
        [role(held) for held in grants.roles],
        sorted(grants.permissions),
        grants.superuser,
        UNSET if permission is None else grants.allows(permission),
    )
