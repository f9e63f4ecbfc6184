"""Create, change, rename, search and delete accounts."""

import asyncio

import pytest
from msgspec import UNSET

from kinoteka.core.accounts import queries
from kinoteka.core.accounts.model import ProfileChange
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import (
    anonymous_actor,
    change_login,
    change_profile,
    create_account,
    get_account,
    sign_in,
    sign_up,
    superuser_actor,
)
from tests.support.errors import raises_error
from tests.support.servers import unique_name


class TestCreate:
    async def test_account_has_the_given_profile(self, services):
        account = await create_account(
            services,
            username="Anna",
            email="Anna@Example.com",
            given_name=" Анна ",
            family_name="",
            birthday="2001-04-06",
            status="here",
            phone="+7 900",
            avatar_address="https://a.example/a.jpg",
        )
        assert (account.username, account.email) == ("Anna", "Anna@example.com")
        assert (account.given_name, account.family_name) == ("Анна", None)
        assert (account.birthday, account.status, account.phone) == ("2001-04-06", "here", "+7 900")
        assert account.avatar_address == "https://a.example/a.jpg"
        assert not account.superuser
        assert await get_account(services, account.id) == account

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [("username", "ANNA", Code.USERNAME_TAKEN), ("email", "a@EXAMPLE.com", Code.EMAIL_TAKEN)],
    )
    async def test_username_and_e_mail_address_are_unique_ignoring_case(
        self, services, field, value, code
    ):
        await create_account(services, username="anna", email="A@example.com")
        with raises_error(code):
            await create_account(services, **({"username": "other"} | {field: value}))

    @pytest.mark.parametrize(
        ("field", "values"),
        [("username", ("anna", "ANNA")), ("email", ("a@example.com", "A@example.com"))],
    )
    async def test_one_of_two_concurrent_requests_for_a_name_succeeds(
        self, services, field, values
    ):
        outcomes = await asyncio.gather(
            *(create_account(services, **{field: value}) for value in values),
            return_exceptions=True,
        )
        codes = [error.code for error in outcomes if isinstance(error, DomainError)]
        assert codes == [Code(f"{field}_taken")]

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({}, Code.FIELD_INVALID),
            ({"username": ""}, Code.USERNAME_INVALID),
            ({"username": "123"}, Code.USERNAME_INVALID),
            ({"email": ""}, Code.EMAIL_INVALID),
            ({"username": "anna", "email": "anna"}, Code.EMAIL_INVALID),
            ({"username": "anna", "password": "short"}, Code.PASSWORD_INVALID),
            ({"username": "anna", "birthday": "soon"}, Code.BIRTHDAY_INVALID),
            ({"username": "anna", "given_name": "x" * 101}, Code.FIELD_INVALID),
            ({"username": "anna", "avatar_address": "javascript:"}, Code.FIELD_INVALID),
        ],
        ids=str,
    )
    async def test_invalid_value_is_rejected(self, services, fields, code):
        with raises_error(code):
            await create_account(services, **fields)

    async def test_sign_ups_are_rate_limited_by_address(self, services, settings):
        import msgspec

        from kinoteka.server.app import close, wire

        strict = await wire(msgspec.structs.replace(settings, sign_up_limit="2 per hour"))
        try:
            for _ in range(2):
                await create_account(strict, username=unique_name())
            with raises_error(Code.THROTTLED):
                await create_account(strict, username=unique_name())
        finally:
            await close(strict)


