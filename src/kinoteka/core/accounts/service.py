"""Create, read, update, delete and search accounts.

Public operations: create, get, get_own, change, change_login, set_avatar, set_password,
set_superuser, set_disabled, delete, find_credentials, get_credentials, search.

Every request of an account reads it, and accounts change rarely. So each account is cached until
it changes.
"""

import re
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.access.model import CONSOLE_ACTOR, Actor
from kinoteka.core.accounts import names, queries, skeletons
from kinoteka.core.accounts.model import Account, Credentials, NewAccount, ProfileChange
from kinoteka.core.accounts.passwords import PasswordHashing, check_password, site_names
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.rate_limits import Throttle
from kinoteka.database.revisions import Revisions
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Conflict, Unit
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.cache import BoundedMap
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.comparison.look_alikes import skeleton
from kinoteka.infrastructure.security_events import SecurityEvent, report
from kinoteka.infrastructure.settings import Settings

CACHE_SIZE = 20_000
PROFILE_TEXTS = ("given_name", "family_name", "status", "phone")


class Accounts:
    """The accounts, shared by all contracts."""

    def __init__(
        self,
        settings: Settings,
        revisions: Revisions,
        throttle: Throttle,
        hashing: PasswordHashing,
        catalogue: Catalogue,
    ) -> None:
        self.hashing = hashing
        self._catalogue = catalogue
        self._throttle = throttle
        self._sign_up_limit = settings.sign_up_limit
        self._search_limit = settings.search_limit
        self._site_names = site_names(settings)
        self._revisions = revisions
        self._before_delete: list[Callable[[Unit, int], Awaitable[None]]] = []
        self._cache: BoundedMap[int, Account] = BoundedMap(CACHE_SIZE)
        self._invalidations = 0
        revisions.on_foreign_change("accounts", self._invalidate_all, self._invalidate_cached)

    def before_delete(self, action: Callable[[Unit, int], Awaitable[None]]) -> None:
        """Call `action` with the id of an account before it is deleted, in the same transaction."""
        self._before_delete.append(action)

    async def create(
        self, unit: Unit, new: NewAccount, address: str, *, superuser: bool = False
    ) -> Account:
        """Create an account. `address` is rate limited.

        Raises:
            DomainError(USERNAME_INVALID, EMAIL_INVALID, PASSWORD_INVALID, BIRTHDAY_INVALID,
                FIELD_INVALID): a value is invalid.
            DomainError(USERNAME_TAKEN, EMAIL_TAKEN): another account has it, ignoring case.
            DomainError(THROTTLED, BUSY)
        """
        row = _validate(new)
        own_names = (new.username, new.email, new.given_name, new.family_name)
        password = self.check_password(new.password, *own_names)
        await self._throttle.hit("sign_up", self._sign_up_limit, address)
        await self._check_free(unit, row)
        row |= {
            "password_hash": await self.hashing.hash(password),
            "superuser": superuser,
            "created_at": now(),
        }
        try:
            created = await unit.first(queries.INSERT, **row)
        except Conflict as conflict:
            raise _taken(conflict) from None
        if row["username"] is not None:
            await skeletons.reserve(unit, str(row["username"]))
        account = await unit.first(queries.BY_ID, account_id=created[0] if created else 0)
        if account is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        if superuser:
            await record(CONSOLE_ACTOR, unit, Action.SUPERUSER_MADE, Subject("account", account.id))
        return account

    async def get(self, unit: Unit, account_id: int) -> Account:
        """Return the account with this id.

        Raises:
            DomainError(ACCOUNT_UNKNOWN)
        """
        # A transaction that writes may see a changed account, which may be rolled back.
        account = None if unit.in_transaction else self._cache.get(account_id)
        if account is None:
            as_of = self._invalidations
            account = await self.find_stored(unit, account_id)
            if account is None:
                raise DomainError(Code.ACCOUNT_UNKNOWN)
            # An account that changed during the read may be outdated.
            if not unit.in_transaction and as_of == self._invalidations:
                self._cache.set(account_id, account)
        return account

    async def find_stored(self, unit: Unit, account_id: int) -> Account | None:
        """Return the account as stored, whatever is cached. None: it does not exist."""
        return await unit.first(queries.BY_ID, account_id=account_id)

    async def get_own(self, actor: Actor, unit: Unit) -> Account:
        """Return the actor's account.

        Raises:
            DomainError(UNAUTHORIZED): the actor is anonymous, or the account was deleted.
        """
        try:
            return await self.get(unit, actor.require_account())
        except DomainError:
            raise DomainError(Code.UNAUTHORIZED) from None

    async def change(self, actor: Actor, unit: Unit, change: ProfileChange) -> Account:
        """Change the actor's profile.

        Raises:
            DomainError(UNAUTHORIZED, USERNAME_INVALID, EMAIL_INVALID, BIRTHDAY_INVALID,
                FIELD_INVALID, USERNAME_TAKEN, EMAIL_TAKEN, GENRE_UNKNOWN)
        """
        await self.lock(unit, actor.require_account())
        account = await self.get_own(actor, unit)  # read again now that the row is locked
        _check_has_name(account, change)
        if isinstance(change.favourite_genre_id, int):
            genre = await self._catalogue.genre(actor, unit, change.favourite_genre_id)
            change = msgspec.structs.replace(change, favourite_genre_id=genre.id)
        for column, value in _validate_change(change).items():
            await self._set(unit, account.id, column, value)
        await self._rename(unit, account, change)
        await self.invalidate(unit, account.id)
        changed = await unit.first(queries.BY_ID, account_id=account.id)
        if changed is None:
            raise DomainError(Code.UNAUTHORIZED)
        return changed

    async def change_login(self, actor: Actor, unit: Unit, account_id: int, login: str) -> Account:
        """Change the login of the actor's account, or of any account if the actor is a superuser.

        A login with an @ is an e-mail address, any other a username. An account with both keeps
        the other one. An account with only the other kind gets the new login instead of it.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, USERNAME_INVALID,
                EMAIL_INVALID, USERNAME_TAKEN, EMAIL_TAKEN)
        """
        actor.require_self(account_id)
        await self.lock(unit, account_id)
        account = await self.get(unit, account_id)
        await self._rename(unit, account, _login_change(account, login))
        if actor.account_id != account_id:
            await record(actor, unit, Action.LOGIN_CHANGED, Subject("account", account_id))
        await self.invalidate(unit, account_id)
        changed = await unit.first(queries.BY_ID, account_id=account_id)
        if changed is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        return changed

    @staticmethod
    def leaves_login_unchanged(account: Account, change: ProfileChange) -> bool:
        """Return whether a change keeps the account's username and e-mail address."""
        new = (("username", change.username), ("email", change.email))
        return all(
            value is UNSET or names.is_same_name(column, value, getattr(account, column))
            for column, value in new
        )

    async def set_avatar(self, actor: Actor, unit: Unit, file: str | None) -> str | None:
        """Set or remove the actor's avatar. Return the name of the replaced file, if any.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        await self.lock(unit, actor.require_account())
        account = await self.get_own(actor, unit)  # read again now that the row is locked
        await unit.run(queries.UPDATE_AVATAR, account_id=account.id, file=file)
        await self.invalidate(unit, account.id)
        return account.avatar_file

    def check_password(self, password: str, *names: str | None) -> str:
        """Return the normalized new password of an account with these names.

        Raises:
            DomainError(PASSWORD_INVALID)
        """
        return check_password(password, (*self._site_names, *names))

    async def set_password(self, unit: Unit, account_id: int, password_hash: str) -> None:
        """Store the hash of a new password."""
        await unit.queue(
            queries.UPDATE["password_hash"], account_id=account_id, value=password_hash
        )

    async def set_superuser(self, unit: Unit, account_id: int) -> None:
        """Make an account a superuser and enable it, on behalf of the command line."""
        await self._set(unit, account_id, "superuser", True)
        await self._set(unit, account_id, "disabled_at", None)
        await record(CONSOLE_ACTOR, unit, Action.SUPERUSER_MADE, Subject("account", account_id))
        await self.invalidate(unit, account_id)

    async def set_disabled(self, unit: Unit, account_id: int, at: int | None) -> None:
        """Disable an account since a time in milliseconds, or enable it (None)."""
        await self._set(unit, account_id, "disabled_at", at)
        await self.invalidate(unit, account_id)

    async def delete(self, actor: Actor, unit: Unit) -> Account:
        """Delete the actor's account with everything that belongs to it. Return the former account.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        account = await self.get_own(actor, unit)
        for action in self._before_delete:
            await action(unit, account.id)
        await unit.run(queries.DELETE, account_id=account.id)
        await self.invalidate(unit, account.id)
        return account

    async def find_credentials(self, unit: Unit, identifier: str) -> Credentials | None:
        """Return the credentials of the account with this username or e-mail address, if any."""
        key = names.sign_in_key(identifier)
        if key is None:
            return None
        column, value = key
        return await unit.first(queries.CREDENTIALS_BY[column], key=value)

    async def get_credentials(self, unit: Unit, account_id: int) -> Credentials | None:
        """Return the credentials of the account with this id, if any."""
        return await unit.first(queries.CREDENTIALS_BY["id"], key=account_id)

    async def lock(self, unit: Unit, account_id: int) -> Credentials | None:
        """Lock an account until the transaction ends. Return its credentials. None: not found.

        Lock the account before any other row of the transaction, to avoid deadlocks.
        """
        return await unit.first(queries.LOCK, account_id=account_id)

    async def search(self, actor: Actor, unit: Unit, part: str) -> list[Account]:
        """Return up to 50 enabled accounts whose username contains `part`, earliest match first.

        Raises:
            DomainError(UNAUTHORIZED, THROTTLED)
        """
        throttle_key = f"account:{actor.require_account()}"
        key = names.part_key(part)
        if key is None:
            return []
        await self._throttle.hit("user_search", self._search_limit, throttle_key)
        # In a thread, because SQLite scans all usernames.
        return await unit.all_in_thread(queries.SEARCH, part=key, pattern=_pattern(key))

    async def invalidate(self, unit: Unit, account_id: int) -> None:
        """Invalidate the cached account when the transaction commits."""
        await self._revisions.increase(unit, "accounts", [account_id])
        unit.after_commit(lambda: self._invalidate_cached(account_id))

    def _invalidate_cached(self, account_id: int) -> None:
        self._invalidations += 1
        self._cache.remove(account_id)

    def _invalidate_all(self) -> None:
        self._invalidations += 1
        self._cache.clear()

    async def _check_free(self, unit: Unit, row: dict[str, object]) -> None:
        # Avoids hashing in vain. The database decides between two concurrent requests.
        for column, code in (
            ("email_key", Code.EMAIL_TAKEN),
            ("username_key", Code.USERNAME_TAKEN),
        ):
            taken: Statement[Credentials] = queries.CREDENTIALS_BY[column]
            if row[column] and await unit.first(taken, key=row[column]) is not None:
                raise DomainError(code)
        if row["username"]:
            await skeletons.check_free(unit, str(row["username"]))

    async def _set(self, unit: Unit, account_id: int, column: str, value: object) -> None:
        try:
            await unit.run(queries.UPDATE[column], account_id=account_id, value=value)
        except Conflict:
            raise DomainError(Code.GENRE_UNKNOWN) from None

    async def _rename(self, unit: Unit, account: Account, change: ProfileChange) -> None:
        new = [("username", _trimmed(change.username)), ("email", _trimmed(change.email))]
        # Set a name before the other one is cleared: the table requires one of them.
        for column, value in sorted(new, key=lambda pair: not pair[1]):
            if value is UNSET or names.is_same_name(column, value, getattr(account, column)):
                continue
            displayed, keys = _name_columns(column, str(value) if value else None)
            try:
                await unit.run(
                    queries.UPDATE_NAME[column], account_id=account.id, value=displayed, **keys
                )
            except Conflict as conflict:
                raise _taken(conflict) from None
            if column == "username" and displayed is not None:
                await skeletons.reserve(unit, displayed)
            event = SecurityEvent.LOGIN_CHANGED
            unit.after_commit(partial(report, event, account=account.id, field=column))


