"""Changes of how somebody comes in, which end sessions: another login, another password, none.

Public operations: change_password, change_credentials, reset_password, delete_account,
known_device.
"""

from functools import partial

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import Account
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.recording import record
from kinoteka.core.sessions.guessing import GuessLimits
from kinoteka.core.sessions.known_devices import KnownDevices
from kinoteka.core.sessions.model import Visit
from kinoteka.core.sessions.service import Sessions
from kinoteka.errors import Code, DomainError
from kinoteka.security_events import SecurityEvent, report
from kinoteka.storage.unit import Unit


class CredentialChanges:
    """Changes accounts' credentials; with them end the sessions that rest on the old ones."""

    def __init__(
        self,
        limits: GuessLimits,
        devices: KnownDevices,
        accounts: Accounts,
        sessions: Sessions,
    ) -> None:
        self._limits = limits
        self._devices = devices
        self._accounts = accounts
        self._sessions = sessions

    async def change_password(self, actor: Actor, unit: Unit, present: str, new: str) -> Account:
        """Change one's own password, knowing the present one; every other session ends.

        Raises:
            DomainError(UNAUTHORIZED, PASSWORD_WRONG, PASSWORD_INVALID, THROTTLED, BUSY)
        """
        account_id = actor.require_account()
        await self._check_present(actor, unit, present)
        await self.reset_password(unit, account_id, new, kept=actor.session_id)
        return await self._accounts.get(unit, account_id)

    async def change_credentials(
        self, actor: Actor, unit: Unit, account_id: int, login: str | None, password: str | None
    ) -> Account:
        """Give an account another login, another password, or both; None leaves as it is.

        The account itself may, and a superuser. With the password every session of the account
        ends but the one that asks.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, PASSWORD_INVALID, BUSY)
            DomainError(THROTTLED): whoever asks has too many passwords hashed at once.
            DomainError(USERNAME_INVALID, EMAIL_INVALID, USERNAME_TAKEN, EMAIL_TAKEN)
        """
        actor.require_self(account_id)
        account = await self._accounts.get(unit, account_id)
        if password is not None:  # first, because hashing would keep other writers waiting
            async with self._limits.current_password(actor):
                await self.reset_password(
                    unit, account_id, password, login=login, kept=actor.session_id
                )
            if actor.account_id != account_id:
                await record(actor, unit, Action.PASSWORD_RESET, Subject("account", account_id))
        if login is not None:
            account = await self._accounts.change_login(actor, unit, account_id, login)
        return account

    async def reset_password(
        self,
        unit: Unit,
        account_id: int,
        new: str,
        *,
        login: str | None = None,
        kept: int | None = None,
    ) -> None:
        """Give an account a new password, as an operator at the console may.

        Every session of the account ends but the one `kept`. `login` is a login that the account
        gets at the same time, which the password must not equal either.

        Raises:
            DomainError(PASSWORD_INVALID, BUSY)
            DomainError(UNAUTHORIZED): the session `kept` has ended meanwhile.
        """
        account = await self._accounts.get(unit, account_id)
        named = (account.username, account.email, account.given_name, account.family_name)
        password = self._accounts.checked_password(new, *named, login)
        password_hash = await self._accounts.hashing.hash(password)
        await self._accounts.set_password(unit, account_id, password_hash)
        # Another's change may have ended it while this one was hashing, and is the last word then.
        if kept is not None and await self._sessions.get(unit, kept) is None:
            raise DomainError(Code.UNAUTHORIZED)
        await self._sessions.end_all(unit, account_id, kept=kept)
        unit.after_commit(partial(report, SecurityEvent.PASSWORD_CHANGED, account=account_id))

    async def delete_account(self, actor: Actor, unit: Unit, present: str | None = None) -> Account:
        """Delete one's own account and end all its sessions; what it was.

        Where the `present` password is given, it has to be right.

        Raises:
            DomainError(UNAUTHORIZED, PASSWORD_WRONG, THROTTLED, BUSY)
        """
        if present is not None:
            await self._check_present(actor, unit, present)
        await self._accounts.lock(unit, actor.require_account())
        await self._sessions.end_all(unit, actor.require_account())
        deleted = await self._accounts.delete(actor, unit)
        unit.after_commit(partial(report, SecurityEvent.ACCOUNT_DELETED, account=deleted.id))
        return deleted

    async def known_device(self, actor: Actor, unit: Unit, visit: Visit) -> str:
        """Return the cookie by which the user's device is known, after a change of password.

        The change has made the cookies of all devices void, this one's included.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        credentials = await self._accounts.credentials_by_id(unit, actor.require_account())
        if credentials is None:
            raise DomainError(Code.UNAUTHORIZED)
        return self._devices.issue(visit, credentials)

    async def _check_present(self, actor: Actor, unit: Unit, present: str) -> None:
        async with self._limits.current_password(actor) as attempt:
            credentials = await self._accounts.credentials_by_id(unit, actor.require_account())
            stored = credentials.password_hash if credentials else None
            if not await self._accounts.hashing.verify(present, stored):
                attempt.fail()
                report(SecurityEvent.CURRENT_PASSWORD_WRONG, account=actor.account_id)
                raise DomainError(Code.PASSWORD_WRONG)