class TestChange:
    async def test_only_given_fields_change(self, services):
        person = await sign_up(services, "anna", email="anna@example.com", given_name="Anna")
        account = await change_profile(services, person.actor, status="away", given_name=None)
        assert (account.username, account.email) == ("anna", "anna@example.com")
        assert (account.status, account.given_name) == ("away", None)
        assert await get_account(services, account.id) == account

    async def test_username_can_change_its_case_and_is_free_after_a_rename(self, services):
        person = await sign_up(services, "anna")
        assert (await change_profile(services, person.actor, username="ANNA")).username == "ANNA"
        await change_profile(services, person.actor, username="other")
        await create_account(services, username="anna")

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"username": "TAKEN"}, Code.USERNAME_TAKEN),
            ({"email": "TAKEN@example.com"}, Code.EMAIL_TAKEN),
            ({"username": "123"}, Code.USERNAME_INVALID),
            ({"email": "nowhere"}, Code.EMAIL_INVALID),
            ({"birthday": "soon"}, Code.BIRTHDAY_INVALID),
            ({"phone": "x" * 41}, Code.FIELD_INVALID),
            ({"favourite_genre_id": 2**53}, Code.GENRE_UNKNOWN),
            ({"username": None}, Code.FIELD_INVALID),
            ({"username": "", "email": ""}, Code.FIELD_INVALID),
        ],
        ids=str,
    )
    async def test_invalid_value_changes_nothing(self, services, fields, code):
        await create_account(services, username="taken", email="taken@example.com")
        person = await sign_up(services, "anna")
        with raises_error(code):
            await change_profile(services, person.actor, given_name="Anna", **fields)
        assert await get_account(services, person.account.id) == person.account

    async def test_e_mail_address_can_replace_the_username_and_vice_versa(self, services):
        person = await sign_up(services, "anna")
        account = await change_profile(services, person.actor, username=None, email="a@example.com")
        assert (account.username, account.email) == (None, "a@example.com")
        account = await change_profile(services, person.actor, username="anna", email=None)
        assert (account.username, account.email) == ("anna", None)

    async def test_anonymous_request_is_rejected(self, services):
        with raises_error(Code.UNAUTHORIZED):
            await change_profile(services, await anonymous_actor(services), given_name="Anna")

    async def test_change_that_is_rolled_back_is_not_cached(self, services):
        person = await sign_up(services, "anna")
        async with unit_of_work(services.database) as unit:
            await services.accounts.invalidate(unit, person.account.id)
        with raises_error(Code.FORBIDDEN):
            async with unit_of_work(services.database) as unit:
                await services.accounts.change(
                    person.actor, unit, ProfileChange(given_name="Anna", username=UNSET)
                )
                assert (await services.accounts.get(unit, person.account.id)).given_name == "Anna"
                raise DomainError(Code.FORBIDDEN)
        assert (await get_account(services, person.account.id)).given_name is None


class TestChangeLogin:
    @pytest.mark.parametrize(
        ("before", "login", "after"),
        [
            ({"username": "anna"}, "Berta", ("Berta", None)),
            ({"username": "anna"}, "b@Example.com", (None, "b@example.com")),
            ({"email": "a@example.com"}, "b@example.com", (None, "b@example.com")),
            ({"email": "a@example.com"}, "berta", ("berta", None)),
            ({"username": "anna", "email": "a@example.com"}, "berta", ("berta", "a@example.com")),
            ({"username": "anna", "email": "a@example.com"}, "b@x.test", ("anna", "b@x.test")),
        ],
        ids=str,
    )
    async def test_new_login_replaces_the_login_of_its_kind_or_the_only_one(
        self, services, before, login, after
    ):
        account = await create_account(services, **before)
        root = await superuser_actor(services)
        changed = await change_login(services, root, account.id, login)
        assert (changed.username, changed.email) == after
        assert (await sign_in(services, login)).account.id == account.id

    async def test_only_the_account_and_superusers_can_change_it(self, services):
        anna, berta = await sign_up(services, "anna"), await sign_up(services, "berta")
        await change_login(services, anna.actor, anna.account.id, "anna-2")
        with raises_error(Code.FORBIDDEN):
            await change_login(services, anna.actor, berta.account.id, "anna-3")
        with raises_error(Code.UNAUTHORIZED):
            await change_login(
                services, await anonymous_actor(services), berta.account.id, "anna-3"
            )
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await change_login(services, await superuser_actor(services), 2**53, "anna-3")

    @pytest.mark.parametrize(
        ("login", "code"),
        [
            ("TAKEN", Code.USERNAME_TAKEN),
            ("Taken@example.com", Code.EMAIL_TAKEN),
            ("", Code.USERNAME_INVALID),
            ("@", Code.EMAIL_INVALID),
        ],
        ids=str,
    )
    async def test_invalid_login_is_rejected(self, services, login, code):
        await create_account(services, username="taken", email="taken@example.com")
        person = await sign_up(services, "anna")
        with raises_error(code):
            await change_login(services, person.actor, person.account.id, login)
        assert (await sign_in(services, "anna")).account.id == person.account.id


