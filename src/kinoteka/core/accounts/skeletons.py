"""Keep usernames from looking alike, unless both are in ASCII (such as user1 and userl).

Usernames look alike if they have the same skeleton (UTS 39).

Public operations: check_free, reserve, backfill.
"""

from kinoteka.core.accounts import names, queries
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.comparison.look_alikes import skeleton

BACKFILL_BATCH = 1_000


async def check_free(unit: Unit, username: str) -> None:
    """Raise USERNAME_TAKEN if another username looks like this one.

    Raises:
        DomainError(USERNAME_TAKEN)
    """
    found = await unit.first(
        queries.LOOKS_LIKE,
        skeleton=skeleton(username),
        key=names.username_key(username),
        is_ascii=username.isascii(),
    )
    if found is not None:
        raise DomainError(Code.USERNAME_TAKEN)


async def reserve(unit: Unit, username: str) -> None:
    """Check again after the row is written. Block look-alikes until the transaction ends.

    Raises:
        DomainError(USERNAME_TAKEN)
    """
    await unit.first(queries.LOCK_SKELETON, skeleton=skeleton(username))
    await check_free(unit, username)


async def backfill(unit: Unit) -> None:
    """Add the skeletons of usernames that a server of an older version has stored."""
    for account_id, username in await unit.all(queries.WITHOUT_SKELETON, limit=BACKFILL_BATCH):
        await unit.run(
            queries.SET_SKELETON,
            account_id=account_id,
            username=username,
            skeleton=skeleton(username),
        )
