"""What forms of operators become."""

from kinoteka.core.audit.model import Action, AuditFilter
from kinoteka.core.members.model import MemberQuery
from kinoteka.site.manage import schemas


def test_role_has_ticked_and_typed_permissions():
    form = schemas.RoleForm("x", ["a.b"], " c.d\r\n\n e.f ")
    assert form.all_permissions() == ["a.b", "c.d", "e.f"]


def test_queries_are_passed_to_the_core():
    assert schemas.MembersQuery("a", 5, True, 7).query() == MemberQuery(
        text="a", before=5, disabled=True, role_id=7
    )
    query = schemas.AuditQuery("anna", "role", 5, Action.ROLE_GIVEN, 9)
    assert query.filter(3) == AuditFilter(
        before=9, actor_id=3, subject_kind="role", subject_id=5, action=Action.ROLE_GIVEN
    )
