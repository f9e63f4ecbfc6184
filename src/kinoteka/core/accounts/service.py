"""Accounts: made, read, changed, deleted, found.

Public operations: create, get, own, change, change_login, set_avatar, set_password,
set_superuser, set_disabled, delete, credentials, credentials_by_id, search.

Accounts are read with every request of their own and change rarely, so each is cached until it
changes.
"""

import re
from collections.abc import Awaitable, Callable
from functools import partial

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
    """The one set of accounts that every contract serves."""

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
        self._dropped = 0
        revisions.on_foreign_change("accounts", self._drop_all, self._drop)

    def before_delete(self, action: Callable[[Unit, int], Awaitable[None]]) -> None:
        """Do `action`, within the same transaction, before the account of an id is deleted."""
        self._before_delete.append(action)

    async def create(
        self, unit: Unit, new: NewAccount, address: str, *, superuser: bool = False
    ) -> Account:
        """Make an account; `address` is whoever asks for it.

        Raises:
            DomainError(USERNAME_INVALID, EMAIL_INVALID, PASSWORD_INVALID, BIRTHDAY_INVALID,
                FIELD_INVALID): what cannot be taken.
            DomainError(USERNAME_TAKEN, EMAIL_TAKEN): an account has it, without regard to case.
            DomainError(THROTTLED, BUSY)
        """
        row = _checked(new)
        named = (new.username, new.email, new.given_name, new.family_name)
        password = self.check_password(new.password, *named)
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
            await skeletons.take(unit, str(row["username"]))
        account = await unit.first(queries.BY_ID, account_id=created[0] if created else 0)
        if account is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        if superuser:
            await record(CONSOLE_ACTOR, unit, Action.SUPERUSER_MADE, Subject("account", account.id))
        return account

    async def get(self, unit: Unit, account_id: int) -> Account:
        """The account of that id.

        Raises:
            DomainError(ACCOUNT_UNKNOWN)
        """
        # Within a transaction the account may be other than what is cached, and be rolled back.
        account = None if unit.is_writing else self._cache.get(account_id)
        if account is None:
            as_of = self._dropped
            account = await unit.first(queries.BY_ID, account_id=account_id)
            if account is None:
                raise DomainError(Code.ACCOUNT_UNKNOWN)
            # What changed while it was being read may be read as it was.
            if not unit.is_writing and as_of == self._dropped:
                self._cache.set(account_id, account)
        return account

    async def own(self, actor: Actor, unit: Unit) -> Account:
        """The account that asks.

        Raises:
            DomainError(UNAUTHORIZED): nobody is signed in, or the account has just been deleted.
        """
        try:
            return await self.get(unit, actor.require_account())
        except DomainError:
            raise DomainError(Code.UNAUTHORIZED) from None

    async def change(self, actor: Actor, unit: Unit, change: ProfileChange) -> Account:
        """Change one's own profile.

        Raises:
            DomainError(UNAUTHORIZED, USERNAME_INVALID, EMAIL_INVALID, BIRTHDAY_INVALID,
                FIELD_INVALID, USERNAME_TAKEN, EMAIL_TAKEN, GENRE_UNKNOWN)
        """
        await self.lock(unit, actor.require_account())
        account = await self.own(actor, unit)  # as it is now that nobody else can change it
        _check_named(account, change)
        if change.favourite_genre_id not in (None, UNSET):
            await self._catalogue.genre(actor, unit, change.favourite_genre_id)
        for column, value in _checked_change(change).items():
            await self._set(unit, account.id, column, value)
        await self._rename(unit, account, change)
        await self.changed(unit, account.id)
        changed = await unit.first(queries.BY_ID, account_id=account.id)
        if changed is None:
            raise DomainError(Code.UNAUTHORIZED)
        return changed

    async def change_login(self, actor: Actor, unit: Unit, account_id: int, login: str) -> Account:
        """Change what an account signs in with: one's own, or a superuser anybody's.

        A login with an @ is an e-mail address, any other a username. An account that has both
        keeps the other; of one that has only the other kind, the new login takes its place.

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
        await self.changed(unit, account_id)
        changed = await unit.first(queries.BY_ID, account_id=account_id)
        if changed is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        return changed

    @staticmethod
    def leaves_login_unchanged(account: Account, change: ProfileChange) -> bool:
        """Whether a change leaves an account's username and e-mail address as they are."""
        given = (("username", change.username), ("email", change.email))
        return all(
            value is UNSET or names.is_same_name(column, value, getattr(account, column))
            for column, value in given
        )

    async def set_avatar(self, actor: Actor, unit: Unit, file: str | None) -> str | None:
        """Make an uploaded picture one's avatar, or none; the name of the file that it replaces.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        await self.lock(unit, actor.require_account())
        account = await self.own(actor, unit)  # as it is now that nobody else can change it
        await unit.run(queries.CHANGE_AVATAR, account_id=account.id, file=file)
        await self.changed(unit, account.id)
        return account.avatar_file

    def check_password(self, password: str, *names: str | None) -> str:
        """Return the normalised password of an account with these names.

        Raises:
            DomainError(PASSWORD_INVALID)
        """
        return check_password(password, (*self._site_names, *names))

    async def set_password(self, unit: Unit, account_id: int, password_hash: str) -> None:
        """Store the hash of a new password."""
        await self._set(unit, account_id, "password_hash", password_hash)

    async def set_superuser(self, unit: Unit, account_id: int) -> None:
        """Make an account a superuser, as an operator at the console may; enable it, too."""
        await self._set(unit, account_id, "superuser", True)
        await self._set(unit, account_id, "disabled_at", None)
        await record(CONSOLE_ACTOR, unit, Action.SUPERUSER_MADE, Subject("account", account_id))
        await self.changed(unit, account_id)

    async def set_disabled(self, unit: Unit, account_id: int, at: int | None) -> None:
        """Keep an account from signing in since then, or (None) let it again."""
        await self._set(unit, account_id, "disabled_at", at)
        await self.changed(unit, account_id)

    async def delete(self, actor: Actor, unit: Unit) -> Account:
        """Delete one's own account with everything that is its own; what it was.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        account = await self.own(actor, unit)
        for action in self._before_delete:
            await action(unit, account.id)
        await unit.run(queries.DELETE, account_id=account.id)
        await self.changed(unit, account.id)
        return account

    async def credentials(self, unit: Unit, identifier: str) -> Credentials | None:
        """What a password check of this username or e-mail address needs; None: nobody's."""
        key = names.sign_in_key(identifier)
        if key is None:
            return None
        column, value = key
        return await unit.first(queries.CREDENTIALS_BY[column], key=value)

    async def credentials_by_id(self, unit: Unit, account_id: int) -> Credentials | None:
        """What a password check of this account needs."""
        return await unit.first(queries.CREDENTIALS_BY["id"], key=account_id)

    async def lock(self, unit: Unit, account_id: int) -> Credentials | None:
        """Keep others from changing an account until the transaction ends; None: there is none.

        First of all that the transaction changes, so that no two wait for each other.
        """
        return await unit.first(queries.LOCK, account_id=account_id)

    async def search(self, actor: Actor, unit: Unit, part: str) -> list[Account]:
        """Accounts whose username contains `part`, at most 50, earliest match first.

        None that are disabled.

        Raises:
            DomainError(UNAUTHORIZED, THROTTLED)
        """
        who = f"account:{actor.require_account()}"
        key = names.part_key(part)
        if key is None:
            return []
        await self._throttle.hit("user_search", self._search_limit, who)
        # SQLite looks at every username.
        return await unit.all_in_thread(queries.SEARCH, part=key, pattern=_pattern(key))

    async def changed(self, unit: Unit, account_id: int) -> None:
        """Note that an account changes: what is cached of it is dropped with the commit."""
        await self._revisions.increase(unit, "accounts", [account_id])
        unit.after_commit(lambda: self._drop(account_id))

    def _drop(self, account_id: int) -> None:
        self._dropped += 1
        self._cache.drop(account_id)

    def _drop_all(self) -> None:
        self._dropped += 1
        self._cache.clear()

    async def _check_free(self, unit: Unit, row: dict[str, object]) -> None:
        # Spares the hashing; two who ask at the same moment are told apart by the database.
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
            await unit.run(queries.CHANGE[column], account_id=account_id, value=value)
        except Conflict:
            raise DomainError(Code.GENRE_UNKNOWN) from None

    async def _rename(self, unit: Unit, account: Account, change: ProfileChange) -> None:
        given = [("username", _trimmed(change.username)), ("email", _trimmed(change.email))]
        # What is set goes first: an account is never without any name, not even in between.
        for column, value in sorted(given, key=lambda pair: not pair[1]):
            if value is UNSET or names.is_same_name(column, value, getattr(account, column)):
                continue
            shown, derived = _named(column, str(value) if value else None)
            try:
                await unit.run(
                    queries.CHANGE_NAME[column], account_id=account.id, value=shown, **derived
                )
            except Conflict as conflict:
                raise _taken(conflict) from None
            if column == "username" and shown is not None:
                await skeletons.take(unit, shown)
            event = SecurityEvent.LOGIN_CHANGED
            unit.after_commit(partial(report, event, account=account.id, field=column))


