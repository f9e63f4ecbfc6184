"""Roles and their permissions, which take effect for existing sessions at once."""

import msgspec
import pytest

from kinoteka.core.access.model import ANONYMOUS_ROLE, CONSOLE_ACTOR, USER_ROLE
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import (
    actor_by_token,
    anonymous_actor,
    sign_up,
    signed_in_actor,
    superuser_actor,
)
from tests.support.errors import raises_error
from tests.support.servers import unique_name


@pytest.fixture
async def root(services):
    return await superuser_actor(services)


@pytest.fixture
async def person(services):
    return await sign_up(services)


async def perform(services, operation, *arguments):
    """Call an operation of the service in its own transaction."""
    async with unit_of_work(services.database) as unit:
        actor, *rest = arguments
        return await getattr(services.access, operation)(actor, unit, *rest)


async def role_with(services, root, *permissions):
    return await perform(services, "create_role", root, unique_name("role"), permissions)


async def add_label(services, name):
    async with unit_of_work(services.database) as unit:
        await services.labels.add(CONSOLE_ACTOR, unit, name)
        return (await services.access.label_ids(unit))[name]


async def test_every_actor_holds_a_built_in_role(services, root, person):
    anonymous = await anonymous_actor(services)
    user = await signed_in_actor(services, person.token)
    assert (anonymous.roles, user.roles) == (("anonymous",), ("user",))
    roles = await perform(services, "list_roles", root)
    assert [(role.id, role.name, role.built_in) for role in roles] == [
        (ANONYMOUS_ROLE, "anonymous", True),
        (USER_ROLE, "user", True),
    ]


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("list_roles", ()),
        ("create_role", ("editors", [])),
        ("change_role", (2, None, ["a.b"])),
        ("delete_role", (2,)),
        ("assign_role", (1, 2)),
        ("revoke_role", (1, 2)),
        ("get_grants", (1,)),
    ],
)
async def test_operation_requires_the_permission(services, root, person, operation, arguments):
    with raises_error(Code.UNAUTHORIZED):
        await perform(services, operation, await anonymous_actor(services), *arguments)
    with raises_error(Code.FORBIDDEN, permission="roles.manage"):
        await perform(services, operation, person.actor, *arguments)


async def test_change_takes_effect_for_existing_sessions_at_once(services, root, person):
    async def may(permission):
        return (await signed_in_actor(services, person.token)).may(permission)

    role = await role_with(services, root, "a.b")
    assert not await may("a.b")
    await perform(services, "assign_role", root, person.account.id, role.id)
    assert await may("a.b")
    await perform(services, "change_role", root, role.id, None, ["c.d"])
    assert (await may("a.b"), await may("c.d")) == (False, True)
    await perform(services, "change_role", root, USER_ROLE, None, ["e.f"])
    assert await may("e.f")
    await perform(services, "delete_role", root, role.id)
    assert (await may("c.d"), await may("e.f")) == (False, True)
    await perform(services, "change_role", root, ANONYMOUS_ROLE, None, ["g.h"])
    assert (await anonymous_actor(services)).may("g.h")
    assert not await may("g.h")


async def test_change_in_another_process_invalidates_the_cache(services, settings, root, person):
    from kinoteka.server.app import close, wire

    other = await wire(settings)
    try:
        assert not (await signed_in_actor(other, person.token)).may("a.b")
        role = await role_with(services, root, "a.b")
        await perform(services, "assign_role", root, person.account.id, role.id)
        await other.revisions.refresh()
        assert (await signed_in_actor(other, person.token)).may("a.b")
    finally:
        await close(other)


async def test_rolled_back_assignment_grants_nothing(services, root, person):
    role = await role_with(services, root, "a.b")
    with raises_error(Code.ROLE_UNKNOWN):
        async with unit_of_work(services.database) as unit:
            await services.access.assign_role(root, unit, person.account.id, role.id)
            await services.access.delete_role(root, unit, 2**53)
    assert not (await signed_in_actor(services, person.token)).may("a.b")


async def test_actor_has_the_labels_that_its_permissions_name(services, root, person):
    premium, adult = await add_label(services, "premium"), await add_label(services, "18")
    assert (await signed_in_actor(services, person.token)).labels == ()
    assert (await anonymous_actor(services)).labels == ()
    role = await role_with(services, root, "films.view:premium", "films.view:none")
    await perform(services, "assign_role", root, person.account.id, role.id)
    assert (await signed_in_actor(services, person.token)).labels == (premium,)
    await perform(services, "change_role", root, USER_ROLE, None, ["films.view:18"])
    assert (await signed_in_actor(services, person.token)).labels == (premium, adult)
    assert root.labels is None


async def test_role_names_are_unique_ignoring_case(services, root):
    role = await role_with(services, root)
    with raises_error(Code.ROLE_TAKEN):
        await perform(services, "create_role", root, role.name.upper(), [])
    other = await role_with(services, root)
    with raises_error(Code.ROLE_TAKEN):
        await perform(services, "change_role", root, other.id, role.name.upper(), None)
    renamed = await perform(services, "change_role", root, role.id, role.name.upper(), None)
    assert renamed == msgspec.structs.replace(role, name=role.name.upper())


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "nul\x00", "\ud800"])
async def test_invalid_role_name_is_rejected(services, root, name):
    with raises_error(Code.FIELD_INVALID, field="name"):
        await perform(services, "create_role", root, name, [])


