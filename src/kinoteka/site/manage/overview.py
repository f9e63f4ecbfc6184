"""The overview page for operators."""

from typing import Any

from kinoteka.core.access.model import FILMS_IMPORT
from kinoteka.core.audit.model import AUDIT_VIEW, AuditFilter
from kinoteka.core.members.model import ACCOUNTS_MANAGE, MemberQuery
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage.audit_entries import audit_rows
from kinoteka.site.manage.permissions import require_any
from kinoteka.site.ui.pages import render

NEWEST = 5
ENTRIES = 8


async def show_overview(request: Request) -> Response:
    """Show the areas that the operator may manage."""
    require_any(request.actor)
    return await render(
        request,
        "manage/overview.html",
        members=await _members(request),
        rows=await _audit_rows(request),
        runs=await _runs(request),
    )


async def _members(request: Request) -> dict[str, Any] | None:
    if not request.actor.may(ACCOUNTS_MANAGE):
        return None
    newest = await request.core.members.page(request.actor, request.unit, MemberQuery())
    disabled = await request.core.members.count_disabled(request.actor, request.unit)
    return {"newest": newest.accounts[:NEWEST], "disabled": disabled}


async def _audit_rows(request: Request) -> Any:
    if not request.actor.may(AUDIT_VIEW):
        return None
    page = await request.core.audit.entries(request.actor, request.unit, AuditFilter(), ENTRIES)
    return audit_rows(request.actor, page.entries)


async def _runs(request: Request) -> Any:
    if not request.actor.may(FILMS_IMPORT):
        return None
    return (await request.core.import_runs.page(request.actor, request.unit)).runs[:NEWEST]
