"""Roles and the permissions that they grant.

Public operations: actor_of, anonymous, get_grants, label_ids, list_roles, create_role,
change_role, delete_role, assign_role, revoke_role.

Roles and labels are few and are read with every request. So they are cached together as one
snapshot, which is invalidated when any of them changes.
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
    """Determines what actors may do, and manages roles.

    `language` is the one in which actors see the catalogue.
    """

    def __init__(self, revisions: Revisions, language: str = "") -> None:
        self._revisions = revisions
        self._language = language
        self._snapshot: Snapshot | None = None
        self._anonymous: Actor | None = None
        self._invalidations = 0
        self._changing: WeakSet[Unit] = WeakSet()
        self._listeners: list[Callable[[int | None], None]] = []
        revisions.on_foreign_change("access", self._invalidate_all, self._invalidate)

    def on_change(self, listener: Callable[[int | None], None]) -> None:
        """Call `listener` when grants change, with the id of the account or None for all."""
        self._listeners.append(listener)

    @property
    def cached_anonymous(self) -> Actor | None:
        """The anonymous actor if it is cached."""
        return self._anonymous

    async def anonymous(self, unit: Unit) -> Actor:
        """Return the anonymous actor."""
        if self._anonymous is not None:
            return self._anonymous
        as_of = self._invalidations
        actor = await self._actor(unit, None, None, False, (ANONYMOUS_ROLE,))
        if not unit.in_transaction and as_of == self._invalidations:
            self._anonymous = actor
        return actor

    async def actor_of(
        self, unit: Unit, account_id: int, session_id: int | None, *, superuser: bool
    ) -> Actor:
        """Return the actor of an account and one of its sessions."""
        assigned = [row[0] for row in await unit.all(queries.ASSIGNED_ROLES, account_id=account_id)]
        return await self._actor(unit, account_id, session_id, superuser, (USER_ROLE, *assigned))

    async def get_grants(self, actor: Actor, unit: Unit, account_id: int) -> Grants:
        """Return the roles and permissions of an account.

        Accounts other than the actor's require the permission to manage roles.

        Raises:
            DomainError(FORBIDDEN, ACCOUNT_UNKNOWN, UNAUTHORIZED)
        """
        if actor.account_id != account_id:
            actor.require(ROLES_MANAGE)
        found = await unit.first(queries.IS_SUPERUSER, account_id=account_id)
        if found is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        snapshot = await self._load(unit)
        assigned = [row[0] for row in await unit.all(queries.ASSIGNED_ROLES, account_id=account_id)]
        roles, permissions = _resolve(snapshot, (USER_ROLE, *assigned))
        return Grants(roles, permissions, bool(found[0]))

    async def label_ids(self, unit: Unit) -> dict[str, int]:
        """Return the ids of all labels by name."""
        return (await self._load(unit)).labels

    async def store_label(self, unit: Unit, name: str) -> None:
        """Store a new label. The caller, `Labels.add`, has checked its name and the permission."""
        await unit.run(queries.INSERT_LABEL, name=name)
        await self._changed(unit)

    async def roles_by_label(self, actor: Actor, unit: Unit) -> dict[str, list[Role]]:
        """Return every label with the roles to which its films are visible.

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
        """Return the number of accounts that hold each role, by role id, without built-in roles.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ROLES_MANAGE)
        return dict(await unit.all_in_thread(queries.COUNT_HOLDERS))

    async def list_roles(self, actor: Actor, unit: Unit) -> list[Role]:
        """Return all roles, oldest first.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ROLES_MANAGE)
        return list((await self._load(unit)).roles.values())

    async def create_role(
        self, actor: Actor, unit: Unit, name: str, permissions: Sequence[str]
    ) -> Role:
        """Create a role.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
            DomainError(ROLE_TAKEN): a role has this name, ignoring case.
            DomainError(FIELD_INVALID): the name is empty, or a permission is malformed or
                `films.view:hidden`.
        """
        actor.require(ROLES_MANAGE)
        name = clean_role_name(name)
        cleaned = clean_permissions(permissions)
        # Checked first, because a rejected row would use up an id.
        if await unit.first(queries.ROLE_BY_NAME, name_key=compatible_key(name)) is not None:
            raise DomainError(Code.ROLE_TAKEN, name=name)
        try:
            row = await unit.first(queries.INSERT_ROLE, name=name, name_key=compatible_key(name))
        except Conflict:
            raise DomainError(Code.ROLE_TAKEN, name=name) from None
        role_id = row[0] if row else 0
        await self._set_permissions(unit, role_id, cleaned)
        subject = Subject("role", role_id, name)
        await record(actor, unit, Action.ROLE_CREATED, subject, permissions=cleaned)
        await self._changed(unit)
        return Role(role_id, name, False, cleaned)

    async def change_role(
        self,
        actor: Actor,
        unit: Unit,
        role_id: int,
        name: str | None,
        permissions: Sequence[str] | None,
    ) -> Role:
        """Rename a role or replace its permissions. None leaves the name or permissions unchanged.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ROLE_UNKNOWN, ROLE_TAKEN, FIELD_INVALID)
            DomainError(ROLE_BUILT_IN): a built-in role keeps its name.
        """
        actor.require(ROLES_MANAGE)
        await self._role(unit, role_id)
        cleaned_name = None if name is None else clean_role_name(name)
        cleaned = None if permissions is None else clean_permissions(permissions)
        await unit.queue(queries.LOCK_ROLE, role_id=role_id)
        self._changing.add(unit)  # read the role below from the database, not from the cache
        role = await self._role(unit, role_id)
        new_name = role.name if cleaned_name is None else cleaned_name
        new_permissions = role.permissions if cleaned is None else cleaned
        if new_name != role.name:
            if role.built_in:
                raise DomainError(Code.ROLE_BUILT_IN, name=role.name)
            await self._rename(unit, role_id, new_name)
        if cleaned is not None:
            await unit.run(queries.DELETE_PERMISSIONS, role_id=role_id)
            await self._set_permissions(unit, role_id, cleaned)
        changed = Role(role_id, new_name, role.built_in, new_permissions)
        await _record_change(actor, unit, role, changed)
        await self._changed(unit)
        return changed

    async def delete_role(self, actor: Actor, unit: Unit, role_id: int) -> None:
        """Delete a role. Its holders lose its permissions.

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
        """Assign a role to an account that may already hold it.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, ROLE_UNKNOWN, ROLES_TOO_MANY)
            DomainError(ROLE_BUILT_IN): `anonymous` cannot be assigned.
        """
        role = await self._check_assignment(actor, unit, account_id, role_id)
        if role_id not in (ANONYMOUS_ROLE, USER_ROLE):
            await self._check_role_limit(unit, account_id, role_id)
            try:
                assigned = await unit.run(queries.ASSIGN, account_id=account_id, role_id=role_id)
            except Conflict:  # most likely the cached role was deleted by another process
                raise DomainError(Code.ROLE_UNKNOWN) from None
            if assigned:
                subject = Subject("account", account_id)
                await record(actor, unit, Action.ROLE_GIVEN, subject, role=role.name)
            await self._changed(unit, account_id)

    async def revoke_role(self, actor: Actor, unit: Unit, account_id: int, role_id: int) -> None:
        """Revoke a role from an account that may not hold it.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, ROLE_UNKNOWN, ROLE_BUILT_IN)
        """
        role = await self._check_assignment(actor, unit, account_id, role_id)
        if role_id == USER_ROLE:
            raise DomainError(Code.ROLE_BUILT_IN, name="user")
        if await unit.run(queries.REVOKE, account_id=account_id, role_id=role_id):
            subject = Subject("account", account_id)
            await record(actor, unit, Action.ROLE_TAKEN_AWAY, subject, role=role.name)
            await self._changed(unit, account_id)

    async def _check_assignment(
        self, actor: Actor, unit: Unit, account_id: int, role_id: int
    ) -> Role:
        actor.require(ROLES_MANAGE)
        if await unit.first(queries.IS_SUPERUSER, account_id=account_id) is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        role = await self._role(unit, role_id)
        if role.id == ANONYMOUS_ROLE:
            raise DomainError(Code.ROLE_BUILT_IN, name=role.name)
        return role

    async def _check_role_limit(self, unit: Unit, account_id: int, role_id: int) -> None:
        await unit.queue(queries.LOCK_ACCOUNT, account_id=account_id)
        held = [row[0] for row in await unit.all(queries.ASSIGNED_ROLES, account_id=account_id)]
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
        roles, permissions = _resolve(snapshot, role_ids)
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
            self._language,
        )

    async def _load(self, unit: Unit) -> Snapshot:
        if self._snapshot is not None and unit not in self._changing:
            return self._snapshot
        as_of = self._invalidations
        snapshot = await _read(unit)
        # Do not cache what may be rolled back, or what changed during the read.
        if not unit.in_transaction and as_of == self._invalidations:
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
        if not renamed:  # the role was deleted after it was read
            raise DomainError(Code.ROLE_UNKNOWN)

    async def _set_permissions(self, unit: Unit, role_id: int, permissions: Sequence[str]) -> None:
        rows = [{"role_id": role_id, "permission": permission} for permission in permissions]
        if not rows:
            return
        try:
            await unit.run_many(queries.INSERT_PERMISSION, rows)
        except Conflict:  # the role was deleted after it was read
            raise DomainError(Code.ROLE_UNKNOWN) from None

    async def _changed(self, unit: Unit, account_id: int | None = None) -> None:
        self._changing.add(unit)
        ids = None if account_id is None else [account_id]
        await self._revisions.increase(unit, "access", ids)
        unit.after_commit(lambda: self._invalidate(account_id))

    def _invalidate(self, account_id: int | None) -> None:
        """Invalidate the grants of one account, or (None) the snapshot and the grants of all."""
        if account_id is None:
            self._invalidations += 1
            self._snapshot = self._anonymous = None
        for listener in self._listeners:
            listener(account_id)

    def _invalidate_all(self) -> None:
        self._invalidate(None)


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


def _resolve(
    snapshot: Snapshot, role_ids: Sequence[int]
) -> tuple[tuple[Role, ...], frozenset[str]]:
    """Return the roles with these ids and their permissions. Skip roles that were deleted."""
    roles = tuple(snapshot.roles[role_id] for role_id in role_ids if role_id in snapshot.roles)
    return roles, frozenset(p for role in roles for p in role.permissions)
