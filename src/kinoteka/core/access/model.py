"""Actors, roles and permissions.

Structs: `Actor` (the account that makes a request, or an anonymous visitor), `Role`, `Grants` (the
roles and permissions of an account).
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
"""The reserved label name. Films are hidden by `films.hidden_at`, independently of their label."""
MAX_ROLES = 64
"""Roles that can be assigned to an account, besides the built-in role `user`."""

LABEL = re.compile(r"\w[\w.-]{0,49}")
PERMISSION = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[\w.-]+)?")


def is_reserved_label(label: str) -> bool:
    """Return whether the label is `hidden` in any case, which means hiding and not labelling."""
    return label.strip().casefold() == HIDDEN


def check_label(name: str) -> None:
    """Check the name of a label.

    Raises:
        DomainError(FIELD_INVALID): the name is `malformed`, or `reserved` (`hidden`).
    """
    if is_reserved_label(name):
        raise field_invalid("label", "reserved")
    if not LABEL.fullmatch(name):
        raise field_invalid("label", "malformed")


class Actor(msgspec.Struct, frozen=True):
    """The account and session that make a request, or an anonymous visitor.

    `labels` are the ids of the access labels whose films are visible to the actor, in ascending
    order. None: all films are visible. `language` is the one in which the actor sees titles and
    names: an empty text means as they were imported.
    """

    account_id: int | None
    session_id: int | None
    superuser: bool
    roles: tuple[str, ...]
    permissions: frozenset[str]
    labels: tuple[int, ...] | None
    language: str = ""

    def may(self, permission: str) -> bool:
        """Return whether the actor has the permission. Superusers have every permission."""
        return self.superuser or permission in self.permissions

    def require(self, permission: str) -> None:
        """Check that the actor has the permission.

        Raises:
            DomainError(UNAUTHORIZED): the actor is anonymous.
            DomainError(FORBIDDEN): the account does not have the permission.
        """
        if self.may(permission):
            return
        self.require_account()
        raise DomainError(Code.FORBIDDEN, permission=permission)

    def require_account(self) -> int:
        """Return the id of the actor's account.

        Raises:
            DomainError(UNAUTHORIZED): the actor is anonymous.
        """
        if self.account_id is None:
            raise DomainError(Code.UNAUTHORIZED)
        return self.account_id

    def require_self(self, account_id: int) -> None:
        """Check that the actor is this account or a superuser.

        Raises:
            DomainError(UNAUTHORIZED): the actor is anonymous.
            DomainError(FORBIDDEN): it is the account of another user.
        """
        if self.require_account() != account_id and not self.superuser:
            raise DomainError(Code.FORBIDDEN, permission="superuser")

    def require_session(self) -> int:
        """Return the id of the actor's session.

        Raises:
            DomainError(UNAUTHORIZED): the actor is anonymous.
        """
        if self.session_id is None:
            raise DomainError(Code.UNAUTHORIZED)
        return self.session_id


CONSOLE_ACTOR = Actor(None, None, True, (), frozenset(), None)
"""The actor of the command line: access to the server's files includes every permission."""

UNIDENTIFIED_ACTOR = Actor(None, None, False, (), frozenset(), ())
"""The actor of a request that was not authenticated. It has no permissions."""


class Role(msgspec.Struct, frozen=True):
    """A named set of permissions."""

    id: int
    name: str
    built_in: bool
    permissions: tuple[str, ...]


class Grants(msgspec.Struct, frozen=True):
    """The roles of an account and the permissions that they grant."""

    roles: tuple[Role, ...]
    permissions: frozenset[str]
    superuser: bool

    def allows(self, permission: str) -> bool:
        """Return whether the account has the permission."""
        return self.superuser or permission in self.permissions


def clean_role_name(name: str) -> str:
    """Return the name of a role without white space around it.

    Raises:
        DomainError(FIELD_INVALID)
    """
    cleaned = clean_name(name, "name", 64)
    if not cleaned:
        raise field_invalid("name", "empty")
    return cleaned


def clean_permissions(permissions: Sequence[str]) -> tuple[str, ...]:
    """Return the permissions sorted and without duplicates.

    Raises:
        DomainError(FIELD_INVALID)
    """
    for permission in permissions:
        if len(permission) > 100 or not PERMISSION.fullmatch(permission):
            raise field_invalid("permissions", "malformed")
        # Hidden films are visible only to those who manage films.
        if permission.casefold() == FILMS_VIEW + HIDDEN:
            raise field_invalid("permissions", "reserved")
    return tuple(sorted(set(permissions)))
