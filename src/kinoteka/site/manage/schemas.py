"""What addresses and forms of these pages hold."""

import msgspec

from kinoteka.core.audit.model import Action, AuditFilter, SubjectKind
from kinoteka.core.members.model import MemberQuery
from kinoteka.http.mechanics.numbers import Id


class MembersQuery(msgspec.Struct):
    """Which people are listed."""

    q: str = ""
    before: Id | None = None
    disabled: bool = False
    role: Id | None = None

    def query(self) -> MemberQuery:
        """What the core makes of it."""
        return MemberQuery(
            text=self.q, before=self.before, disabled=self.disabled, role_id=self.role
        )


class ReasonForm(msgspec.Struct):
    """Why an account is disabled or enabled."""

    reason: str = ""


class RoleForm(msgspec.Struct):
    """A role: its name, its permissions, and others, one to a line."""

    name: str = ""
    permissions: list[str] = []
    others: str = ""

    def wanted(self) -> list[str]:
        """All permissions."""
        return [*self.permissions, *self.others.split()]


class LabelForm(msgspec.Struct):
    """A label that is to be."""

    label: str = ""


class AuditQuery(msgspec.Struct):
    """Which entries of the audit log; `who` is a username or an id."""

    who: str = ""
    kind: SubjectKind | None = None
    subject: Id | None = None
    action: Action | None = None
    before: Id | None = None

    def query(self, who: int | None) -> AuditFilter:
        """What the core makes of it, once it is known who is meant."""
        return AuditFilter(
            before=self.before,
            actor_id=who,
            subject_kind=self.kind,
            subject_id=self.subject,
            action=self.action,
        )
