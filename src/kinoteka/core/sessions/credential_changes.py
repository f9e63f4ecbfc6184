"""Change logins and passwords, and delete accounts. These changes end sessions.

Public operations: change_password, change_credentials, change_profile, reset_password,
delete_account, prove_password, known_device.

If a contract allows clients to change credentials without the current password, the caller passes
its name as `contract`, and `PasswordProofs.require` decides whether the session may do so.
"""

from functools import partial

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import Account, ProfileChange
from kinoteka.core.accounts.names import is_same_name
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.sessions.guess_limits import GuessLimits
from kinoteka.core.sessions.known_devices import KnownDevices
from kinoteka.core.sessions.model import Visit
from kinoteka.core.sessions.password_proofs import PasswordProofs
from kinoteka.core.sessions.service import Sessions
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.security_events import SecurityEvent, report


class CredentialChanges:
    """Changes the credentials of accounts and ends the sessions that used the old ones."""

    def __init__(
        self,
        limits: GuessLimits,
        devices: KnownDevices,
        accounts: Accounts,
        sessions: Sessions,
        proofs: PasswordProofs,
    ) -> None:
        self._limits = limits
        self._devices = devices
        self._accounts = accounts
        self._sessions = sessions
        self._proofs = proofs

    async def change_password(
        self,
        actor: Actor,
        unit: Unit,
        current: str,
        new: str,
        *,
        accepts_new_password_twice: bool = False,
    ) -> Account:
        """Change the actor's password and end every other session.

        `current` must be the current password.

        With `accepts_new_password_twice`, a client may send the new password in place of the
        current one. That counts as a wrong guess, and requires a recent password proof.

        Raises:
            DomainError(UNAUTHORIZED, PASSWORD_INVALID, THROTTLED, BUSY)
            DomainError(CURRENT_PASSWORD_WRONG)
            DomainError(SIGN_IN_AGAIN): the new password was sent twice, and the proof is too old.
        """
        account_id = actor.require_account()
        is_correct = await self._is_current(actor, unit, current)
        if not is_correct and not (accepts_new_password_twice and current == new):
            raise DomainError(Code.CURRENT_PASSWORD_WRONG)
        if not is_correct:
            await self._proofs.require(actor, unit)
        await self.reset_password(unit, account_id, new, except_id=actor.session_id)
        if is_correct:
            await self._proofs.record(actor, unit)
        return await self._accounts.get(unit, account_id)

    async def change_profile(
        self,
        actor: Actor,
        unit: Unit,
        change: ProfileChange,
        *,
        current_password: str | None = None,
        contract: str | None = None,
    ) -> Account:
        """Change the actor's profile, including the username and the e-mail address.

        A new username or e-mail address requires the `current_password` or, if it is None, a
        session that needs no password proof or has a recent one.

        Raises:
            DomainError(CURRENT_PASSWORD_WRONG, SIGN_IN_AGAIN, THROTTLED, BUSY)
            DomainError(FIELD_INVALID): the current password is required and blank.
            DomainError(...): what `Accounts.change` raises.
        """
        account = await self._accounts.get_own(actor, unit)
        if self._accounts.leaves_login_unchanged(account, change):
            return await self._accounts.change(actor, unit, change)
        if current_password == "":
            raise field_invalid("present", "password_needed")
        await self._require_proof(actor, unit, current_password, contract)
        changed = await self._accounts.change(actor, unit, change)
        if current_password is not None:
            await self._proofs.record(actor, unit)
        return changed

    async def change_credentials(
        self,
        actor: Actor,
        unit: Unit,
        account_id: int,
        login: str | None,
        password: str | None,
        *,
        contract: str | None = None,
    ) -> Account:
        """Change the login, the password, or both of the actor's account, or as a superuser of any.

        None leaves a value unchanged. A new password ends every session of the account except the
        actor's.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, PASSWORD_INVALID, BUSY)
            DomainError(SIGN_IN_AGAIN): the actor must prove the password first.
            DomainError(THROTTLED): the actor has too many passwords hashed at once.
            DomainError(USERNAME_INVALID, EMAIL_INVALID, USERNAME_TAKEN, EMAIL_TAKEN)
        """
        actor.require_self(account_id)
        account = await self._accounts.get(unit, account_id)
        if password is not None or not _is_login_of(account, login):
            await self._proofs.require(actor, unit, contract)
        if password is not None:  # first, because hashing would block other writers
            async with self._limits.current_password(actor):
                await self.reset_password(
                    unit, account_id, password, login=login, except_id=actor.session_id
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
        except_id: int | None = None,
    ) -> None:
        """Set the password of an account, without a check of the current one.

        Every session of the account ends except the one with `except_id`. `login` is a new login
        that is set at the same time, which the password must not equal.

        Raises:
            DomainError(PASSWORD_INVALID, BUSY)
            DomainError(UNAUTHORIZED): the session with `except_id` is no longer active.
        """
        account = await self._accounts.get(unit, account_id)
        names = (account.username, account.email, account.given_name, account.family_name)
        password = self._accounts.check_password(new, *names, login)
        password_hash = await self._accounts.hashing.hash(password)
        await self._accounts.set_password(unit, account_id, password_hash)
        # A concurrent change may have ended the session during the hashing. That change wins.
        if except_id is not None and await self._sessions.get(unit, except_id) is None:
            raise DomainError(Code.UNAUTHORIZED)
        await self._sessions.end_all(unit, account_id, except_id=except_id)
        unit.after_commit(partial(report, SecurityEvent.PASSWORD_CHANGED, account=account_id))

    async def delete_account(
        self,
        actor: Actor,
        unit: Unit,
        current_password: str | None = None,
        *,
        contract: str | None = None,
    ) -> Account:
        """Delete the actor's account and end all its sessions. Return the former account.

        The `current_password` must be correct. If it is None, the session must need no password
        proof or have a recent one.

        Raises:
            DomainError(UNAUTHORIZED, CURRENT_PASSWORD_WRONG, SIGN_IN_AGAIN, THROTTLED, BUSY)
        """
        await self._require_proof(actor, unit, current_password, contract)
        await self._accounts.lock(unit, actor.require_account())
        await self._sessions.end_all(unit, actor.require_account())
        deleted = await self._accounts.delete(actor, unit)
        unit.after_commit(partial(report, SecurityEvent.ACCOUNT_DELETED, account=deleted.id))
        return deleted

    async def prove_password(self, actor: Actor, unit: Unit, current: str) -> None:
        """Check the current password and record the proof for the actor's session.

        Raises:
            DomainError(UNAUTHORIZED, CURRENT_PASSWORD_WRONG, THROTTLED, BUSY)
        """
        if not await self._is_current(actor, unit, current):
            raise DomainError(Code.CURRENT_PASSWORD_WRONG)
        await self._proofs.record(actor, unit)

    async def known_device(self, actor: Actor, unit: Unit, visit: Visit) -> str:
        """Return a new known-device cookie for the client after a change of the password.

        The change has invalidated the cookies of all devices, including this one.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        credentials = await self._accounts.get_credentials(unit, actor.require_account())
        if credentials is None:
            raise DomainError(Code.UNAUTHORIZED)
        return self._devices.issue(visit, credentials)

    async def _require_proof(
        self, actor: Actor, unit: Unit, current_password: str | None, contract: str | None
    ) -> None:
        if current_password is None:
            await self._proofs.require(actor, unit, contract)
        elif not await self._is_current(actor, unit, current_password):
            raise DomainError(Code.CURRENT_PASSWORD_WRONG)

    async def _is_current(self, actor: Actor, unit: Unit, password: str) -> bool:
        """Return whether this is the current password. If not, count a failed attempt."""
        async with self._limits.current_password(actor) as attempt:
            credentials = await self._accounts.get_credentials(unit, actor.require_account())
            stored = credentials.password_hash if credentials else None
            is_correct = await self._accounts.hashing.verify(password, stored)
            if not is_correct:
                attempt.fail()
                report(SecurityEvent.CURRENT_PASSWORD_WRONG, account=actor.account_id)
        return is_correct


def _is_login_of(account: Account, login: str | None) -> bool:
    """Return whether the account already has this login. None requests no change."""
    return login is None or (
        is_same_name("email", login, account.email)
        or is_same_name("username", login, account.username)
    )
