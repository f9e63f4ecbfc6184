"""Queries and forms of the pages about members, roles, labels and the audit log."""

import msgspec

from kinoteka.core.audit.model import Action, AuditFilter, SubjectKind
from kinoteka.core.members.model import MemberQuery
from kinoteka.http.mechanics.numbers import Id


class MembersQuery(msgspec.Struct):
    """Filters of the list of members."""

    q: str = ""
    before: Id | None = None
    disabled: bool = False
    role: Id | None = None

    def query(self) -> MemberQuery:
        """Return the query for the core."""
        return MemberQuery(
            text=self.q, before=self.before, disabled=self.disabled, role_id=self.role
        )


class ReasonForm(msgspec.Struct):
    """Why an account is disabled or enabled."""

    reason: str = ""


class RoleForm(msgspec.Struct):
    """A role: name, known permissions, and other permissions, one per line."""

    name: str = ""
    permissions: list[str] = []
    others: str = ""

    def all_permissions(self) -> list[str]:
        """Return all permissions of the form."""
        return [*self.permissions, *self.others.split()]


class LabelForm(msgspec.Struct):
    """A new label."""

    label: str = ""


class AuditQuery(msgspec.Struct):
    """Filters of the audit log; `who` is a username or an id."""

    who: str = ""
    kind: SubjectKind | None = None
    subject: Id | None = None
    action: Action | None = None
    before: Id | None = None

    def filter(self, actor_id: int | None) -> AuditFilter:
        """Return the filter for the core; `actor_id` is the account of `who`."""
        return AuditFilter(
            before=self.before,
            actor_id=actor_id,
            subject_kind=self.kind,
            subject_id=self.subject,
            action=self.action,
        )
