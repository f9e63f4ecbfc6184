"""Sessions that may change credentials without the current password."""

import pytest

from kinoteka.core.accounts.model import ProfileChange
from kinoteka.core.sessions.model import Visit
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import anonymous_actor, perform, sign_up
from tests.support.databases import execute
from tests.support.errors import raises_error
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.engines("sqlite")  # the rule compares times of a session

NEW_PASSWORD = "another long one"
CONTRACT = "account"


async def sign_in_by(services, contract=CONTRACT):
    """Return a new session of Anna that began in a contract."""
    visit = Visit("192.0.2.7", "", contract)
    anonymous = await anonymous_actor(services)
    return await perform(services, services.sessions.sign_in, anonymous, visit, "anna", PASSWORD)


def change_email(services, started, **options):
    async def change(actor, unit):
        change = ProfileChange(email="new@example.com")
        return await services.credentials.change_profile(actor, unit, change, **options)

    return perform(services, change, started.actor)


def change_login(services, started, **options):
    async def change(actor, unit):
        own = started.account.id
        return await services.credentials.change_credentials(
            actor, unit, own, "eve", None, **options
        )

    return perform(services, change, started.actor)


def change_password(services, started, **options):
    async def change(actor, unit):
        own = started.account.id
        return await services.credentials.change_credentials(
            actor, unit, own, None, NEW_PASSWORD, **options
        )

    return perform(services, change, started.actor)


def delete(services, started, **options):
    async def change(actor, unit):
        return await services.credentials.delete_account(actor, unit, **options)

    return perform(services, change, started.actor)


CHANGES = [change_email, change_login, change_password, delete]
by_change = pytest.mark.parametrize("change", CHANGES)


@by_change
async def test_session_that_began_in_the_contract_needs_no_proof(services, anna, clock, change):
    started = await sign_in_by(services)
    clock.advance(days=1)
    assert await change(services, started, contract=CONTRACT)


@by_change
@pytest.mark.parametrize(("seconds", "is_accepted"), [(899, True), (901, False)])
async def test_session_of_another_contract_needs_a_proof_from_the_last_15_minutes(
    services, anna, clock, change, seconds, is_accepted
):
    started = await sign_in_by(services, contract="cinema")
    clock.advance(seconds=seconds)
    if is_accepted:
        assert await change(services, started, contract=CONTRACT)
    else:
        with raises_error(Code.SIGN_IN_AGAIN, minutes=15):
            await change(services, started, contract=CONTRACT)


@by_change
async def test_every_session_needs_a_proof_when_documents_are_not_exact(
    anna, wired, services, clock, change
):
    strict = await wired(document_exact=False)
    started = await sign_in_by(services)
    assert await change_email(strict, started, contract=CONTRACT)
    clock.advance(seconds=901)
    with raises_error(Code.SIGN_IN_AGAIN):
        await change(strict, await _with_original_email(strict, started), contract=CONTRACT)


async def _with_original_email(services, started):
    """Return the same session after its e-mail address was changed back."""
    async with unit_of_work(services.database) as unit:
        change = ProfileChange(email="anna@example.com")
        await services.accounts.change(started.actor, unit, change)
    return started


async def test_unchanged_values_need_no_proof(services, anna, clock):
    clock.advance(days=1)
    same = ProfileChange(username=" anna ", email="anna@EXAMPLE.com", given_name="Anna")

    async def change(actor, unit):
        await services.credentials.change_credentials(actor, unit, anna.account.id, "anna", None)
        return await services.credentials.change_profile(actor, unit, same)

    assert (await perform(services, change, anna.actor)).given_name == "Anna"


class TestCurrentPassword:
    async def test_change_of_password_is_a_proof(self, services, anna, clock):
        clock.advance(seconds=901)
        change = services.credentials.change_password
        await perform(services, change, anna.actor, PASSWORD, NEW_PASSWORD)
        assert await change_email(services, anna)

    async def test_password_given_with_a_change_of_login_is_a_proof(self, services, anna, clock):
        clock.advance(seconds=901)
        assert await change_email(services, anna, current_password=PASSWORD)
        assert await change_login(services, anna)

    async def test_wrong_password_is_rejected_despite_a_proof(self, services, anna):
        for change in (change_email, delete):
            with raises_error(Code.CURRENT_PASSWORD_WRONG):
                await change(services, anna, current_password="wrong one")

    async def test_blank_password_is_rejected(self, services, anna):
        with raises_error(Code.FIELD_INVALID, field="present"):
            await change_email(services, anna, current_password="")

    async def test_new_password_twice_is_accepted_with_a_proof_when_allowed(
        self, services, anna, clock
    ):
        async def change(actor, unit, new, accepts_new_password_twice):
            return await services.credentials.change_password(
                actor, unit, new, new, accepts_new_password_twice=accepts_new_password_twice
            )

        with raises_error(Code.CURRENT_PASSWORD_WRONG):
            await perform(services, change, anna.actor, NEW_PASSWORD, False)
        await perform(services, change, anna.actor, NEW_PASSWORD, True)
        clock.advance(seconds=901)
        with raises_error(Code.SIGN_IN_AGAIN):
            await perform(services, change, anna.actor, "and one more of them", True)

    async def test_new_password_twice_counts_as_a_wrong_guess(self, anna, wired):
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


async def test_session_of_an_earlier_version_has_a_proof_from_its_sign_in(services, anna, clock):
    execute(services.settings, "UPDATE sessions SET proved_at = NULL, began_by = NULL")
    assert await change_email(services, anna, contract=CONTRACT)
    clock.advance(seconds=901)
    assert await change_login(services, anna, contract="tests")
    with raises_error(Code.SIGN_IN_AGAIN):
        await delete(services, anna, contract=CONTRACT)


async def test_proof_of_one_session_does_not_count_for_another(services, anna, clock):
    clock.advance(seconds=901)
    await sign_up(services, "berta")
    await sign_in_by(services)
    with raises_error(Code.SIGN_IN_AGAIN):
        await delete(services, anna)
