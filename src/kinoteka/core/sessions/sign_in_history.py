"""The history of sign-ins: when, from where and how somebody came in, or failed to.

Public operations: record, page.
"""

from kinoteka.core.access.model import Actor
from kinoteka.core.sessions import queries
from kinoteka.core.sessions.model import USER_AGENT_MAX_LENGTH, SignInPage, Visit
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.clock import now


class SignInHistory:
    """The newest sign-ins of every account."""

    async def record(self, unit: Unit, visit: Visit, account_id: int, *, success: bool) -> None:
        """Write down a sign-in, or one that failed; the account's oldest leave for it."""
        await unit.queue(
            queries.RECORD,
            account_id=account_id,
            at=now(),
            address=visit.address,
            user_agent=visit.user_agent[:USER_AGENT_MAX_LENGTH],
            method=visit.method,
            success=success,
        )
        await unit.queue(queries.FORGET_OLD, account_id=account_id)

    async def page(self, actor: Actor, unit: Unit, page: int) -> SignInPage:
        """One's own sign-ins, newest first, 20 to a page from 1.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        account_id = actor.require_account()
        counted = await unit.first(queries.COUNT_SIGN_INS, account_id=account_id)
        total = counted[0] if counted else 0
        skipped = (page - 1) * queries.SIGN_INS_PER_PAGE
        items = (
            await unit.all(queries.SIGN_INS, account_id=account_id, skipped=skipped)
            if skipped < total
            else []
        )
        return SignInPage(items, page, -(-total // queries.SIGN_INS_PER_PAGE), total)
