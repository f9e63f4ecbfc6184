"""Roles and what they grant, seen at once by whoever is signed in."""

import msgspec
import pytest

from kinoteka.core.access.model import ANONYMOUS_ROLE, CONSOLE_ACTOR, USER_ROLE
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import actor_by_token, anonymous_actor, sign_up, superuser_actor
from tests.support.errors import raises_error
from tests.support.servers import unique_name


@pytest.fixture
async def root(services):
    return await superuser_actor(services)


@pytest.fixture
async def person(services):
    return await sign_up(services)


async def do(services, operation, *arguments):
    """One call of the service in a transaction of its own."""
    async with unit_of_work(services.database) as unit:
        actor, *rest = arguments
        return await getattr(services.access, operation)(actor, unit, *rest)


async def role_with(services, root, *permissions):
    return await do(services, "create_role", root, unique_name("role"), permissions)


async def add_label(services, name):
    async with unit_of_work(services.database) as unit:
        await services.labels.add(CONSOLE_ACTOR, unit, name)
        return (await services.access.label_ids(unit))[name]


async def test_everybody_holds_a_built_in_role(services, root, person):
    nobody, user = await anonymous_actor(services), await actor_by_token(services, person.token)
    assert (nobody.roles, user.roles) == (("anonymous",), ("user",))
    roles = await do(services, "list_roles", root)
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
        ("grants_of", (1,)),
    ],
)
async def test_needs_the_permission(services, root, person, operation, arguments):
    with raises_error(Code.UNAUTHORIZED):
        await do(services, operation, await anonymous_actor(services), *arguments)
    with raises_error(Code.FORBIDDEN, permission="roles.manage"):
        await do(services, operation, person.actor, *arguments)


async def test_a_change_is_seen_at_once_by_sessions_that_last(services, root, person):
    async def may(permission):
        return (await actor_by_token(services, person.token)).may(permission)

    role = await role_with(services, root, "a.b")
    assert not await may("a.b")
    await do(services, "assign_role", root, person.account.id, role.id)
    assert await may("a.b")
    await do(services, "change_role", root, role.id, None, ["c.d"])
    assert (await may("a.b"), await may("c.d")) == (False, True)
    await do(services, "change_role", root, USER_ROLE, None, ["e.f"])
    assert await may("e.f")
    await do(services, "delete_role", root, role.id)
    assert (await may("c.d"), await may("e.f")) == (False, True)
    await do(services, "change_role", root, ANONYMOUS_ROLE, None, ["g.h"])
    assert (await anonymous_actor(services)).may("g.h")
    assert not await may("g.h")


async def test_a_change_of_another_process_is_seen_when_it_is_looked_for(
    services, settings, root, person
):
    from kinoteka.server.app import close, wire

    other = await wire(settings)
    try:
        assert not (await actor_by_token(other, person.token)).may("a.b")
        role = await role_with(services, root, "a.b")
        await do(services, "assign_role", root, person.account.id, role.id)
        await other.revisions.look()
        assert (await actor_by_token(other, person.token)).may("a.b")
    finally:
        await close(other)


async def test_what_is_rolled_back_was_never_granted(services, root, person):
    role = await role_with(services, root, "a.b")
    with raises_error(Code.ROLE_UNKNOWN):
        async with unit_of_work(services.database) as unit:
            await services.access.assign_role(root, unit, person.account.id, role.id)
            await services.access.delete_role(root, unit, 2**53)
    assert not (await actor_by_token(services, person.token)).may("a.b")


async def test_labels_that_an_actor_sees(services, root, person):
    premium, adult = await add_label(services, "premium"), await add_label(services, "18")
    assert (await actor_by_token(services, person.token)).labels == ()
    assert (await anonymous_actor(services)).labels == ()
    role = await role_with(services, root, "films.view:premium", "films.view:none")
    await do(services, "assign_role", root, person.account.id, role.id)
    assert (await actor_by_token(services, person.token)).labels == (premium,)
    await do(services, "change_role", root, USER_ROLE, None, ["films.view:18"])
    assert (await actor_by_token(services, person.token)).labels == (premium, adult)
    assert root.labels is None


async def test_names_are_unique_without_regard_to_case(services, root):
    role = await role_with(services, root)
    with raises_error(Code.ROLE_TAKEN):
        await do(services, "create_role", root, role.name.upper(), [])
    other = await role_with(services, root)
    with raises_error(Code.ROLE_TAKEN):
        await do(services, "change_role", root, other.id, role.name.upper(), None)
    renamed = await do(services, "change_role", root, role.id, role.name.upper(), None)
    assert renamed == msgspec.structs.replace(role, name=role.name.upper())


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "nul\x00", "\ud800"])
async def test_names_that_cannot_be_taken(services, root, name):
    with raises_error(Code.FIELD_INVALID, field="name"):
        await do(services, "create_role", root, name, [])


