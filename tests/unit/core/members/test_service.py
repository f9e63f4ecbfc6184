"""Operators list, disable and enable accounts, and end their sessions."""

import asyncio

import pytest
from msgspec.structs import replace

from kinoteka.core.access.model import CONSOLE_ACTOR, Actor
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.members.model import MemberQuery
from kinoteka.core.members.service import Members
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import (
    actor_by_token,
    anonymous_actor,
    is_session_valid,
    perform,
    sign_in,
    sign_up,
    superuser_actor,
)
from tests.support.databases import execute, rows
from tests.support.errors import raises_error
from tests.support.servers import PASSWORD, unique_name


async def operator(services, *permissions: str) -> Actor:
    """Return a signed-in actor with these permissions."""
    started = await sign_up(services)
    async with unit_of_work(services.database) as unit:
        role = await services.access.create_role(
            CONSOLE_ACTOR, unit, unique_name("role"), permissions
        )
        await services.access.assign_role(CONSOLE_ACTOR, unit, started.account.id, role.id)
    found = await actor_by_token(services, started.token)
    assert found is not None
    return found


@pytest.fixture
async def manager(services):
    return await operator(services, "accounts.manage")


@pytest.fixture
async def person(services):
    return await sign_up(services)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("page", (MemberQuery(),)),
        ("get", (1,)),
        ("count_disabled", ()),
        ("sessions", (1,)),
        ("sign_ins", (1,)),
        ("end_session", (1, 1)),
        ("end_sessions", (1,)),
        ("disable", (1,)),
        ("enable", (1,)),
    ],
)
async def test_operation_requires_the_permission(services, operation, arguments):
    others = await operator(services, "roles.manage", "audit.view", "films.label")
    request = getattr(services.members, operation)
    with raises_error(Code.UNAUTHORIZED):
        await perform(services, request, await anonymous_actor(services), *arguments)
    with raises_error(Code.FORBIDDEN, permission="accounts.manage"):
        await perform(services, request, others, *arguments)


async def actions(services) -> list[str]:
    async with unit_of_work(services.database) as unit:
        page = await services.audit.entries(CONSOLE_ACTOR, unit, AuditFilter())
    return [entry.action for entry in page.entries]