async def test_session_of_a_deleted_account_is_rejected(services):
    anna = await sign_up(services)
    async with unit_of_work(services.database) as unit:
        await unit.run(queries.DELETE, account_id=anna.account.id)
    async with unit_of_work(services.database) as unit:
        with raises_error(Code.UNAUTHORIZED):
            await services.accounts.get_own(anna.actor, unit)


class TestSearch:
    @pytest.fixture
    async def searcher(self, services):
        for name in ("Anna", "Joanna", "anna-maria", "Ännchen", "Иван", "Straße"):
            await create_account(services, username=name)
        return (await sign_up(services, "zzz")).actor

    @pytest.mark.parametrize(
        ("part", "usernames"),
        [
            ("ann", ["Anna", "anna-maria", "Joanna"]),
            ("NNA", ["Anna", "anna-maria", "Joanna"]),
            ("a\u0308nn", ["Ännchen"]),
            ("ИВ", ["Иван"]),
            ("Aße", ["Straße"]),
            ("nobody", []),
            ("", []),
            ("%", []),
            ("\x00", []),
            ("\ud800", []),
            ("x" * 10_000, []),
        ],
    )
    async def test_accounts_are_ordered_by_the_position_of_the_match(
        self, services, searcher, part, usernames
    ):
        async with unit_of_work(services.database) as unit:
            accounts = await services.accounts.search(searcher, unit, part)
        assert [account.username for account in accounts] == usernames

    async def test_at_most_fifty_accounts_are_returned(self, services, searcher):
        async with unit_of_work(services.database) as unit:
            for number in range(60):
                await unit.run(
                    _insert(), **dict.fromkeys(("username", "username_key"), f"many-{number}")
                )
        async with unit_of_work(services.database) as unit:
            assert len(await services.accounts.search(searcher, unit, "many")) == 50

    async def test_anonymous_request_is_rejected(self, services):
        async with unit_of_work(services.database) as unit:
            with raises_error(Code.UNAUTHORIZED):
                await services.accounts.search(await anonymous_actor(services), unit, "anna")


def _insert():
    from sqlalchemy import bindparam, insert

    from kinoteka.database.schema import accounts
    from kinoteka.database.statement import Statement

    names: dict[str, object] = {name: bindparam(name) for name in ("username", "username_key")}
    return Statement(insert(accounts).values(**names, password_hash="", created_at=0))


async def test_deleted_account_is_not_found_and_its_username_is_free(services):
    person = await sign_up(services, "anna")
    async with unit_of_work(services.database) as unit:
        assert await services.accounts.delete(person.actor, unit) == person.account
    with raises_error(Code.ACCOUNT_UNKNOWN):
        await get_account(services, person.account.id)
    again = await create_account(services, username="anna")
    assert again.id > person.account.id


async def test_set_avatar_returns_the_replaced_file(services):
    person = await sign_up(services, "anna", avatar_address="https://a.example/a.jpg")
    for file, replaced in (("one.jpg", None), ("two.jpg", "one.jpg")):
        async with unit_of_work(services.database) as unit:
            assert await services.accounts.set_avatar(person.actor, unit, file) == replaced
    account = await get_account(services, person.account.id)
    assert (account.avatar_file, account.avatar_address) == ("two.jpg", None)


async def test_change_in_another_process_invalidates_the_cached_account(services, settings):
    from kinoteka.server.app import close, wire

    person = await sign_up(services, "anna")
    other = await wire(settings)
    try:
        assert (await get_account(other, person.account.id)).given_name is None
        await change_profile(services, person.actor, given_name="Anna")
        await other.revisions.refresh()
        assert (await get_account(other, person.account.id)).given_name == "Anna"
    finally:
        await close(other)