async def test_permissions_are_stored_once_and_in_order(services, root):
    role = await role_with(services, root, "c.d", "a.b", "c.d")
    assert role.permissions == ("a.b", "c.d")
    assert role in await do(services, "list_roles", root)
    with raises_error(Code.FIELD_INVALID, field="permissions"):
        await do(services, "change_role", root, role.id, None, ["No Permission"])


async def test_permission_to_see_hidden_films_is_rejected(services, root):
    role = await role_with(services, root)
    error_response = {"field": "permissions", "reason": "reserved"}
    with raises_error(Code.FIELD_INVALID, **error_response):
        await do(services, "create_role", root, unique_name("role"), ["films.view:hidden"])
    with raises_error(Code.FIELD_INVALID, **error_response):
        await do(services, "change_role", root, role.id, None, ["a.b", "films.view:Hidden"])


@pytest.mark.parametrize("role_id", [ANONYMOUS_ROLE, USER_ROLE])
async def test_built_in_roles_stay(services, root, role_id):
    with raises_error(Code.ROLE_BUILT_IN):
        await do(services, "delete_role", root, role_id)
    with raises_error(Code.ROLE_BUILT_IN):
        await do(services, "change_role", root, role_id, "other", None)


async def test_who_holds_what(services, root, person):
    role = await role_with(services, root, "a.b")
    for _ in range(2):
        await do(services, "assign_role", root, person.account.id, role.id)
    grants = await do(services, "grants_of", person.actor, person.account.id)
    assert [held.name for held in grants.roles] == ["user", role.name]
    assert grants.permissions == {"a.b"}
    assert grants == await do(services, "grants_of", root, person.account.id)
    for _ in range(2):
        await do(services, "revoke_role", root, person.account.id, role.id)
    grants = await do(services, "grants_of", person.actor, person.account.id)
    assert grants.permissions == frozenset()
    assert (await do(services, "grants_of", root, root.account_id)).superuser


async def test_a_holder_of_the_permission_manages_roles(services, root, person):
    role = await role_with(services, root, "roles.manage")
    await do(services, "assign_role", root, person.account.id, role.id)
    manager = await actor_by_token(services, person.token)
    await do(services, "change_role", manager, role.id, None, [])
    with raises_error(Code.FORBIDDEN):
        await do(services, "list_roles", await actor_by_token(services, person.token))


async def test_what_is_unknown(services, root, person):
    role = await role_with(services, root)
    for operation in ("assign_role", "revoke_role"):
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await do(services, operation, root, 2**53, role.id)
        with raises_error(Code.ROLE_UNKNOWN):
            await do(services, operation, root, person.account.id, 2**53)
    for operation, rest in (("delete_role", ()), ("change_role", (None, None))):
        with raises_error(Code.ROLE_UNKNOWN):
            await do(services, operation, root, 2**53, *rest)
    with raises_error(Code.ACCOUNT_UNKNOWN):
        await do(services, "grants_of", root, 2**53)


async def test_the_built_in_roles_are_given_by_being_there(services, root, person):
    await do(services, "assign_role", root, person.account.id, USER_ROLE)
    for operation, role_id in (
        ("revoke_role", USER_ROLE),
        ("assign_role", ANONYMOUS_ROLE),
        ("revoke_role", ANONYMOUS_ROLE),
    ):
        with raises_error(Code.ROLE_BUILT_IN):
            await do(services, operation, root, person.account.id, role_id)


async def test_a_role_that_another_process_has_just_deleted(services, settings, root, person):
    from kinoteka.server.app import close, wire

    role = await role_with(services, root, "a.b")
    await do(services, "list_roles", root)
    other = await wire(settings)
    try:
        await do(other, "delete_role", root, role.id)
        with raises_error(Code.ROLE_UNKNOWN):
            await do(services, "assign_role", root, person.account.id, role.id)
        with raises_error(Code.ROLE_UNKNOWN):
            await do(services, "change_role", root, role.id, None, ["c.d"])
    finally:
        await close(other)


async def test_renaming_a_role_leaves_what_another_process_has_just_granted(
    services, settings, root
):
    from kinoteka.server.app import close, wire

    role = await role_with(services, root, "a.b")
    await do(services, "list_roles", root)
    other = await wire(settings)
    try:
        await do(other, "change_role", root, role.id, None, ["c.d"])
        await do(services, "change_role", root, role.id, "renamed", None)
        await services.revisions.look()
        listed = {each.id: each for each in await do(services, "list_roles", root)}
        assert listed[role.id].name == "renamed"
        assert listed[role.id].permissions == ("c.d",)
        await do(other, "delete_role", root, role.id)
        with raises_error(Code.ROLE_UNKNOWN):
            await do(services, "change_role", root, role.id, "renamed again", None)
    finally:
        await close(other)


async def test_what_is_rolled_back_is_not_remembered(services, root, person):
    name = unique_name("role")
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work(services.database) as unit:
            role = await services.access.create_role(root, unit, name, ["roles.manage"])
            await services.access.assign_role(root, unit, person.account.id, role.id)
            raise ZeroDivisionError
    assert name not in [role.name for role in await do(services, "list_roles", root)]
    assert (await actor_by_token(services, person.token)).permissions == frozenset()
