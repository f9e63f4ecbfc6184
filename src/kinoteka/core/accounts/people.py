"""People: accounts as others see them.

Public operations: find, find_by_username, some, namesake; avatar_elsewhere.

An avatar hosted elsewhere is shown to its owner alone: its host would learn who reads which page.

Nobody sees another's e-mail address, phone number or birthday, nor anybody who is disabled. Who is
not signed in sees no more of a member than the username, which stands under everything that a
member makes public.
"""

from collections.abc import Collection

import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts import names, queries
from kinoteka.core.accounts.model import Account, Person
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.text import visible_form
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.comparison.look_alikes import skeleton

ID_LONGEST = 18


class People:
    """What one sees of other accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def find(self, actor: Actor, unit: Unit, name: str) -> Person:
        """The person of a username, without regard to case, or, for members, of an id.

        Raises:
            DomainError(ACCOUNT_UNKNOWN)
        """
        if name.isascii() and name.isdigit():
            # Ids are counted through in no time; usernames are known or not.
            if actor.account_id is None or len(name) > ID_LONGEST:
                raise DomainError(Code.ACCOUNT_UNKNOWN)
            return await self._get(actor, unit, int(name))
        return await self.find_by_username(actor, unit, name)

    async def find_by_username(self, actor: Actor, unit: Unit, name: str) -> Person:
        """Return the person with a username, without regard to case.

        Raises:
            DomainError(ACCOUNT_UNKNOWN)
        """
        try:
            key = names.username_key(name)
        except DomainError:
            raise DomainError(Code.ACCOUNT_UNKNOWN) from None
        found = await unit.first(queries.ID_BY_USERNAME, key=key)
        if found is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        return await self._get(actor, unit, found[0])

    async def some(
        self, actor: Actor, unit: Unit, account_ids: Collection[int | None]
    ) -> dict[int, Person]:
        """The people of these ids, as far as there are any."""
        found: dict[int, Person] = {}
        for account_id in {each for each in account_ids if each is not None}:
            try:
                found[account_id] = await self._get(actor, unit, account_id)
            except DomainError:
                continue
        return found

    async def _get(self, actor: Actor, unit: Unit, account_id: int) -> Person:
        account = await self._accounts.get(unit, account_id)
        if account.disabled_at is not None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        person = _seen(actor, account)
        namesake = await self.namesake(unit, account, person.name)
        return msgspec.structs.replace(person, namesake=namesake) if namesake else person

    async def namesake(self, unit: Unit, account: Account, name: str | None) -> str | None:
        """Return the username of another account that the name shown for this one looks like.

        No username has a space, so a full name costs no query.
        """
        if not name or name == account.username:
            return None
        seen = name if name.isascii() else visible_form(name)
        if not seen or any(each.isspace() for each in seen):
            return None
        found = await unit.first(
            queries.NAMESAKE,
            skeleton=skeleton(seen),
            account_id=account.id,
            key=seen.casefold(),
            is_ascii=name.isascii(),
        )
        return found[0] if found else None


def avatar_elsewhere(actor: Actor, account: Account | Person) -> str | None:
    """Return the address of an avatar hosted elsewhere, if the actor is its owner."""
    return account.avatar_address if actor.account_id == account.id else None


def _seen(actor: Actor, account: Account) -> Person:
    if actor.account_id is None:
        return Person(account.id, account.username, account.created_at)
    return Person(
        account.id,
        account.username,
        account.created_at,
        account.given_name,
        account.family_name,
        account.status,
        account.avatar_file,
        avatar_elsewhere(actor, account),
    )
