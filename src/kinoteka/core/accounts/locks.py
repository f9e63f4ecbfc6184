"""Locks on accounts that are taken together with the next statement, without a wait for each.

Public operations: queue_lock, require_unchanged. `Accounts.lock` waits for the lock. All three lock
the account before any other row of the transaction, to avoid deadlocks.
"""

from kinoteka.core.accounts import queries
from kinoteka.core.accounts.model import Credentials
from kinoteka.database.unit import Unit
from kinoteka.errors import Code


async def queue_lock(unit: Unit, account_id: int) -> None:
    """Lock an account, if it exists, until the transaction ends."""
    await unit.queue(queries.LOCK, account_id=account_id)


async def require_unchanged(unit: Unit, verified: Credentials) -> None:
    """Lock the account of a verified password until the transaction ends.

    The unit fails with PASSWORD_WRONG if the password has changed, or the account is disabled.
    """
    await unit.require(
        queries.LOCK_ENABLED,
        Code.PASSWORD_WRONG,
        account_id=verified.account_id,
        password_hash=verified.password_hash,
    )
