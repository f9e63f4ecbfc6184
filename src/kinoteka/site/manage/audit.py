"""The audit log."""

import msgspec

from kinoteka.core.audit.model import AUDIT_VIEW, AuditPage
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage import schemas
from kinoteka.site.manage.entries import ACTIONS, KINDS, lines
from kinoteka.site.ui.pages import render


async def show_audit(request: Request, query: schemas.AuditQuery) -> Response:
    """What operators have done, newest first."""
    request.actor.require(AUDIT_VIEW)
    try:
        who = await _who(request, query.who.strip())
    except DomainError as error:
        if error.code is not Code.ACCOUNT_UNKNOWN:
            raise
        page = AuditPage([], None)
    else:
        page = await request.core.audit.entries(request.actor, request.unit, query.query(who))
    return await render(
        request,
        "manage/audit.html",
        part="found",
        lines=lines(request.actor, page.entries),
        next=page.next,
        query=query,
        given=_given(query),
        actions=ACTIONS,
        kinds=KINDS,
    )


async def _who(request: Request, name: str) -> int | None:
    if not name:
        return None
    if name.isascii() and name.isdigit():  # of somebody who has gone, too
        return int(name) if len(name) < 19 else 0
    return (await request.core.people.find(request.actor, request.unit, name)).id


def _given(query: schemas.AuditQuery) -> dict[str, str]:
    """What of the query the next page's address has, too."""
    given = msgspec.to_builtins(query)
    return {name: str(value) for name, value in given.items() if value and name != "before"}