async def test_permissions_are_sorted_without_duplicates(services, root):
    role = await role_with(services, root, "c.d", "a.b", "c.d")
    assert role.permissions == ("a.b", "c.d")
    assert role in await perform(services, "list_roles", root)
    with raises_error(Code.FIELD_INVALID, field="permissions"):
        await perform(services, "change_role", root, role.id, None, ["No Permission"])


async def test_permission_to_see_hidden_films_is_rejected(services, root):
    role = await role_with(services, root)
    error = {"field": "permissions", "reason": "reserved"}
    with raises_error(Code.FIELD_INVALID, **error):
        await perform(services, "create_role", root, unique_name("role"), ["films.view:hidden"])
    with raises_error(Code.FIELD_INVALID, **error):
        await perform(services, "change_role", root, role.id, None, ["a.b", "films.view:Hidden"])


@pytest.mark.parametrize("role_id", [ANONYMOUS_ROLE, USER_ROLE])
async def test_built_in_role_cannot_be_deleted_or_renamed(services, root, role_id):
    with raises_error(Code.ROLE_BUILT_IN):
        await perform(services, "delete_role", root, role_id)
    with raises_error(Code.ROLE_BUILT_IN):
        await perform(services, "change_role", root, role_id, "other", None)


async def test_grants_include_assigned_roles_until_they_are_revoked(services, root, person):
    role = await role_with(services, root, "a.b")
    for _ in range(2):
        await perform(services, "assign_role", root, person.account.id, role.id)
    grants = await perform(services, "get_grants", person.actor, person.account.id)
    assert [held.name for held in grants.roles] == ["user", role.name]
    assert grants.permissions == {"a.b"}
    assert grants == await perform(services, "get_grants", root, person.account.id)
    for _ in range(2):
        await perform(services, "revoke_role", root, person.account.id, role.id)
    grants = await perform(services, "get_grants", person.actor, person.account.id)
    assert grants.permissions == frozenset()
    assert (await perform(services, "get_grants", root, root.account_id)).superuser


async def test_account_with_the_permission_can_manage_roles(services, root, person):
    role = await role_with(services, root, "roles.manage")
    await perform(services, "assign_role", root, person.account.id, role.id)
    manager = await actor_by_token(services, person.token)
    await perform(services, "change_role", manager, role.id, None, [])
    with raises_error(Code.FORBIDDEN):
        await perform(services, "list_roles", await actor_by_token(services, person.token))


async def test_unknown_account_or_role_is_rejected(services, root, person):
    role = await role_with(services, root)
    for operation in ("assign_role", "revoke_role"):
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await perform(services, operation, root, 2**53, role.id)
        with raises_error(Code.ROLE_UNKNOWN):
            await perform(services, operation, root, person.account.id, 2**53)
    for operation, rest in (("delete_role", ()), ("change_role", (None, None))):
        with raises_error(Code.ROLE_UNKNOWN):
            await perform(services, operation, root, 2**53, *rest)
    with raises_error(Code.ACCOUNT_UNKNOWN):
        await perform(services, "get_grants", root, 2**53)


async def test_built_in_roles_cannot_be_assigned_or_revoked(services, root, person):
    await perform(services, "assign_role", root, person.account.id, USER_ROLE)
    for operation, role_id in (
        ("revoke_role", USER_ROLE),
        ("assign_role", ANONYMOUS_ROLE),
        ("revoke_role", ANONYMOUS_ROLE),
    ):
        with raises_error(Code.ROLE_BUILT_IN):
            await perform(services, operation, root, person.account.id, role_id)


async def test_role_deleted_by_another_process_is_unknown(services, settings, root, person):
    from kinoteka.server.app import close, wire

    role = await role_with(services, root, "a.b")
    await perform(services, "list_roles", root)
    other = await wire(settings)
    try:
        await perform(other, "delete_role", root, role.id)
        with raises_error(Code.ROLE_UNKNOWN):
            await perform(services, "assign_role", root, person.account.id, role.id)
        with raises_error(Code.ROLE_UNKNOWN):
            await perform(services, "change_role", root, role.id, None, ["c.d"])
    finally:
        await close(other)


async def test_renaming_keeps_permissions_that_another_process_has_just_changed(
    services, settings, root
):
    from kinoteka.server.app import close, wire

    role = await role_with(services, root, "a.b")
    await perform(services, "list_roles", root)
    other = await wire(settings)
    try:
        await perform(other, "change_role", root, role.id, None, ["c.d"])
        await perform(services, "change_role", root, role.id, "renamed", None)
        await services.revisions.refresh()
        listed = {each.id: each for each in await perform(services, "list_roles", root)}
        assert listed[role.id].name == "renamed"
        assert listed[role.id].permissions == ("c.d",)
        await perform(other, "delete_role", root, role.id)
        with raises_error(Code.ROLE_UNKNOWN):
            await perform(services, "change_role", root, role.id, "renamed again", None)
    finally:
        await close(other)


async def test_rolled_back_role_is_not_cached(services, root, person):
    name = unique_name("role")
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work(services.database) as unit:
            role = await services.access.create_role(root, unit, name, ["roles.manage"])
            await services.access.assign_role(root, unit, person.account.id, role.id)
            raise ZeroDivisionError
    assert name not in [role.name for role in await perform(services, "list_roles", root)]
    assert (await signed_in_actor(services, person.token)).permissions == frozenset()
