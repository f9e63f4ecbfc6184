"""People: found, looked at, and what is done to their accounts."""

from dataclasses import dataclass
from typing import Any

from kinoteka.core.access.model import ANONYMOUS_ROLE, ROLES_MANAGE, USER_ROLE
from kinoteka.core.audit.model import AUDIT_VIEW, AuditFilter
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.account.schemas import visited
from kinoteka.site.manage import schemas
from kinoteka.site.manage.entries import lines
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render

ENTRIES = 20


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role, and whether the account holds it."""

    id: int
    name: str
    is_held: bool


async def show_members(request: Request, query: schemas.MembersQuery) -> Response:
    """The newest people, or those that are searched for."""
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
    failed: Failure | None = None,
) -> Response:
    """One account with what operators may know of it."""
    account = await request.core.members.get(request.actor, request.unit, account_id)
    sessions = await request.core.members.sessions(request.actor, request.unit, account_id)
    sign_ins = await request.core.members.sign_ins(request.actor, request.unit, account_id)
    agents = {each.user_agent for each in sessions.sessions}
    devices = await request.core.devices.describe(agents | {each.user_agent for each in sign_ins})
    return await render(
        request,
        "manage/member.html",
        account=account,
        sessions=[visited(each, devices) for each in sessions.sessions],
        total=sessions.total,
        sign_ins=[visited(each, devices) for each in sign_ins],
        roles=await _roles(request, account_id),
        lines=await _lines(request, account_id),
        typed=typed,
        failed=failed,
    )


async def give_role(request: Request, account_id: int, role_id: int) -> Response:
    """Give an account a role."""
    await request.core.access.assign_role(request.actor, request.unit, account_id, role_id)
    return redirect(request, f"/manage/members/{account_id}#roles", notice="role_given")


async def take_role(request: Request, account_id: int, role_id: int) -> Response:
    """Take a role from an account."""
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


async def lead_to_member(request: Request, account_id: int) -> Response:
    """Where somebody comes again to what a refused form has shown."""
    return redirect(request, f"/manage/members/{account_id}")


@shown_again_by(show_member)
async def disable(request: Request, account_id: int, body: schemas.ReasonForm) -> Response:
    """Keep somebody out."""
    await request.core.members.disable(request.actor, request.unit, account_id, body.reason)
    return redirect(request, f"/manage/members/{account_id}", notice="account_disabled")


@shown_again_by(show_member)
async def enable(request: Request, account_id: int, body: schemas.ReasonForm) -> Response:
    """Let somebody in again."""
    await request.core.members.enable(request.actor, request.unit, account_id, body.reason)
    return redirect(request, f"/manage/members/{account_id}", notice="account_enabled")


async def _roles(request: Request, account_id: int) -> list[GivenRole] | None:
    if not request.actor.may(ROLES_MANAGE):
        return None
    held = await request.core.access.get_grants(request.actor, request.unit, account_id)
    ids = {role.id for role in held.roles}
    return [
        GivenRole(role.id, role.name, role.id in ids)
        for role in await request.core.access.list_roles(request.actor, request.unit)
        if role.id not in (ANONYMOUS_ROLE, USER_ROLE)
    ]


async def _role_name(request: Request, role_id: int | None) -> str | None:
    if role_id is None or not request.actor.may(ROLES_MANAGE):
        return None
    roles = await request.core.access.list_roles(request.actor, request.unit)
    return next((role.name for role in roles if role.id == role_id), None)


async def _lines(request: Request, account_id: int) -> Any:
    if not request.actor.may(AUDIT_VIEW):
        return None
    query = AuditFilter(subject_kind="account", subject_id=account_id)
    page = await request.core.audit.entries(request.actor, request.unit, query, ENTRIES)
    return lines(request.actor, page.entries)
