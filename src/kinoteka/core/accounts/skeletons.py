"""No two usernames that look alike, unless both are in ASCII, as user1 and userl are.

Public operations: check_free, take, fill.
"""

from kinoteka.core.accounts import names, queries
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.comparison.look_alikes import skeleton

FILLED_AT_ONCE = 1_000


async def check_free(unit: Unit, username: str) -> None:
    """Check that no other username looks like this one.

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


async def take(unit: Unit, username: str) -> None:
    """Check it once more when the row is written, and let nobody take a look-alike meanwhile.

    Raises:
        DomainError(USERNAME_TAKEN)
    """
    await unit.first(queries.LOCK_SKELETON, skeleton=skeleton(username))
    await check_free(unit, username)


async def fill(unit: Unit) -> None:
    """Add the skeletons of usernames that a server of an older version has written."""
    for account_id, username in await unit.all(queries.LACKING_SKELETON, most=FILLED_AT_ONCE):
        given = {"username": username, "skeleton": skeleton(username)}
        await unit.run(queries.SET_SKELETON, account_id=account_id, **given)
