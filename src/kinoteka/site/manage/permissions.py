"""The permissions that the server knows, in words; a role may hold others, for other services."""

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
    ACCOUNTS_MANAGE: N_("Find members, end their sessions, disable accounts"),
    ROLES_MANAGE: N_("Change roles and give them to people, and so any permission"),
    FILMS_LABEL: N_("Make labels, put films under them, hide films"),
    FILMS_EDIT: N_("Add films and change what is said about them"),
    FILMS_IMPORT: N_("Import films from files"),
    SELECTIONS_FEATURE: N_("Feature selections, and edit every public one"),
    AUDIT_VIEW: N_("Read the audit log"),
}
VIEW = N_("See the films under the label %(label)s")


def seeing(label: str) -> str:
    """The permission to see the films under a label."""
    return FILMS_VIEW + label


def others(permissions: Iterable[str], labels: Iterable[str]) -> list[str]:
    """Those that the server does not know."""
    known = {*KNOWN, *map(seeing, labels)}
    return [permission for permission in permissions if permission not in known]


def require_any(actor: Actor) -> None:
    """Refuse who has nothing to manage.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN)
    """
    actor.require_account()
    if not any(actor.may(permission) for permission in KNOWN):
        raise DomainError(Code.FORBIDDEN, permission=ACCOUNTS_MANAGE)
