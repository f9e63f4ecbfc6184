"""List, create, change and delete roles."""

from msgspec.structs import replace

from kinoteka.core.access.model import Role
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage import permissions, schemas
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import redirect, render

NAME_ERRORS = frozenset({Code.ROLE_TAKEN, Code.ROLE_BUILT_IN})
"""Errors that are shown at the name field."""


async def show_roles(request: Request) -> Response:
    """Show all roles."""
    return await render(
        request,
        "manage/roles.html",
        roles=await request.core.access.list_roles(request.actor, request.unit),
        holders=await request.core.access.count_holders(request.actor, request.unit),
    )


async def show_new_role(
    request: Request, *, typed: schemas.RoleForm | None = None, failed: PageError | None = None
) -> Response:
    """Show the form of a new role."""
    return await _render(request, None, typed or schemas.RoleForm(), failed)


@redisplay_on_error(show_new_role)
async def create_role(request: Request, body: schemas.RoleForm) -> Response:
    """Create a role."""
    role = await request.core.access.create_role(
        request.actor, request.unit, body.name, body.all_permissions()
    )
    return redirect(request, f"/manage/roles/{role.id}", notice="role_saved")


async def show_role(
    request: Request,
    role_id: int,
    *,
    typed: schemas.RoleForm | None = None,
    failed: PageError | None = None,
) -> Response:
    """Show the form of a role."""
    role = await _role(request, role_id)
    return await _render(request, role, typed or await _as_form(request, role), failed)


@redisplay_on_error(show_role)
async def save_role(request: Request, role_id: int, body: schemas.RoleForm) -> Response:
    """Change a role. Built-in roles keep their names."""
    role = await _role(request, role_id)
    name = None if role.built_in else body.name
    await request.core.access.change_role(
        request.actor, request.unit, role_id, name, body.all_permissions()
    )
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
    others = permissions.unknown_permissions(role.permissions, labels)
    return schemas.RoleForm(role.name, list(role.permissions), "\n".join(others))


async def _render(
    request: Request, role: Role | None, typed: schemas.RoleForm, failed: PageError | None
) -> Response:
    if failed is not None and failed.code in NAME_ERRORS:
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
        view_permission=permissions.view_permission,
        view=permissions.VIEW,
    )
