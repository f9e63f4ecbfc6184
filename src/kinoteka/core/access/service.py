"""Roles and what they grant.

Public operations: actor_of, anonymous, grants_of, label_ids, list_roles, create_role,
change_role, delete_role, assign_role, revoke_role.

All roles and labels are few and asked for all the time, so they are cached as one snapshot that
is dropped whole when any of them changes.
"""

from collections.abc import Callable, Sequence
from weakref import WeakSet

import msgspec

from kinoteka.core.access import queries
from kinoteka.core.access.model import (
    ANONYMOUS_ROLE,
    FILMS_LABEL,
    FILMS_VIEW,
    MAX_ROLES,
    ROLES_MANAGE,
    USER_ROLE,
    Actor,
    Grants,
    Role,
    clean_permissions,
    clean_role_name,
)
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Conflict, Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.comparison.names import compatible_key


class Snapshot(msgspec.Struct, frozen=True):
    """All roles by id and the ids of all labels by name."""

    roles: dict[int, Role]
    labels: dict[str, int]


class Access:
    """Decides what an account may, and lets who may manage roles do so."""

    def __init__(self, revisions: Revisions) -> None:
        self._revisions = revisions
        self._snapshot: Snapshot | None = None
        self._anonymous: Actor | None = None
        self._dropped = 0
        self._changing: WeakSet[Unit] = WeakSet()
        self._listeners: list[Callable[[int | None], None]] = []
        revisions.on_foreign_change("access", self._clear_cache, self._drop_cached)

    def on_change(self, listener: Callable[[int | None], None]) -> None:
        """Call `listener` when grants change: of one account (its id) or of all (None)."""
        self._listeners.append(listener)

    @property
    def cached_anonymous(self) -> Actor | None:
        """Somebody who is not signed in; None until it has been looked up."""
        return self._anonymous

    async def anonymous(self, unit: Unit) -> Actor:
        """Somebody who is not signed in."""
        if self._anonymous is not None:
            return self._anonymous
        as_of = self._dropped
        actor = await self._actor(unit, None, None, False, (ANONYMOUS_ROLE,))
        if not unit.is_writing and as_of == self._dropped:
            self._anonymous = actor
        return actor

    async def actor_of(
        self, unit: Unit, account_id: int, session_id: int | None, *, superuser: bool
    ) -> Actor:
        """The account through one of its sessions."""
        assigned = [row[0] for row in await unit.all(queries.ROLES_OF, account_id=account_id)]
        return await self._actor(unit, account_id, session_id, superuser, (USER_ROLE, *assigned))

    async def grants_of(self, actor: Actor, unit: Unit, account_id: int) -> Grants:
        """The roles and permissions of an account: one's own, or whoever manages roles.

        Raises:
            DomainError(FORBIDDEN, ACCOUNT_UNKNOWN, UNAUTHORIZED)
        """
        if actor.account_id != account_id:
            actor.require(ROLES_MANAGE)
        rights = await unit.first(queries.ACCOUNT_RIGHTS, account_id=account_id)
        if rights is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        snapshot = await self._load(unit)
        assigned = [row[0] for row in await unit.all(queries.ROLES_OF, account_id=account_id)]
        roles, permissions = _granted(snapshot, (USER_ROLE, *assigned))
        return Grants(roles, permissions, bool(rights[0]))

    async def label_ids(self, unit: Unit) -> dict[str, int]:
        """The ids of all labels by name."""
        return (await self._load(unit)).labels

    async def store_label(self, unit: Unit, name: str) -> None:
        """Store a new label. The service of labels has checked its name and who creates it."""
        await unit.run(queries.INSERT_LABEL, name=name)
        await self._changed(unit)

    async def roles_by_label(self, actor: Actor, unit: Unit) -> dict[str, list[Role]]:
        """Every label with the roles that see its films.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(FILMS_LABEL)
        roles = (await self._load(unit)).roles.values()
        return {
            name: [role for role in roles if FILMS_VIEW + name in role.permissions]
            for name in await self.label_ids(unit)
        }

    async def count_holders(self, actor: Actor, unit: Unit) -> dict[int, int]:
        """How many accounts have been given each role; none of the built-in ones.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ROLES_MANAGE)
        return dict(await unit.all_in_thread(queries.COUNT_HOLDERS))

    async def list_roles(self, actor: Actor, unit: Unit) -> list[Role]:
        """Every role, oldest first.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ROLES_MANAGE)
        return list((await self._load(unit)).roles.values())

    async def create_role(
        self, actor: Actor, unit: Unit, name: str, permissions: Sequence[str]
    ) -> Role:
        """Make a role.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
            DomainError(ROLE_TAKEN): there is one of that name, without regard to case.
            DomainError(FIELD_INVALID): an empty name, a malformed permission, or
                `films.view:hidden`.
        """
        actor.require(ROLES_MANAGE)
        name = clean_role_name(name)
        wanted = clean_permissions(permissions)
        # A row that is refused would use up an id.
        if await unit.first(queries.ROLE_NAMED, name_key=compatible_key(name)) is not None:
            raise DomainError(Code.ROLE_TAKEN, name=name)
        try:
            row = await unit.first(queries.INSERT_ROLE, name=name, name_key=compatible_key(name))
        except Conflict:
            raise DomainError(Code.ROLE_TAKEN, name=name) from None
        role_id = row[0] if row else 0
        await self._set_permissions(unit, role_id, wanted)
        subject = Subject("role", role_id, name)
        await record(actor, unit, Action.ROLE_CREATED, subject, permissions=wanted)
        await self._changed(unit)
        return Role(role_id, name, False, wanted)

    async def change_role(
        self,
        actor: Actor,
        unit: Unit,
        role_id: int,
        name: str | None,
        permissions: Sequence[str] | None,
    ) -> Role:
        """Rename a role or give it other permissions; None leaves as it is.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ROLE_UNKNOWN, ROLE_TAKEN, FIELD_INVALID)
            DomainError(ROLE_BUILT_IN): a built-in role keeps its name.
        """
        actor.require(ROLES_MANAGE)
        await self._role(unit, role_id)
        given_name = None if name is None else clean_role_name(name)
        given = None if permissions is None else clean_permissions(permissions)
        await unit.queue(queries.LOCK_ROLE, role_id=role_id)
        self._changing.add(unit)  # as it is from here on, not as it is cached
        role = await self._role(unit, role_id)
        new_name = role.name if given_name is None else given_name
        wanted = role.permissions if given is None else given
        if new_name != role.name:
            if role.built_in:
                raise DomainError(Code.ROLE_BUILT_IN, name=role.name)
            await self._rename(unit, role_id, new_name)
        if given is not None:
            await unit.run(queries.DELETE_PERMISSIONS, role_id=role_id)
            await self._set_permissions(unit, role_id, wanted)
        changed = Role(role_id, new_name, role.built_in, wanted)
        await _record_change(actor, unit, role, changed)
        await self._changed(unit)
        return changed

    async def delete_role(self, actor: Actor, unit: Unit, role_id: int) -> None:
        """Delete a role; whoever held it loses what it granted.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ROLE_UNKNOWN, ROLE_BUILT_IN)
        """
        actor.require(ROLES_MANAGE)
        role = await self._role(unit, role_id)
        if role.built_in:
            raise DomainError(Code.ROLE_BUILT_IN, name=role.name)
        if await unit.run(queries.DELETE_ROLE, role_id=role_id):
            subject = Subject("role", role_id, role.name)
            await record(actor, unit, Action.ROLE_DELETED, subject, permissions=role.permissions)
        await self._changed(unit)

    async def assign_role(self, actor: Actor, unit: Unit, account_id: int, role_id: int) -> None:
        """Give an account a role; again does no harm.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, ROLE_UNKNOWN, ROLES_TOO_MANY)
            DomainError(ROLE_BUILT_IN): nobody who is signed in holds `anonymous`.
        """
        role = await self._check_assignment(actor, unit, account_id, role_id)
        if role_id not in (ANONYMOUS_ROLE, USER_ROLE):
            await self._check_room(unit, account_id, role_id)
            try:
                given = await unit.run(queries.ASSIGN, account_id=account_id, role_id=role_id)
            except Conflict:  # one of the two, most likely the cached one, has been deleted since
                raise DomainError(Code.ROLE_UNKNOWN) from None
            if given:
                subject = Subject("account", account_id)
                await record(actor, unit, Action.ROLE_GIVEN, subject, role=role.name)
            await self._changed(unit, account_id)

    async def revoke_role(self, actor: Actor, unit: Unit, account_id: int, role_id: int) -> None:
        """Take a role from an account; again does no harm.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, ROLE_UNKNOWN, ROLE_BUILT_IN)
        """
        role = await self._check_assignment(actor, unit, account_id, role_id)
        if role_id == USER_ROLE:
            raise DomainError(Code.ROLE_BUILT_IN, name="user")
        if await unit.run(queries.TAKE_AWAY, account_id=account_id, role_id=role_id):
            subject = Subject("account", account_id)
            await record(actor, unit, Action.ROLE_TAKEN_AWAY, subject, role=role.name)
            await self._changed(unit, account_id)

    async def _check_assignment(
        self, actor: Actor, unit: Unit, account_id: int, role_id: int
    ) -> Role:
        actor.require(ROLES_MANAGE)
        if await unit.first(queries.ACCOUNT_RIGHTS, account_id=account_id) is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        role = await self._role(unit, role_id)
        if role.id == ANONYMOUS_ROLE:
            raise DomainError(Code.ROLE_BUILT_IN, name=role.name)
        return role

    async def _check_room(self, unit: Unit, account_id: int, role_id: int) -> None:
        await unit.queue(queries.LOCK_ACCOUNT, account_id=account_id)
        held = [row[0] for row in await unit.all(queries.ROLES_OF, account_id=account_id)]
        if role_id not in held and len(held) >= MAX_ROLES:
            raise DomainError(Code.ROLES_TOO_MANY, limit=MAX_ROLES)

    async def _actor(
        self,
        unit: Unit,
        account_id: int | None,
        session_id: int | None,
        superuser: bool,
        role_ids: Sequence[int],
    ) -> Actor:
        snapshot = await self._load(unit)
        roles, permissions = _granted(snapshot, role_ids)
        visible = sorted(
            label_id
            for name, label_id in snapshot.labels.items()
            if FILMS_VIEW + name in permissions
        )
        return Actor(
            account_id,
            session_id,
            superuser,
            tuple(role.name for role in roles),
            permissions,
            None if superuser else tuple(visible),
        )

    async def _load(self, unit: Unit) -> Snapshot:
        if self._snapshot is not None and unit not in self._changing:
            return self._snapshot
        as_of = self._dropped
        snapshot = await _read(unit)
        # What a transaction sees may be rolled back, and what changed meanwhile is outdated.
        if not unit.is_writing and as_of == self._dropped:
            self._snapshot = snapshot
        return snapshot

    async def _role(self, unit: Unit, role_id: int) -> Role:
        role = (await self._load(unit)).roles.get(role_id)
        if role is None:
            raise DomainError(Code.ROLE_UNKNOWN)
        return role

    async def _rename(self, unit: Unit, role_id: int, name: str) -> None:
        try:
            renamed = await unit.run(
                queries.RENAME_ROLE, role_id=role_id, name=name, name_key=compatible_key(name)
            )
        except Conflict:
            raise DomainError(Code.ROLE_TAKEN, name=name) from None
        if not renamed:  # the role has been deleted since it was looked up
            raise DomainError(Code.ROLE_UNKNOWN)

    async def _set_permissions(self, unit: Unit, role_id: int, permissions: Sequence[str]) -> None:
        rows = [{"role_id": role_id, "permission": permission} for permission in permissions]
        if not rows:
            return
        try:
            await unit.run_many(queries.INSERT_PERMISSION, rows)
        except Conflict:  # the role has been deleted since it was looked up
            raise DomainError(Code.ROLE_UNKNOWN) from None

    async def _changed(self, unit: Unit, account_id: int | None = None) -> None:
        self._changing.add(unit)
        ids = None if account_id is None else [account_id]
        await self._revisions.increase(unit, "access", ids)
        unit.after_commit(lambda: self._drop_cached(account_id))

    def _drop_cached(self, account_id: int | None) -> None:
        """Drop what is cached: of one account, or (None) of roles, labels and everybody."""
        if account_id is None:
            self._dropped += 1
            self._snapshot = self._anonymous = None
        for listener in self._listeners:
            listener(account_id)

    def _clear_cache(self) -> None:
        self._drop_cached(None)


async def _record_change(actor: Actor, unit: Unit, before: Role, after: Role) -> None:
    details: dict[str, object] = {}
    if after.name != before.name:
        details["renamed_from"] = before.name
    granted = [each for each in after.permissions if each not in before.permissions]
    revoked = [each for each in before.permissions if each not in after.permissions]
    details |= {"granted": granted} if granted else {}
    details |= {"revoked": revoked} if revoked else {}
    if details:
        subject = Subject("role", after.id, after.name)
        await record(actor, unit, Action.ROLE_CHANGED, subject, **details)


async def _read(unit: Unit) -> Snapshot:
    permissions: dict[int, list[str]] = {}
    for role_id, permission in await unit.all(queries.ALL_PERMISSIONS):
        permissions.setdefault(role_id, []).append(permission)
    roles = {
        role_id: Role(role_id, name, bool(built_in), tuple(permissions.get(role_id, ())))
        for role_id, name, built_in in await unit.all(queries.ALL_ROLES)
    }
    labels = {name: label_id for label_id, name in await unit.all(queries.ALL_LABELS)}
    return Snapshot(roles, labels)


def _granted(
    snapshot: Snapshot, role_ids: Sequence[int]
) -> tuple[tuple[Role, ...], frozenset[str]]:
    """The roles of these ids and all that they permit; one deleted meanwhile grants nothing."""
    roles = tuple(snapshot.roles[role_id] for role_id in role_ids if role_id in snapshot.roles)
    return roles, frozenset(p for role in roles for p in role.permissions)
