"""The first page for operators: what there is to look at."""

from typing import Any

from kinoteka.core.access.model import FILMS_IMPORT
from kinoteka.core.audit.model import AUDIT_VIEW, EntryQuery
from kinoteka.core.members.model import ACCOUNTS_MANAGE, MemberQuery
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.manage.entries import lines
from kinoteka.site.manage.permissions import require_any
from kinoteka.site.ui.pages import render

NEWEST = 5
ENTRIES = 8


async def show_overview(call: Call) -> Answer:
    """What there is to look at, as far as one may."""
    require_any(call.actor)
    return await render(
        call,
        "manage/overview.html",
        people=await _people(call),
        lines=await _lines(call),
        runs=await _runs(call),
    )


async def _people(call: Call) -> dict[str, Any] | None:
    if not call.actor.may(ACCOUNTS_MANAGE):
        return None
    newest = await call.core.members.page(call.actor, call.unit, MemberQuery())
    disabled = await call.core.members.count_disabled(call.actor, call.unit)
    return {"newest": newest.accounts[:NEWEST], "disabled": disabled}


async def _lines(call: Call) -> Any:
    if not call.actor.may(AUDIT_VIEW):
        return None
    page = await call.core.audit.entries(call.actor, call.unit, EntryQuery(), ENTRIES)
    return lines(call.actor, page.entries)


async def _runs(call: Call) -> Any:
    if not call.actor.may(FILMS_IMPORT):
        return None
    return (await call.core.import_runs.page(call.actor, call.unit)).runs[:NEWEST]