def _validate(new: NewAccount) -> dict[str, object]:
    if new.username is None and new.email is None:
        raise field_invalid("email", "missing")
    username, username_keys = _name_columns("username", new.username)
    email, email_keys = _name_columns("email", new.email)
    row: dict[str, object] = {
        "username": username,
        **username_keys,
        "email": email,
        **email_keys,
        "birthday": names.validate_birthday(new.birthday) if new.birthday else None,
        "avatar_address": names.validate_url(new.avatar_address, "avatar_url")
        if new.avatar_address
        else None,
    }
    return row | {name: names.validate_text(getattr(new, name), name) for name in PROFILE_TEXTS}


def _name_columns(column: str, value: str | None) -> tuple[str | None, dict[str, str | None]]:
    """Return a username or an e-mail address as displayed, and the columns derived from it."""
    value = None if value is None else value.strip()
    if column == "email":
        if value is None:
            return None, {"email_key": None}
        return names.normalize_email(value), {"email_key": names.email_key(value)}
    if value is None:
        return None, {"username_key": None, "username_skeleton": None}
    key = names.validate_username(value)
    return value, {"username_key": key, "username_skeleton": skeleton(value)}


def _trimmed(value: str | UnsetType | None) -> str | UnsetType | None:
    return value.strip() if isinstance(value, str) else value


