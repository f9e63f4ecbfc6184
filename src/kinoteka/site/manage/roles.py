"""Roles: listed, made, changed, deleted."""

from msgspec.structs import replace

from kinoteka.core.access.model import Role
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.manage import permissions, shapes
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render

NAMED = frozenset({Code.ROLE_TAKEN, Code.ROLE_BUILT_IN})
"""Refusals that stand beside the name."""


async def show_roles(call: Call) -> Answer:
    """Every role."""
    return await render(
        call,
        "manage/roles.html",
        roles=await call.core.access.list_roles(call.actor, call.unit),
        holders=await call.core.access.count_holders(call.actor, call.unit),
    )


async def show_new_role(
    call: Call, *, typed: shapes.RoleForm | None = None, failed: Failure | None = None
) -> Answer:
    """The form for a role that is to be."""
    return await _render(call, None, typed or shapes.RoleForm(), failed)


@shown_again_by(show_new_role)
async def create_role(call: Call, body: shapes.RoleForm) -> Answer:
    """Make a role."""
    role = await call.core.access.create_role(call.actor, call.unit, body.name, body.wanted())
    return redirect(call, f"/manage/roles/{role.id}", notice="role_saved")


async def show_role(
    call: Call,
    role_id: int,
    *,
    typed: shapes.RoleForm | None = None,
    failed: Failure | None = None,
) -> Answer:
    """A role, to be changed."""
    role = await _role(call, role_id)
    return await _render(call, role, typed or await _as_form(call, role), failed)


@shown_again_by(show_role)
async def save_role(call: Call, role_id: int, body: shapes.RoleForm) -> Answer:
    """Change a role; a built-in one keeps its name."""
    role = await _role(call, role_id)
    name = None if role.built_in else body.name
    await call.core.access.change_role(call.actor, call.unit, role_id, name, body.wanted())
    return redirect(call, f"/manage/roles/{role_id}", notice="role_saved")


async def delete_role(call: Call, role_id: int) -> Answer:
    """Delete a role."""
    await call.core.access.delete_role(call.actor, call.unit, role_id)
    return redirect(call, "/manage/roles", notice="role_deleted")


async def _role(call: Call, role_id: int) -> Role:
    for role in await call.core.access.list_roles(call.actor, call.unit):
        if role.id == role_id:
            return role
    raise DomainError(Code.ROLE_UNKNOWN)


async def _as_form(call: Call, role: Role) -> shapes.RoleForm:
    labels = await call.core.access.label_ids(call.unit)
    others = permissions.others(role.permissions, labels)
    return shapes.RoleForm(role.name, list(role.permissions), "\n".join(others))


async def _render(
    call: Call, role: Role | None, typed: shapes.RoleForm, failed: Failure | None
) -> Answer:
    if failed is not None and failed.code in NAMED:
        failed = replace(failed, field="name")
    if failed is not None and failed.field == "permissions":
        failed = replace(failed, field="others")
    holders = {}
    if role is not None:
        holders = await call.core.access.count_holders(call.actor, call.unit)
    return await render(
        call,
        "manage/role.html",
        role=role,
        typed=typed,
        failed=failed,
        holders=holders.get(role.id, 0) if role else 0,
        known=permissions.KNOWN,
        labels=sorted(await call.core.access.label_ids(call.unit)),
        seeing=permissions.seeing,
        view=permissions.VIEW,
    )
