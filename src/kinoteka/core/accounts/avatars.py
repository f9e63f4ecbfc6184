"""Avatars: one uploaded picture for each account.

Public operations: change_avatar, remove_avatar, read_avatar, remove.
"""

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import Account
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.media.service import Media
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.spooled_files import SpooledFile


class Avatars:
    """Stores, reads and removes the avatars of accounts."""

    def __init__(self, accounts: Accounts, media: Media) -> None:
        self._accounts = accounts
        self._media = media

    async def change_avatar(
        self, actor: Actor, unit: Unit, file: SpooledFile, allowed: frozenset[str]
    ) -> Account:
        """Replace the actor's avatar with an uploaded picture. Return the account.

        `allowed` are the accepted picture formats (`media.model.PICTURES` or `JPEG_ONLY`).

        Raises:
            DomainError(UNAUTHORIZED, BUSY)
            DomainError(UPLOAD_TOO_LARGE, UPLOAD_WRONG_TYPE, UPLOAD_UNREADABLE)
            DomainError(UPLOAD_TOO_MANY_PIXELS): see `Media.read_picture`.
        """
        actor.require_account()
        picture = await self._media.read_picture(file, allowed)
        name = await self._media.store(unit, picture)
        replaced = await self._accounts.set_avatar(actor, unit, name)
        if replaced is not None:
            self._media.delete_after_commit(unit, replaced)
        return await self._accounts.get_own(actor, unit)

    async def remove_avatar(self, actor: Actor, unit: Unit) -> Account:
        """Remove the actor's avatar, uploaded or external, if there is one. Return the account.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        replaced = await self._accounts.set_avatar(actor, unit, None)
        if replaced is not None:
            self._media.delete_after_commit(unit, replaced)
        return await self._accounts.get_own(actor, unit)

    async def read_avatar(self, unit: Unit, account_id: int) -> bytes:
        """Return the avatar of an account as JPEG.

        Raises:
            DomainError(ACCOUNT_UNKNOWN)
            DomainError(PHOTO_MISSING): the account has no uploaded avatar.
            DomainError(BUSY): the object store is unavailable.
        """
        account = await self._accounts.get(unit, account_id)
        if account.avatar_file is None:
            raise DomainError(Code.PHOTO_MISSING)
        return await self._media.get(account.avatar_file)

    async def remove(self, unit: Unit, account_id: int) -> None:
        """Delete the avatar of an account that is being deleted."""
        account = await self._accounts.get(unit, account_id)
        if account.avatar_file is not None:
            self._media.delete_after_commit(unit, account.avatar_file)
