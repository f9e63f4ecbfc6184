"""Descriptions of the permissions that the server knows. Other services may use further ones."""

from collections.abc import Iterable

from kinoteka.core.access.model import (
    FILMS_EDIT,
    FILMS_IMPORT,
    FILMS_LABEL,
    FILMS_VIEW,
    ROLES_MANAGE,
    SELECTIONS_FEATURE,
    Actor,
)
from kinoteka.core.audit.model import AUDIT_VIEW
from kinoteka.core.members.model import ACCOUNTS_MANAGE
from kinoteka.errors import Code, DomainError
from kinoteka.site.ui.languages import N_

KNOWN: dict[str, str] = {
    ACCOUNTS_MANAGE: N_("View members, end their sessions and disable accounts"),
    ROLES_MANAGE: N_("Edit and assign roles, which includes every permission"),
    FILMS_LABEL: N_("Create labels, assign them to films and hide films"),
    FILMS_EDIT: N_("Add and edit films"),
    FILMS_IMPORT: N_("Import films from files"),
    SELECTIONS_FEATURE: N_("Feature selections and edit all public ones"),
    AUDIT_VIEW: N_("View the audit log"),
}
VIEW = N_("See films with the label %(label)s")


def view_permission(label: str) -> str:
    """Return the permission to view films with a label."""
    return FILMS_VIEW + label


def unknown_permissions(permissions: Iterable[str], labels: Iterable[str]) -> list[str]:
    """Return the permissions that the server does not know."""
    known = {*KNOWN, *map(view_permission, labels)}
    return [permission for permission in permissions if permission not in known]


def require_any(actor: Actor) -> None:
    """Require any permission to manage something.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN)
    """
    actor.require_account()
    if not any(actor.may(permission) for permission in KNOWN):
        raise DomainError(Code.FORBIDDEN, permission=ACCOUNTS_MANAGE)
