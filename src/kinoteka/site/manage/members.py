"""People: found, looked at, and what is done to their accounts."""

from dataclasses import dataclass
from typing import Any

from kinoteka.core.access.model import ANONYMOUS_ROLE, ROLES_MANAGE, USER_ROLE
from kinoteka.core.audit.model import AUDIT_VIEW, EntryQuery
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.account.shapes import visited
from kinoteka.site.manage import shapes
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


async def show_members(call: Call, query: shapes.MembersQuery) -> Answer:
    """The newest people, or those that are searched for."""
    page = await call.core.members.page(call.actor, call.unit, query.query())
    return await render(
        call,
        "manage/members.html",
        part="found",
        page=page,
        query=query,
        role=await _role_name(call, query.role),
    )


async def show_member(
    call: Call,
    account_id: int,
    *,
    typed: shapes.ReasonForm | None = None,
    failed: Failure | None = None,
) -> Answer:
    """One account with what operators may know of it."""
    account = await call.core.members.get(call.actor, call.unit, account_id)
    sessions = await call.core.members.sessions(call.actor, call.unit, account_id)
    sign_ins = await call.core.members.sign_ins(call.actor, call.unit, account_id)
    agents = {each.user_agent for each in sessions.sessions}
    devices = await call.core.devices.describe(agents | {each.user_agent for each in sign_ins})
    return await render(
        call,
        "manage/member.html",
        account=account,
        sessions=[visited(each, devices) for each in sessions.sessions],
        total=sessions.total,
        sign_ins=[visited(each, devices) for each in sign_ins],
        roles=await _roles(call, account_id),
        lines=await _lines(call, account_id),
        typed=typed,
        failed=failed,
    )


async def give_role(call: Call, account_id: int, role_id: int) -> Answer:
    """Give an account a role."""
    await call.core.access.assign_role(call.actor, call.unit, account_id, role_id)
    return redirect(call, f"/manage/members/{account_id}#roles", notice="role_given")


async def take_role(call: Call, account_id: int, role_id: int) -> Answer:
    """Take a role from an account."""
    await call.core.access.take_role_away(call.actor, call.unit, account_id, role_id)
    return redirect(call, f"/manage/members/{account_id}#roles", notice="role_taken_away")


async def end_session(call: Call, account_id: int, session_id: int) -> Answer:
    """End a session of an account."""
    await call.core.members.end_session(call.actor, call.unit, account_id, session_id)
    return redirect(call, f"/manage/members/{account_id}#sessions", notice="session_ended")


async def end_sessions(call: Call, account_id: int) -> Answer:
    """End all sessions of an account."""
    await call.core.members.end_sessions(call.actor, call.unit, account_id)
    return redirect(call, f"/manage/members/{account_id}#sessions", notice="their_sessions_ended")


async def lead_to_member(call: Call, account_id: int) -> Answer:
    """Where somebody comes again to what a refused form has shown."""
    return redirect(call, f"/manage/members/{account_id}")


@shown_again_by(show_member)
async def disable(call: Call, account_id: int, body: shapes.ReasonForm) -> Answer:
    """Keep somebody out."""
    await call.core.members.disable(call.actor, call.unit, account_id, body.reason)
    return redirect(call, f"/manage/members/{account_id}", notice="account_disabled")


@shown_again_by(show_member)
async def enable(call: Call, account_id: int, body: shapes.ReasonForm) -> Answer:
    """Let somebody in again."""
    await call.core.members.enable(call.actor, call.unit, account_id, body.reason)
    return redirect(call, f"/manage/members/{account_id}", notice="account_enabled")


async def _roles(call: Call, account_id: int) -> list[GivenRole] | None:
    if not call.actor.may(ROLES_MANAGE):
        return None
    held = await call.core.access.grants_of(call.actor, call.unit, account_id)
    ids = {role.id for role in held.roles}
    return [
        GivenRole(role.id, role.name, role.id in ids)
        for role in await call.core.access.list_roles(call.actor, call.unit)
        if role.id not in (ANONYMOUS_ROLE, USER_ROLE)
    ]


async def _role_name(call: Call, role_id: int | None) -> str | None:
    if role_id is None or not call.actor.may(ROLES_MANAGE):
        return None
    roles = await call.core.access.list_roles(call.actor, call.unit)
    return next((role.name for role in roles if role.id == role_id), None)


async def _lines(call: Call, account_id: int) -> Any:
    if not call.actor.may(AUDIT_VIEW):
        return None
    query = EntryQuery(subject_kind="account", subject_id=account_id)
    page = await call.core.audit.entries(call.actor, call.unit, query, ENTRIES)
    return lines(call.actor, page.entries)
