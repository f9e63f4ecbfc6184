"""Actors, roles and permissions.

Shapes: `Actor` (who asks), `Role`, `Grants` (what a set of roles allows).
"""

import re
from collections.abc import Sequence

import msgspec

from kinoteka.core.text import clean_name
from kinoteka.errors import Code, DomainError, field_invalid

ANONYMOUS_ROLE = 1
USER_ROLE = 2

ROLES_MANAGE = "roles.manage"
FILMS_LABEL = "films.label"
FILMS_EDIT = "films.edit"
FILMS_IMPORT = "films.import"
SELECTIONS_FEATURE = "selections.feature"
FILMS_VIEW = "films.view:"

HIDDEN = "hidden"
"""The name that no label may have: films are hidden by `films.hidden_at`, beside their label."""
MAX_ROLES = 64
"""How many roles an account may hold, besides that of everybody who is signed in."""

LABEL = re.compile(r"\w[\w.-]{0,49}")
PERMISSION = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[\w.-]+)?")


def is_reserved_label(label: str) -> bool:
    """Whether the label is `hidden`, however it is capitalised: whoever writes it means to hide."""
    return label.strip().casefold() == HIDDEN


def check_label(name: str) -> None:
    """Raise `field_invalid` unless `name` can be the name of a label.

    Raises:
        DomainError(FIELD_INVALID): `malformed`, or `reserved` for `hidden`.
    """
    if is_reserved_label(name):
        raise field_invalid("label", "reserved")
    if not LABEL.fullmatch(name):
        raise field_invalid("label", "malformed")


class Actor(msgspec.Struct, frozen=True):
    """Who asks: an account through one of its sessions, or somebody anonymous.

    `labels` are the ids of the access labels whose films the actor sees, in order; None sees
    every film.
    """

    account_id: int | None
    session_id: int | None
    superuser: bool
    roles: tuple[str, ...]
    permissions: frozenset[str]
    labels: tuple[int, ...] | None

    def may(self, permission: str) -> bool:
        """Whether the actor holds the permission; a superuser holds every one."""
        return self.superuser or permission in self.permissions

    def require(self, permission: str) -> None:
        """Refuse an actor without the permission.

        Raises:
            DomainError(UNAUTHORIZED): nobody is signed in.
            DomainError(FORBIDDEN): the account lacks the permission.
        """
        if self.may(permission):
            return
        self.require_account()
        raise DomainError(Code.FORBIDDEN, permission=permission)

    def require_account(self) -> int:
        """The id of the account that asks.

        Raises:
            DomainError(UNAUTHORIZED): nobody is signed in.
        """
        if self.account_id is None:
            raise DomainError(Code.UNAUTHORIZED)
        return self.account_id

    def require_self(self, account_id: int) -> None:
        """Refuse everybody but the account itself and a superuser.

        Raises:
            DomainError(UNAUTHORIZED): nobody is signed in.
            DomainError(FORBIDDEN): it is another's account.
        """
        if self.require_account() != account_id and not self.superuser:
            raise DomainError(Code.FORBIDDEN, permission="superuser")

    def require_session(self) -> int:
        """The id of the session that asks.

        Raises:
            DomainError(UNAUTHORIZED): nobody is signed in.
        """
        if self.session_id is None:
            raise DomainError(Code.UNAUTHORIZED)
        return self.session_id


CONSOLE_ACTOR = Actor(None, None, True, (), frozenset(), None)
"""Who has the server's files may do everything."""

UNIDENTIFIED_ACTOR = Actor(None, None, False, (), frozenset(), ())
"""Who asks was not looked at, and may nothing."""


class Role(msgspec.Struct, frozen=True):
    """A named set of permissions."""

    id: int
    name: str
    built_in: bool
    permissions: tuple[str, ...]


class Grants(msgspec.Struct, frozen=True):
    """What an account holds: the names of its roles, and all that they allow."""

    roles: tuple[Role, ...]
    permissions: frozenset[str]
    superuser: bool

    def allows(self, permission: str) -> bool:
        """Whether the permission is held."""
        return self.superuser or permission in self.permissions


def clean_role_name(name: str) -> str:
    """Return the name of a role, without white space around it.

    Raises:
        DomainError(FIELD_INVALID)
    """
    cleaned = clean_name(name, "name", 64)
    if not cleaned:
        raise field_invalid("name", "empty")
    return cleaned


def clean_permissions(permissions: Sequence[str]) -> tuple[str, ...]:
    """Return each permission once, in order.

    Raises:
        DomainError(FIELD_INVALID)
    """
    for permission in permissions:
        if len(permission) > 100 or not PERMISSION.fullmatch(permission):
            raise field_invalid("permissions", "malformed")
        if (
            permission.casefold() == FILMS_VIEW + HIDDEN
        ):  # whoever manages films sees the hidden ones
            raise field_invalid("permissions", "reserved")
    return tuple(sorted(set(permissions)))
