"""Limits of uploads: per account and hour, and at the same time per account and in total.

Public operations: Uploads.slot.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kinoteka.core.access.model import Actor
from kinoteka.core.rate_limits import Throttle
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings

RETRY_SECONDS = 2


class Uploads:
    """The uploads in progress in this process."""

    def __init__(self, settings: Settings, throttle: Throttle) -> None:
        self._rate = settings.upload_limit
        self._most = settings.uploads_at_once
        self._most_of_account = settings.uploads_at_once_per_account
        self._throttle = throttle
        self._of_account: Counter[int] = Counter()

    @property
    def in_progress(self) -> int:
        """Return the number of uploads that are being received or processed."""
        return self._of_account.total()

    @asynccontextmanager
    async def slot(self, actor: Actor) -> AsyncIterator[None]:
        """Count an upload as in progress during the block; enter it before reading the body.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(THROTTLED): the account has made too many uploads, in an hour or at once.
            DomainError(BUSY): too many uploads are in progress in total.
        """
        account_id = actor.require_account()
        if self._of_account[account_id] >= self._most_of_account:
            raise DomainError(Code.THROTTLED, retry_after=RETRY_SECONDS)
        if self.in_progress >= self._most:
            raise DomainError(Code.BUSY, retry_after=RETRY_SECONDS)
        self._of_account[account_id] += 1
        try:
            await self._throttle.hit("upload", self._rate, f"id:{account_id}")
            yield
        finally:
            self._of_account[account_id] -= 1
            if not self._of_account[account_id]:
                del self._of_account[account_id]
