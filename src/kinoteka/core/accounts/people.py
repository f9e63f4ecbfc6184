"""People: the public profiles of accounts.

Public operations: find, find_by_username, find_many, find_namesake; external_avatar.

Members do not see the e-mail address, phone number or birthday of other members, and no disabled
accounts. Anonymous visitors see only usernames, which appear next to everything that members
publish.

Only the owner of an external avatar sees it, because its host would learn who reads which page.
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

ID_MAX_DIGITS = 18


class People:
    """Finds the public profiles of accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def find(self, actor: Actor, unit: Unit, name: str) -> Person:
        """Return the person with a username, ignoring case, or for members also with an id.

        Raises:
            DomainError(ACCOUNT_UNKNOWN)
        """
        if name.isascii() and name.isdigit():
            # Anonymous visitors could enumerate all ids, but not all usernames.
            if actor.account_id is None or len(name) > ID_MAX_DIGITS:
                raise DomainError(Code.ACCOUNT_UNKNOWN)
            return await self._get(actor, unit, int(name))
        return await self.find_by_username(actor, unit, name)

    async def find_by_username(self, actor: Actor, unit: Unit, name: str) -> Person:
        """Return the person with a username, ignoring case.

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

    async def find_many(
        self, actor: Actor, unit: Unit, account_ids: Collection[int | None]
    ) -> dict[int, Person]:
        """Return the people with these ids. Skip ids that do not exist."""
        found: dict[int, Person] = {}
        for account_id in {id_ for id_ in account_ids if id_ is not None}:
            try:
                found[account_id] = await self._get(actor, unit, account_id)
            except DomainError:
                continue
        return found

    async def _get(self, actor: Actor, unit: Unit, account_id: int) -> Person:
        account = await self._accounts.get(unit, account_id)
        if account.disabled_at is not None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        person = _public_profile(actor, account)
        namesake = await self.find_namesake(unit, account, person.name)
        return msgspec.structs.replace(person, namesake=namesake) if namesake else person

    async def find_namesake(self, unit: Unit, account: Account, name: str | None) -> str | None:
        """Return the username of another account that this account's displayed name looks like.

        Usernames contain no spaces, so a full name needs no query.
        """
        if not name or name == account.username:
            return None
        visible = name if name.isascii() else visible_form(name)
        if not visible or any(character.isspace() for character in visible):
            return None
        found = await unit.first(
            queries.NAMESAKE,
            skeleton=skeleton(visible),
            account_id=account.id,
            key=visible.casefold(),
            is_ascii=name.isascii(),
        )
        return found[0] if found else None


def external_avatar(actor: Actor, account: Account | Person) -> str | None:
    """Return the URL of an external avatar if the actor is its owner."""
    return account.avatar_address if actor.account_id == account.id else None


def _public_profile(actor: Actor, account: Account) -> Person:
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
        external_avatar(actor, account),
    )