class TestDisable:
    async def test_sessions_end_and_sign_in_is_rejected(self, services, manager, person):
        again = await sign_in(services, person.account.username)
        await perform(services, services.members.disable, manager, person.account.id, "spam")
        assert not await is_session_valid(services, person)
        assert not await is_session_valid(services, again)
        with raises_error(Code.ACCOUNT_DISABLED):
            await sign_in(services, person.account.username)
        assert rows(services.settings, "SELECT id FROM sessions WHERE account_id = ?",
                    person.account.id) == []  # fmt: skip

    async def test_wrong_password_does_not_reveal_that_the_account_is_disabled(
        self, services, manager, person
    ):
        await perform(services, services.members.disable, manager, person.account.id)
        with raises_error(Code.PASSWORD_WRONG):
            await sign_in(services, person.account.username, "another password")

    async def test_rejected_sign_in_is_in_the_history(self, services, manager, person):
        await perform(services, services.members.disable, manager, person.account.id)
        with raises_error(Code.ACCOUNT_DISABLED):
            await sign_in(services, person.account.username)
        history = await perform(services, services.members.sign_ins, manager, person.account.id)
        assert [sign_in.success for sign_in in history] == [False, True]

    async def test_reason_is_recorded_once_when_repeated(self, services, manager, person):
        for _ in range(2):
            await perform(services, services.members.disable, manager, person.account.id, " spam ")
        async with unit_of_work(services.database) as unit:
            query = AuditFilter(subject_kind="account", subject_id=person.account.id)
            (entry,) = (await services.audit.entries(CONSOLE_ACTOR, unit, query)).entries
        assert (entry.action, entry.account_id) == ("account_disabled", manager.account_id)
        assert (entry.details, entry.subject_name) == ({"reason": "spam"}, person.account.username)

    async def test_enabled_account_can_sign_in_again(self, services, manager, person):
        await perform(services, services.members.disable, manager, person.account.id)
        for _ in range(2):
            await perform(services, services.members.enable, manager, person.account.id)
        assert await is_session_valid(services, await sign_in(services, person.account.username))
        assert (await actions(services))[:2] == ["account_enabled", "account_disabled"]

    async def test_own_account_cannot_be_disabled(self, services, manager):
        for actor in (manager, await superuser_actor(services)):
            with raises_error(Code.ACCOUNT_OWN):
                await perform(services, services.members.disable, actor, actor.account_id)

    async def test_only_superusers_can_change_superusers(self, services, manager):
        root, other = await superuser_actor(services), await superuser_actor(services)
        for operation in ("disable", "enable", "end_sessions"):
            request = getattr(services.members, operation)
            with raises_error(Code.FORBIDDEN, permission="superuser"):
                await perform(services, request, manager, root.account_id)
        with raises_error(Code.FORBIDDEN, permission="superuser"):
            await perform(services, services.members.end_session, manager, root.account_id,
                     root.session_id)  # fmt: skip
        await perform(services, services.members.disable, other, root.account_id)

    async def test_one_of_two_superusers_who_disable_each_other_remains_enabled(self, services):
        one, other = await superuser_actor(services), await superuser_actor(services)

        async def disable(actor, target):
            try:
                await perform(services, services.members.disable, actor, target.account_id)
            except DomainError as error:
                return error.code
            return None

        outcomes = await asyncio.gather(disable(one, other), disable(other, one))
        assert sorted(map(str, outcomes)) == ["None", "unauthorized"]
        disabled = "SELECT id FROM accounts WHERE disabled_at IS NOT NULL"
        assert len(rows(services.settings, disabled)) == 1

    async def test_concurrent_requests_are_recorded_once(self, services, manager, person):
        request = services.members.disable
        await asyncio.gather(
            *(perform(services, request, manager, person.account.id) for _ in range(5)),
            *(perform(services, request, CONSOLE_ACTOR, person.account.id) for _ in range(5)),
        )
        assert (await actions(services)).count("account_disabled") == 1

    async def test_concurrent_sign_in_leaves_no_session(self, services, manager, person):
        async def try_sign_in():
            try:
                return await sign_in(services, person.account.username)
            except DomainError as error:
                return error.code

        attempts = [asyncio.create_task(try_sign_in()) for _ in range(6)]
        await asyncio.sleep(0.05)
        await perform(services, services.members.disable, manager, person.account.id)
        for started in await asyncio.gather(*attempts):
            assert started == Code.ACCOUNT_DISABLED or not await is_session_valid(services, started)

    async def test_unknown_account_or_long_reason_is_rejected(self, services, manager, person):
        for request in (services.members.disable, services.members.enable):
            with raises_error(Code.ACCOUNT_UNKNOWN):
                await perform(services, request, manager, 999)
            with raises_error(Code.FIELD_INVALID, field="reason"):
                await perform(services, request, manager, person.account.id, "x" * 501)
        assert (await perform(services, services.members.get, manager, person.account.id)
                ).disabled_at is None  # fmt: skip

    async def test_members_do_not_find_a_disabled_account(self, services, manager, person):
        searcher = (await sign_up(services)).actor
        part = person.account.username[1:]
        search = services.accounts.search
        assert len(await perform(services, search, searcher, part)) == 1
        await perform(services, services.members.disable, manager, person.account.id)
        assert await perform(services, search, searcher, part) == []

    async def test_superuser_command_enables_the_account(self, services, manager, person):
        await perform(services, services.members.disable, manager, person.account.id)
        async with unit_of_work(services.database) as unit:
            await services.accounts.set_superuser(unit, person.account.id)
        assert await is_session_valid(services, await sign_in(services, person.account.username))
        assert (await actions(services))[0] == "superuser_made"


