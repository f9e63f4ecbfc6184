"""Find and view members, and manage their accounts."""

from dataclasses import dataclass
from typing import Any

from kinoteka.core.access.model import ANONYMOUS_ROLE, ROLES_MANAGE, USER_ROLE
from kinoteka.core.audit.model import AUDIT_VIEW, AuditFilter
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.account.schemas import session_view
from kinoteka.site.manage import schemas
from kinoteka.site.manage.audit_entries import audit_rows
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import redirect, render

ENTRIES = 20


@dataclass(frozen=True, slots=True)
class RoleOption:
    """A role and whether the account has it."""

    id: int
    name: str
    is_held: bool


async def show_members(request: Request, query: schemas.MembersQuery) -> Response:
    """Show the newest members, or those that match a search."""
    page = await request.core.members.page(request.actor, request.unit, query.query())
    return await render(
        request,
        "manage/members.html",
        part="found",
        page=page,
        query=query,
        role=await _role_name(request, query.role),
    )


async def show_member(
    request: Request,
    account_id: int,
    *,
    typed: schemas.ReasonForm | None = None,
    failed: PageError | None = None,
) -> Response:
    """Show an account to an operator."""
    account = await request.core.members.get(request.actor, request.unit, account_id)
    sessions = await request.core.members.sessions(request.actor, request.unit, account_id)
    sign_ins = await request.core.members.sign_ins(request.actor, request.unit, account_id)
    agents = {each.user_agent for each in sessions.sessions}
    devices = await request.core.devices.describe(agents | {each.user_agent for each in sign_ins})
    return await render(
        request,
        "manage/member.html",
        account=account,
        sessions=[session_view(each, devices) for each in sessions.sessions],
        total=sessions.total,
        sign_ins=[session_view(each, devices) for each in sign_ins],
        roles=await _roles(request, account_id),
        rows=await _audit_rows(request, account_id),
        typed=typed,
        failed=failed,
    )


async def give_role(request: Request, account_id: int, role_id: int) -> Response:
    """Give an account a role."""
    await request.core.access.assign_role(request.actor, request.unit, account_id, role_id)
    return redirect(request, f"/manage/members/{account_id}#roles", notice="role_given")


async def remove_role(request: Request, account_id: int, role_id: int) -> Response:
    """Remove a role from an account."""
    await request.core.access.revoke_role(request.actor, request.unit, account_id, role_id)
    return redirect(request, f"/manage/members/{account_id}#roles", notice="role_taken_away")


async def end_session(request: Request, account_id: int, session_id: int) -> Response:
    """End a session of an account."""
    await request.core.members.end_session(request.actor, request.unit, account_id, session_id)
    return redirect(request, f"/manage/members/{account_id}#sessions", notice="session_ended")


async def end_sessions(request: Request, account_id: int) -> Response:
    """End all sessions of an account."""
    await request.core.members.end_sessions(request.actor, request.unit, account_id)
    return redirect(
        request, f"/manage/members/{account_id}#sessions", notice="their_sessions_ended"
    )


async def redirect_to_member(request: Request, account_id: int) -> Response:
    """Redirect to the member when an operator reopens the URL of a rejected form."""
    return redirect(request, f"/manage/members/{account_id}")


@redisplay_on_error(show_member)
async def disable(request: Request, account_id: int, body: schemas.ReasonForm) -> Response:
    """Disable an account."""
    await request.core.members.disable(request.actor, request.unit, account_id, body.reason)
    return redirect(request, f"/manage/members/{account_id}", notice="account_disabled")


@redisplay_on_error(show_member)
async def enable(request: Request, account_id: int, body: schemas.ReasonForm) -> Response:
    """Enable an account."""
    await request.core.members.enable(request.actor, request.unit, account_id, body.reason)
    return redirect(request, f"/manage/members/{account_id}", notice="account_enabled")


async def _roles(request: Request, account_id: int) -> list[RoleOption] | None:
    if not request.actor.may(ROLES_MANAGE):
        return None
    grants = await request.core.access.get_grants(request.actor, request.unit, account_id)
    ids = {role.id for role in grants.roles}
    return [
        RoleOption(role.id, role.name, role.id in ids)
        for role in await request.core.access.list_roles(request.actor, request.unit)
        if role.id not in (ANONYMOUS_ROLE, USER_ROLE)
    ]


async def _role_name(request: Request, role_id: int | None) -> str | None:
    if role_id is None or not request.actor.may(ROLES_MANAGE):
        return None
    roles = await request.core.access.list_roles(request.actor, request.unit)
    return next((role.name for role in roles if role.id == role_id), None)


async def _audit_rows(request: Request, account_id: int) -> Any:
    if not request.actor.may(AUDIT_VIEW):
        return None
    query = AuditFilter(subject_kind="account", subject_id=account_id)
    page = await request.core.audit.entries(request.actor, request.unit, query, ENTRIES)
    return audit_rows(request.actor, page.entries)
