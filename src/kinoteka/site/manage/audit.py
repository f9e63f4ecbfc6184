"""The audit log."""

import msgspec

from kinoteka.core.audit.model import AUDIT_VIEW, EntryPage
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.manage import shapes
from kinoteka.site.manage.entries import ACTIONS, KINDS, lines
from kinoteka.site.ui.pages import render


async def show_audit(call: Call, query: shapes.AuditQuery) -> Answer:
    """What operators have done, newest first."""
    call.actor.require(AUDIT_VIEW)
    try:
        who = await _who(call, query.who.strip())
    except DomainError as error:
        if error.code is not Code.ACCOUNT_UNKNOWN:
            raise
        page = EntryPage([], None)
    else:
        page = await call.core.audit.entries(call.actor, call.unit, query.query(who))
    return await render(
        call,
        "manage/audit.html",
        part="found",
        lines=lines(call.actor, page.entries),
        next=page.next,
        query=query,
        given=_given(query),
        actions=ACTIONS,
        kinds=KINDS,
    )


async def _who(call: Call, name: str) -> int | None:
    if not name:
        return None
    if name.isascii() and name.isdigit():  # of somebody who has gone, too
        return int(name) if len(name) < 19 else 0
    return (await call.core.people.find(call.actor, call.unit, name)).id


def _given(query: shapes.AuditQuery) -> dict[str, str]:
    """What of the query the next page's address has, too."""
    given = msgspec.to_builtins(query)
    return {name: str(value) for name, value in given.items() if value and name != "before"}
