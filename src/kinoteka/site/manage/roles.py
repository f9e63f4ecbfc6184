"""Roles: listed, made, changed, deleted."""

from msgspec.structs import replace

from kinoteka.core.access.model import Role
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage import permissions, schemas
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render

NAMED = frozenset({Code.ROLE_TAKEN, Code.ROLE_BUILT_IN})
"""Refusals that stand beside the name."""


async def show_roles(request: Request) -> Response:
    """Every role."""
    return await render(
        request,
        "manage/roles.html",
        roles=await request.core.access.list_roles(request.actor, request.unit),
        holders=await request.core.access.count_holders(request.actor, request.unit),
    )


async def show_new_role(
    request: Request, *, typed: schemas.RoleForm | None = None, failed: Failure | None = None
) -> Response:
    """The form for a role that is to be."""
    return await _render(request, None, typed or schemas.RoleForm(), failed)


@shown_again_by(show_new_role)
async def create_role(request: Request, body: schemas.RoleForm) -> Response:
    """Make a role."""
    role = await request.core.access.create_role(
        request.actor, request.unit, body.name, body.wanted()
    )
    return redirect(request, f"/manage/roles/{role.id}", notice="role_saved")


async def show_role(
    request: Request,
    role_id: int,
    *,
    typed: schemas.RoleForm | None = None,
    failed: Failure | None = None,
) -> Response:
    """A role, to be changed."""
    role = await _role(request, role_id)
    return await _render(request, role, typed or await _as_form(request, role), failed)


@shown_again_by(show_role)
async def save_role(request: Request, role_id: int, body: schemas.RoleForm) -> Response:
    """Change a role; a built-in one keeps its name."""
    role = await _role(request, role_id)
    name = None if role.built_in else body.name
    await request.core.access.change_role(request.actor, request.unit, role_id, name, body.wanted())
    return redirect(request, f"/manage/roles/{role_id}", notice="role_saved")


async def delete_role(request: Request, role_id: int) -> Response:
    """Delete a role."""
    await request.core.access.delete_role(request.actor, request.unit, role_id)
    return redirect(request, "/manage/roles", notice="role_deleted")


async def _role(request: Request, role_id: int) -> Role:
    for role in await request.core.access.list_roles(request.actor, request.unit):
        if role.id == role_id:
            return role
    raise DomainError(Code.ROLE_UNKNOWN)


async def _as_form(request: Request, role: Role) -> schemas.RoleForm:
    labels = await request.core.access.label_ids(request.unit)
    others = permissions.others(role.permissions, labels)
    return schemas.RoleForm(role.name, list(role.permissions), "\n".join(others))


async def _render(
    request: Request, role: Role | None, typed: schemas.RoleForm, failed: Failure | None
) -> Response:
    if failed is not None and failed.code in NAMED:
        failed = replace(failed, field="name")
    if failed is not None and failed.field == "permissions":
        failed = replace(failed, field="others")
    holders = {}
    if role is not None:
        holders = await request.core.access.count_holders(request.actor, request.unit)
    return await render(
        request,
        "manage/role.html",
        role=role,
        typed=typed,
        failed=failed,
        holders=holders.get(role.id, 0) if role else 0,
        known=permissions.KNOWN,
        labels=sorted(await request.core.access.label_ids(request.unit)),
        seeing=permissions.seeing,
        view=permissions.VIEW,
    )