def _checked(new: NewAccount) -> dict[str, object]:
    if new.username is None and new.email is None:
        raise field_invalid("email", "missing")
    username, username_keys = _named("username", new.username)
    email, email_keys = _named("email", new.email)
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


def _named(column: str, value: str | None) -> tuple[str | None, dict[str, str | None]]:
    """Return how a username or an e-mail address is shown, and the columns it is compared by."""
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


def _checked_change(change: ProfileChange) -> dict[str, object]:
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
        names.email_key(login)  # refused before anything is cleared
        return ProfileChange(email=login, username=UNSET if account.email else None)
    if login != account.username:
        names.validate_username(login)
    return ProfileChange(username=login, email=UNSET if account.username else None)


def _check_named(account: Account, change: ProfileChange) -> None:
    """An account keeps a username or an e-mail address, whatever is cleared."""
    username = account.username if change.username is UNSET else change.username
    email = account.email if change.email is UNSET else change.email
    if not _trimmed(username) and not _trimmed(email):
        raise field_invalid("email", "missing")


def _pattern(part: str) -> str:
    """LIKE's pattern for what contains the part."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", part) + "%"


def _taken(conflict: Conflict) -> DomainError:
    if "email_key" in conflict.constraint:
        return DomainError(Code.EMAIL_TAKEN)
    return DomainError(Code.USERNAME_TAKEN)
