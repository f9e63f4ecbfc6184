"""Avatars: each account's picture of its own.

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
    """The pictures of all accounts."""

    def __init__(self, accounts: Accounts, media: Media) -> None:
        self._accounts = accounts
        self._media = media

    async def change_avatar(
        self, actor: Actor, unit: Unit, file: SpooledFile, allowed: frozenset[str]
    ) -> Account:
        """Make an uploaded picture one's avatar, in place of the old one; the account.

        `allowed` are the kinds of picture taken (`media.model.PICTURES` or `JPEG_ALONE`).

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
            self._media.drop_after_commit(unit, replaced)
        return await self._accounts.own(actor, unit)

    async def remove_avatar(self, actor: Actor, unit: Unit) -> Account:
        """Be without an avatar, uploaded or elsewhere; again does no harm. The account.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        replaced = await self._accounts.set_avatar(actor, unit, None)
        if replaced is not None:
            self._media.drop_after_commit(unit, replaced)
        return await self._accounts.own(actor, unit)

    async def read_avatar(self, unit: Unit, account_id: int) -> bytes:
        """An account's avatar as JPEG.

        Raises:
            DomainError(ACCOUNT_UNKNOWN)
            DomainError(PHOTO_MISSING): the account has uploaded none.
            DomainError(BUSY): the object store is away.
        """
        account = await self._accounts.get(unit, account_id)
        if account.avatar_file is None:
            raise DomainError(Code.PHOTO_MISSING)
        return await self._media.get(account.avatar_file)

    async def remove(self, unit: Unit, account_id: int) -> None:
        """Let an account's picture go with it."""
        account = await self._accounts.get(unit, account_id)
        if account.avatar_file is not None:
            self._media.drop_after_commit(unit, account.avatar_file)
