"""What this contract's requests and answers look like."""

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.access.model import Grants, Role
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
    """A refresh token, unless it is sent as the Bearer."""

    refresh_token: str | UnsetType = UNSET


class CredentialsChange(msgspec.Struct):
    """What is to change; what is left out stays."""

    login: str | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET


class RoleBody(msgspec.Struct):
    """A new role."""

    name: str
    permissions: list[Permission] = []


class RoleChange(msgspec.Struct):
    """What of a role is to change; what is left out stays."""

    name: str | UnsetType = UNSET
    permissions: list[Permission] | UnsetType = UNSET


class HistoryQuery(msgspec.Struct):
    """Which page, from 1."""

    page: PageNumber = 1


class GrantsQuery(msgspec.Struct):
    """A permission to check, if any."""

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
    """An account and what it signs in with."""

    id: int
    login: str


class SignIn(msgspec.Struct):
    """One line of the history; `at` is RFC 3339 in UTC, `method` the contract that was used."""

    at: str
    ip: str
    user_agent: str
    method: str
    success: bool


class HistoryPage(msgspec.Struct):
    """A page of the history, newest first."""

    items: list[SignIn]
    page: int
    pages: int
    total: int


class RoleSchema(msgspec.Struct):
    """A named set of permissions."""

    id: int
    name: str
    permissions: list[str]


class UserGrants(msgspec.Struct):
    """What an account holds; `allowed` answers for the permission that was asked about."""

    roles: list[RoleSchema]
    permissions: list[str]
    superuser: bool
    allowed: bool | UnsetType = UNSET


class Key(msgspec.Struct):
    """A public key on P-256 (RFC 7517)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    use: str
    alg: str


class KeySet(msgspec.Struct):
    """The keys that access tokens are signed with (RFC 7517)."""

    keys: list[Key]


class Nothing(msgspec.Struct):
    """An answer that says nothing but its status."""


class Message(msgspec.Struct):
    """A refusal."""

    message: str


def user(account: Account, login: str | UnsetType) -> User:
    """The account by the login that has just been given, or else by the one that it has."""
    names = [name for name in (account.username, account.email) if name]
    shown = account.email if login is not UNSET and "@" in login else names[0]
    return User(account.id, shown or names[0])


def history_page(history: SignInPage) -> HistoryPage:
    """A page of the history as this contract shows it."""
    items = [
        SignIn(iso(line.at), line.address, line.user_agent, line.method, line.success)
        for line in history.items
    ]
    return HistoryPage(items, history.page, history.pages, history.total)


def role(known: Role) -> RoleSchema:
    """A role as this contract shows it."""
    return RoleSchema(known.id, known.name, list(known.permissions))


def user_grants(grants: Grants, permission: str | None) -> UserGrants:
    """What an account holds, and whether that allows `permission`."""
    return UserGrants(
        [role(held) for held in grants.roles],
        sorted(grants.permissions),
        grants.superuser,
        UNSET if permission is None else grants.allows(permission),
    )
