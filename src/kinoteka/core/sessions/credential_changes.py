"""Changes of how somebody comes in, which end sessions: another login, another password, none.

Public operations: change_password, change_credentials, change_profile, reset_password,
delete_account, prove_password, known_device.

Where a contract lets its clients change credentials without the current password, `through` is
its name, and `PasswordProofs.require` decides whether the session may.
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
    """Changes accounts' credentials; with them end the sessions that rest on the old ones."""

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
        present: str,
        new: str,
        *,
        accepts_new_password_twice: bool = False,
    ) -> Account:
        """Change one's own password, knowing the present one; every other session ends.

        With `accepts_new_password_twice`, a client may send the new password in place of the
        current one. That counts as a wrong guess, and requires a recent password proof.

        Raises:
            DomainError(UNAUTHORIZED, PASSWORD_INVALID, THROTTLED, BUSY)
            DomainError(CURRENT_PASSWORD_WRONG)
            DomainError(SIGN_IN_AGAIN): the new one is given twice, and the proof is too old.
        """
        account_id = actor.require_account()
        is_right = await self._is_present(actor, unit, present)
        if not is_right and not (accepts_new_password_twice and present == new):
            raise DomainError(Code.CURRENT_PASSWORD_WRONG)
        if not is_right:
            await self._proofs.require(actor, unit)
        await self.reset_password(unit, account_id, new, kept=actor.session_id)
        if is_right:
            await self._proofs.note(actor, unit)
        return await self._accounts.get(unit, account_id)

    async def change_profile(
        self,
        actor: Actor,
        unit: Unit,
        change: ProfileChange,
        *,
        present: str | None = None,
        through: str | None = None,
    ) -> Account:
        """Change one's own profile, and the names that one signs in with.

        Another username or e-mail address needs the `present` password or, where none is given, a
        session that may do without.

        Raises:
            DomainError(CURRENT_PASSWORD_WRONG, SIGN_IN_AGAIN, THROTTLED, BUSY)
            DomainError(FIELD_INVALID): the `present` password is needed and blank.
            DomainError(...): what `Accounts.change` raises.
        """
        account = await self._accounts.get_own(actor, unit)
        if self._accounts.leaves_login_unchanged(account, change):
            return await self._accounts.change(actor, unit, change)
        if present == "":
            raise field_invalid("present", "password_needed")
        await self._require_proof(actor, unit, present, through)
        changed = await self._accounts.change(actor, unit, change)
        if present is not None:
            await self._proofs.note(actor, unit)
        return changed

    async def change_credentials(
        self,
        actor: Actor,
        unit: Unit,
        account_id: int,
        login: str | None,
        password: str | None,
        *,
        through: str | None = None,
    ) -> Account:
        """Give an account another login, another password, or both; None leaves as it is.

        The account itself may, and a superuser. With the password every session of the account
        ends but the one that asks.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, PASSWORD_INVALID, BUSY)
            DomainError(SIGN_IN_AGAIN): the session that asks must prove its password first.
            DomainError(THROTTLED): whoever asks has too many passwords hashed at once.
            DomainError(USERNAME_INVALID, EMAIL_INVALID, USERNAME_TAKEN, EMAIL_TAKEN)
        """
        actor.require_self(account_id)
        account = await self._accounts.get(unit, account_id)
        if password is not None or not _is_login_of(account, login):
            await self._proofs.require(actor, unit, through)
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
        password = self._accounts.check_password(new, *named, login)
        password_hash = await self._accounts.hashing.hash(password)
        await self._accounts.set_password(unit, account_id, password_hash)
        # Another's change may have ended it while this one was hashing, and is the last word then.
        if kept is not None and await self._sessions.get(unit, kept) is None:
            raise DomainError(Code.UNAUTHORIZED)
        await self._sessions.end_all(unit, account_id, kept=kept)
        unit.after_commit(partial(report, SecurityEvent.PASSWORD_CHANGED, account=account_id))

    async def delete_account(
        self,
        actor: Actor,
        unit: Unit,
        present: str | None = None,
        *,
        through: str | None = None,
    ) -> Account:
        """Delete one's own account and end all its sessions; what it was.

        Where the `present` password is given, it has to be right; without it the session must be
        one that may do without.

        Raises:
            DomainError(UNAUTHORIZED, CURRENT_PASSWORD_WRONG, SIGN_IN_AGAIN, THROTTLED, BUSY)
        """
        await self._require_proof(actor, unit, present, through)
        await self._accounts.lock(unit, actor.require_account())
        await self._sessions.end_all(unit, actor.require_account())
        deleted = await self._accounts.delete(actor, unit)
        unit.after_commit(partial(report, SecurityEvent.ACCOUNT_DELETED, account=deleted.id))
        return deleted

    async def prove_password(self, actor: Actor, unit: Unit, present: str) -> None:
        """Check the current password, and store that the session has just proved it.

        Raises:
            DomainError(UNAUTHORIZED, CURRENT_PASSWORD_WRONG, THROTTLED, BUSY)
        """
        if not await self._is_present(actor, unit, present):
            raise DomainError(Code.CURRENT_PASSWORD_WRONG)
        await self._proofs.note(actor, unit)

    async def known_device(self, actor: Actor, unit: Unit, visit: Visit) -> str:
        """Return the cookie by which the user's device is known, after a change of password.

        The change has made the cookies of all devices void, this one's included.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        credentials = await self._accounts.get_credentials(unit, actor.require_account())
        if credentials is None:
            raise DomainError(Code.UNAUTHORIZED)
        return self._devices.issue(visit, credentials)

    async def _require_proof(
        self, actor: Actor, unit: Unit, present: str | None, through: str | None
    ) -> None:
        if present is None:
            await self._proofs.require(actor, unit, through)
        elif not await self._is_present(actor, unit, present):
            raise DomainError(Code.CURRENT_PASSWORD_WRONG)

    async def _is_present(self, actor: Actor, unit: Unit, present: str) -> bool:
        """Return whether this is the current password; if not, it counts against the limits."""
        async with self._limits.current_password(actor) as attempt:
            credentials = await self._accounts.get_credentials(unit, actor.require_account())
            stored = credentials.password_hash if credentials else None
            is_right = await self._accounts.hashing.verify(present, stored)
            if not is_right:
                attempt.fail()
                report(SecurityEvent.CURRENT_PASSWORD_WRONG, account=actor.account_id)
        return is_right


def _is_login_of(account: Account, login: str | None) -> bool:
    """Whether this is a login that the account has already; None asks for no other."""
    return login is None or (
        is_same_name("email", login, account.email)
        or is_same_name("username", login, account.username)
    )
