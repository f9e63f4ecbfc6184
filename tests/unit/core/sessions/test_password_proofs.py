"""Which sessions may change credentials without the current password."""

import pytest

from kinoteka.core.accounts.model import ProfileChange
from kinoteka.core.sessions.model import Visit
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import PASSWORD, anonymous_actor, perform, sign_up
from tests.support.databases import execute
from tests.support.errors import raises_error

NEW_PASSWORD = "another long one"
BEGAN_BY = "account"


async def begun(services, by=BEGAN_BY):
    """Return a new session of Anna's that began by a contract."""
    visit = Visit("192.0.2.7", "", by)
    nobody = await anonymous_actor(services)
    return await perform(services, services.sessions.sign_in, nobody, visit, "anna", PASSWORD)


def change_email(services, started, **how):
    async def change(actor, unit):
        change = ProfileChange(email="new@example.com")
        return await services.credentials.change_profile(actor, unit, change, **how)

    return perform(services, change, started.actor)


def change_login(services, started, **how):
    async def change(actor, unit):
        own = started.account.id
        return await services.credentials.change_credentials(actor, unit, own, "eve", None, **how)

    return perform(services, change, started.actor)


def change_password(services, started, **how):
    async def change(actor, unit):
        own = started.account.id
        return await services.credentials.change_credentials(
            actor, unit, own, None, NEW_PASSWORD, **how
        )

    return perform(services, change, started.actor)


def delete(services, started, **how):
    async def change(actor, unit):
        return await services.credentials.delete_account(actor, unit, **how)

    return perform(services, change, started.actor)


CHANGES = [change_email, change_login, change_password, delete]
by_change = pytest.mark.parametrize("change", CHANGES)


@by_change
async def test_session_of_the_contract_needs_no_proof(services, anna, clock, change):
    started = await begun(services)
    clock.forward(days=1)
    assert await change(services, started, through=BEGAN_BY)


@by_change
@pytest.mark.parametrize(("seconds", "is_taken"), [(899, True), (901, False)])
async def test_session_of_another_contract_needs_a_proof_of_the_last_15_minutes(
    services, anna, clock, change, seconds, is_taken
):
    started = await begun(services, by="cinema")
    clock.forward(seconds=seconds)
    if is_taken:
        assert await change(services, started, through=BEGAN_BY)
    else:
        with raises_error(Code.SIGN_IN_AGAIN, minutes=15):
            await change(services, started, through=BEGAN_BY)


@by_change
async def test_every_session_needs_a_proof_where_documents_are_not_exact(
    anna, wired, services, clock, change
):
    strict = await wired(document_exact=False)
    started = await begun(services)
    assert await change_email(strict, started, through=BEGAN_BY)
    clock.forward(seconds=901)
    with raises_error(Code.SIGN_IN_AGAIN):
        await change(strict, await _again(strict, started), through=BEGAN_BY)


async def _again(services, started):
    """Return the same session, after its e-mail address was changed to another."""
    async with unit_of_work(services.database) as unit:
        change = ProfileChange(email="anna@example.com")
        await services.accounts.change(started.actor, unit, change)
    return started


async def test_values_that_stay_need_no_proof(services, anna, clock):
    clock.forward(days=1)
    same = ProfileChange(username=" anna ", email="anna@EXAMPLE.com", given_name="Anna")

    async def change(actor, unit):
        await services.credentials.change_credentials(actor, unit, anna.account.id, "anna", None)
        return await services.credentials.change_profile(actor, unit, same)

    assert (await perform(services, change, anna.actor)).given_name == "Anna"


class TestCurrentPassword:
    async def test_is_a_proof(self, services, anna, clock):
        clock.forward(seconds=901)
        change = services.credentials.change_password
        await perform(services, change, anna.actor, PASSWORD, NEW_PASSWORD)
        assert await change_email(services, anna)

    async def test_given_with_a_change_of_name_is_a_proof(self, services, anna, clock):
        clock.forward(seconds=901)
        assert await change_email(services, anna, present=PASSWORD)
        assert await change_login(services, anna)

    async def test_wrong_one_is_rejected_even_with_a_proof(self, services, anna):
        for change in (change_email, delete):
            with raises_error(Code.CURRENT_PASSWORD_WRONG):
                await change(services, anna, present="wrong one")

    async def test_blank_one_is_asked_for(self, services, anna):
        with raises_error(Code.FIELD_INVALID, field="present"):
            await change_email(services, anna, present="")

    async def test_new_one_twice_is_taken_with_a_proof_where_allowed(self, services, anna, clock):
        async def change(actor, unit, new, accepts_new_password_twice):
            return await services.credentials.change_password(
                actor, unit, new, new, accepts_new_password_twice=accepts_new_password_twice
            )

        with raises_error(Code.CURRENT_PASSWORD_WRONG):
            await perform(services, change, anna.actor, NEW_PASSWORD, False)
        await perform(services, change, anna.actor, NEW_PASSWORD, True)
        clock.forward(seconds=901)
        with raises_error(Code.SIGN_IN_AGAIN):
            await perform(services, change, anna.actor, "and one more of them", True)

    async def test_new_one_twice_counts_as_a_wrong_guess(self, anna, wired):
        strict = await wired(known_device_limit="2 per hour")

        async def change(actor, unit, number):
            new = f"new password {number}"
            return await strict.credentials.change_password(
                actor, unit, new, new, accepts_new_password_twice=True
            )

        for number in range(2):
            await perform(strict, change, anna.actor, number)
        with raises_error(Code.THROTTLED):
            await perform(strict, change, anna.actor, 2)


async def test_session_of_an_earlier_version_proved_the_password_as_it_began(services, anna, clock):
    execute(services.settings, "UPDATE sessions SET proved_at = NULL, began_by = NULL")
    assert await change_email(services, anna, through=BEGAN_BY)
    clock.forward(seconds=901)
    assert await change_login(services, anna, through="tests")
    with raises_error(Code.SIGN_IN_AGAIN):
        await delete(services, anna, through=BEGAN_BY)


async def test_sessions_of_an_account_are_apart(services, anna, clock):
    clock.forward(seconds=901)
    await sign_up(services, "berta")
    await begun(services)
    with raises_error(Code.SIGN_IN_AGAIN):
        await delete(services, anna)
