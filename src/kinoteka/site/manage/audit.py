"""The audit log."""

import msgspec

from kinoteka.core.audit.model import AUDIT_VIEW, AuditPage
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage import schemas
from kinoteka.site.manage.audit_entries import ACTIONS, KINDS, audit_rows
from kinoteka.site.ui.pages import render


async def show_audit(request: Request, query: schemas.AuditQuery) -> Response:
    """Show the actions of operators, newest first."""
    request.actor.require(AUDIT_VIEW)
    try:
        actor_id = await _actor_id(request, query.who.strip())
    except DomainError as error:
        if error.code is not Code.ACCOUNT_UNKNOWN:
            raise
        page = AuditPage([], None)
    else:
        page = await request.core.audit.entries(request.actor, request.unit, query.filter(actor_id))
    return await render(
        request,
        "manage/audit.html",
        part="found",
        rows=audit_rows(request.actor, page.entries),
        next=page.next,
        query=query,
        filters=_filters(query),
        actions=ACTIONS,
        kinds=KINDS,
    )


async def _actor_id(request: Request, name: str) -> int | None:
    if not name:
        return None
    if name.isascii() and name.isdigit():  # the id of a deleted account is also valid
        return int(name) if len(name) < 19 else 0
    return (await request.core.people.find(request.actor, request.unit, name)).id


def _filters(query: schemas.AuditQuery) -> dict[str, str]:
    """Return the filters that the URL of the next page repeats."""
    values = msgspec.to_builtins(query)
    return {name: str(value) for name, value in values.items() if value and name != "before"}