class TestSessions:
    async def test_sessions_are_listed_and_ended(self, services, manager, person):
        account_id = person.account.id
        again = await sign_in(services, person.account.username)
        listed = await perform(services, services.members.sessions, manager, account_id)
        assert {each.id for each in listed.sessions} == {person.session.id, again.session.id}
        assert (listed.total, listed.sessions[0].user_agent) == (2, "Browser/1")
        end = services.members.end_session
        await perform(services, end, manager, account_id, person.session.id)
        assert not await is_session_valid(services, person)
        with raises_error(Code.SESSION_UNKNOWN):
            await perform(services, end, manager, account_id, person.session.id)
        for _ in range(2):
            await perform(services, services.members.end_sessions, manager, account_id)
        assert not await is_session_valid(services, again)
        assert (await actions(services))[:2] == ["sessions_ended", "session_ended"]
        assert (await perform(services, services.members.sessions, manager, account_id)).total == 0

    async def test_session_of_another_account_is_unknown(self, services, manager, person):
        other = await sign_up(services)
        with raises_error(Code.SESSION_UNKNOWN):
            await perform(services, services.members.end_session, manager, other.account.id,
                     person.session.id)  # fmt: skip
        assert await is_session_valid(services, person)

    async def test_current_session_is_kept_when_own_sessions_end(self, services, manager):
        username = rows(services.settings, "SELECT username FROM accounts WHERE id = ?",
                        manager.account_id)[0]  # fmt: skip
        other = await sign_in(services, username)
        await perform(services, services.members.end_sessions, manager, manager.account_id)
        assert not await is_session_valid(services, other)
        async with unit_of_work(services.database) as unit:
            assert await services.actors.by_id(unit, manager.session_id) is not None


class TestPage:
    async def test_accounts_are_listed_newest_first_in_pages(self, services, manager):
        accounts = [(await sign_up(services)).account.id for _ in range(2)]
        execute(
            services.settings,
            "INSERT INTO accounts (username, username_key, password_hash, created_at) "
            + " UNION ALL ".join(f"SELECT 'u{n}', 'u{n}', '', {n}" for n in range(60)),
        )
        request = services.members.page
        first = await perform(services, request, manager, MemberQuery())
        assert len(first.accounts) == 50
        assert first.accounts[0].username == "u59"
        second = await perform(services, request, manager, MemberQuery(before=first.next))
        assert [each.id for each in second.accounts][10:13] == [*accounts[::-1], manager.account_id]
        assert second.next is None

    async def test_disabled_accounts_are_listed(self, services, manager, person):
        request = services.members.page
        assert (
            await perform(services, request, manager, MemberQuery(disabled=True))
        ).accounts == []
        await perform(services, services.members.disable, manager, person.account.id)
        found = await perform(services, request, manager, MemberQuery(disabled=True))
        assert [account.id for account in found.accounts] == [person.account.id]
        assert await perform(services, services.members.count_disabled, manager) == 1

    async def test_holders_of_a_role_are_listed(self, services, person):
        both = await operator(services, "accounts.manage", "roles.manage")
        role = (await perform(services, services.access.list_roles, CONSOLE_ACTOR))[-1]
        found = await perform(services, services.members.page, both, MemberQuery(role_id=role.id))
        assert [account.id for account in found.accounts] == [both.account_id]
        none = await perform(services, services.members.page, both, MemberQuery(role_id=999))
        assert none.accounts == []
        manager = await operator(services, "accounts.manage")
        with raises_error(Code.FORBIDDEN, permission="roles.manage"):
            await perform(services, services.members.page, manager, MemberQuery(role_id=role.id))

    async def test_searches_are_rate_limited(self, services, manager):
        limited = Members(
            replace(services.settings, search_limit="2 per hour"),
            services.throttle,
            services.accounts,
            services.actors,
            services.sessions,
        )
        for _ in range(2):
            await perform(services, limited.page, manager, MemberQuery(text="anna"))
        with raises_error(Code.THROTTLED):
            await perform(services, limited.page, manager, MemberQuery(text="anna"))
        await perform(services, limited.page, manager, MemberQuery())

    @pytest.mark.parametrize("text", ["x" * 321, "a\0b", "a" + "\u0301" * 40])
    async def test_malformed_search_is_rejected(self, services, manager, text):
        with raises_error(Code.FIELD_INVALID):
            await perform(services, services.members.page, manager, MemberQuery(text=text))


async def test_only_credential_changes_by_operators_are_recorded(services, person):
    root = await superuser_actor(services)
    change = services.credentials.change_credentials
    await perform(services, change, root, person.account.id, unique_name("renamed"), PASSWORD)
    assert (await actions(services))[:2] == ["login_changed", "password_reset"]
    own = await sign_up(services)
    await perform(services, change, own.actor, own.account.id, None, PASSWORD)
    assert (await actions(services))[:2] == ["login_changed", "password_reset"]
