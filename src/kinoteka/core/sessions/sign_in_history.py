"""The sign-in history: successful and failed sign-ins of each account.

Public operations: record, page.
"""

from kinoteka.core.access.model import Actor
from kinoteka.core.sessions import queries
from kinoteka.core.sessions.model import USER_AGENT_MAX_LENGTH, SignInPage, Visit
from kinoteka.database.unit import Unit
from kinoteka.errors import Code
from kinoteka.infrastructure.clock import now


class SignInHistory:
    """Records and lists the most recent sign-ins of every account."""

    async def record(self, unit: Unit, visit: Visit, account_id: int, *, success: bool) -> None:
        """Store a sign-in or a failed attempt, and delete the oldest ones of the account.

        The unit fails with PASSWORD_WRONG if the account was deleted during the sign-in.
        """
        await unit.queue(
            queries.INSERT_SIGN_IN,
            Code.PASSWORD_WRONG,
            account_id=account_id,
            at=now(),
            address=visit.address,
            user_agent=visit.user_agent[:USER_AGENT_MAX_LENGTH],
            method=visit.method,
            success=success,
        )
        await unit.queue(queries.DELETE_OLD_SIGN_INS, account_id=account_id)

    async def page(self, actor: Actor, unit: Unit, page: int) -> SignInPage:
        """Return a page of 20 sign-ins of the actor, newest first. The first page is 1.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        account_id = actor.require_account()
        counted = await unit.first(queries.COUNT_SIGN_INS, account_id=account_id)
        total = counted[0] if counted else 0
        offset = (page - 1) * queries.SIGN_INS_PER_PAGE
        items = (
            await unit.all(queries.SIGN_INS, account_id=account_id, offset=offset)
            if offset < total
            else []
        )
        return SignInPage(items, page, -(-total // queries.SIGN_INS_PER_PAGE), total)