def _validate_change(change: ProfileChange) -> dict[str, object]:
    values: dict[str, object] = {}
    for name in PROFILE_TEXTS:
        text = getattr(change, name)
        if text is not UNSET:
            values[name] = names.validate_text(text, name)
    if change.birthday is not UNSET:
        values["birthday"] = names.validate_birthday(change.birthday) if change.birthday else None
    if change.favourite_genre_id is not UNSET:
        values["favourite_genre_id"] = change.favourite_genre_id
    return values


def _login_change(account: Account, login: str) -> ProfileChange:
    login = login.strip()
    if "@" in login:
        names.email_key(login)  # raises before anything is cleared
        return ProfileChange(email=login, username=UNSET if account.email else None)
    if login != account.username:
        names.validate_username(login)
    return ProfileChange(username=login, email=UNSET if account.username else None)


def _check_has_name(account: Account, change: ProfileChange) -> None:
    """Raise FIELD_INVALID if the change clears both the username and the e-mail address."""
    username = account.username if change.username is UNSET else change.username
    email = account.email if change.email is UNSET else change.email
    if not _trimmed(username) and not _trimmed(email):
        raise field_invalid("email", "missing")


def _pattern(part: str) -> str:
    """Return the LIKE pattern for texts that contain the part."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", part) + "%"


def _taken(conflict: Conflict) -> DomainError:
    if "email_key" in conflict.constraint:
        return DomainError(Code.EMAIL_TAKEN)
    return DomainError(Code.USERNAME_TAKEN)
