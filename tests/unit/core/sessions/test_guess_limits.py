"""Limits on password guesses: what remains for attackers, and that owners can sign in."""

import asyncio

import pytest

from kinoteka.core.accounts.argon2id import Argon2id
from kinoteka.core.sessions.model import TokenOwner, Visit
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import now
from tests.support.accounts import VISIT, anonymous_actor, perform, sign_in, sign_up
from tests.support.databases import ENGINES
from tests.support.errors import raises_error
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.engines("sqlite")  # limits are counted in memory

WRONG = "wrong password"
NEW_PASSWORD = "another long one"
DEFAULTS = {
    "sign_in_limit": "10 per 5 minutes",
    "unknown_device_limit": "1 per 10 seconds",
    "known_device_limit": "10 per 5 minutes",
    "sign_in_address_limit": "100 per 5 minutes",
}


async def attempt(services, identifier, password, address="192.0.2.1", cookie=None, owner=None):
    """Try to sign in. Return the error code, or None."""
    visit = Visit(address, "", "tests", (cookie,) if cookie else (), owner)
    anonymous = await anonymous_actor(services)
    try:
        await perform(services, services.sessions.sign_in, anonymous, visit, identifier, password)
    except DomainError as error:
        return error.code
    return None


def addresses(count):
    return [f"198.51.100.{number}" for number in range(count)]


class TestOwners:
    @pytest.fixture
    async def attacked(self, anna, wired):
        """Return services with the default limits, after guesses from ten addresses."""
        strict = await wired(**DEFAULTS)
        codes = [await attempt(strict, "anna", WRONG, address) for address in addresses(10)]
        assert codes == [Code.PASSWORD_WRONG] + [Code.THROTTLED] * 9
        return strict

    async def test_owner_signs_in_with_a_known_device(self, attacked, anna):
        assert await attempt(attacked, "anna", PASSWORD, cookie=anna.device) is None

    async def test_owner_signs_in_with_an_old_access_token(self, attacked, anna):
        owner = TokenOwner(anna.account.id, anna.session.id, now() // 1000 - 3600)
        assert await attempt(attacked, "anna", PASSWORD, owner=owner) is None

    async def test_owner_may_fail_ten_times_with_a_known_device(self, attacked, anna):
        codes = [await attempt(attacked, "anna", WRONG, cookie=anna.device) for _ in range(11)]
        assert codes == [Code.PASSWORD_WRONG] * 10 + [Code.THROTTLED]

    async def test_owner_on_a_new_device_waits_for_at_most_ten_seconds(self, attacked):
        anonymous = await anonymous_actor(attacked)
        with pytest.raises(DomainError) as error:
            await perform(attacked, attacked.sessions.sign_in, anonymous, VISIT, "anna", PASSWORD)
        assert error.value.code == Code.THROTTLED
        assert error.value.parameters["retry_after"] in range(1, 11)

    async def test_other_accounts_are_not_affected(self, attacked, services):
        await sign_up(services, "boris")
        assert await attempt(attacked, "boris", PASSWORD, addresses(1)[0]) is None

    async def test_device_is_unknown_after_a_change_of_password(self, attacked, services, anna):
        change = services.credentials.change_password
        await perform(services, change, anna.actor, PASSWORD, NEW_PASSWORD)
        code = await attempt(attacked, "anna", NEW_PASSWORD, cookie=anna.device)
        assert code == Code.THROTTLED
        renewed = await perform(services, services.credentials.known_device, anna.actor, VISIT)
        assert await attempt(attacked, "anna", NEW_PASSWORD, cookie=renewed) is None

    async def test_device_is_known_when_its_sign_in_replaced_a_weak_hash(
        self, services, wired, anna
    ):
        weak = Argon2id(memory=8, passes=1)
        async with unit_of_work(services.database) as unit:
            await services.accounts.set_password(unit, anna.account.id, weak.hash(PASSWORD))
        again = await sign_in(services, "anna")
        strict = await wired(**DEFAULTS)
        assert await attempt(strict, "anna", WRONG) == Code.PASSWORD_WRONG
        assert await attempt(strict, "anna", PASSWORD, cookie=again.device) is None


class TestAttackers:
    async def test_tokens_of_ended_sessions_share_one_budget(self, anna, services, wired):
        strict = await wired(**DEFAULTS)
        started = [await sign_in(services, "anna") for _ in range(3)]
        change = services.credentials.change_password
        await perform(services, change, anna.actor, PASSWORD, NEW_PASSWORD)
        expires = now() // 1000
        owners = [TokenOwner(anna.account.id, each.session.id, expires) for each in started]
        codes = [
            await attempt(strict, "anna", WRONG, owner=owner) for owner in owners for _ in range(4)
        ]
        assert codes == [Code.PASSWORD_WRONG] * 10 + [Code.THROTTLED] * 2
        current = TokenOwner(anna.account.id, anna.session.id, expires)
        assert await attempt(strict, "anna", NEW_PASSWORD, owner=current) is None

    async def test_all_names_of_an_account_share_one_budget(self, anna, wired):
        strict = await wired(**DEFAULTS)
        names = ("anna", "ANNA", "anna@example.com")
        codes = [
            await attempt(strict, name, WRONG, address)
            for name, address in zip(names, addresses(3), strict=True)
        ]
        assert codes == [Code.PASSWORD_WRONG, Code.THROTTLED, Code.THROTTLED]

    @pytest.mark.engines(*ENGINES)
    async def test_only_one_of_many_concurrent_guesses_is_checked(self, anna, wired):
        strict = await wired(**DEFAULTS)
        guesses = (attempt(strict, "anna", f"guess {a}", a) for a in addresses(20))
        codes = await asyncio.gather(*guesses)
        assert codes.count(Code.PASSWORD_WRONG) == 1
        assert codes.count(Code.THROTTLED) == 19

    @pytest.mark.engines(*ENGINES)
    async def test_concurrent_sign_ins_succeed(self, anna, wired):
        strict = await wired(**DEFAULTS)
        codes = await asyncio.gather(
            *(attempt(strict, "anna", PASSWORD, address) for address in addresses(8))
        )
        assert codes == [None] * 8

    @pytest.mark.parametrize(
        ("others", "is_rejected"),
        [
            (["192.0.2.1"], True),
            (["192.0.2.2"], False),
            (["2001:db8:1:2::9"], False),
        ],
    )
    async def test_network_is_limited_for_each_account(self, anna, wired, others, is_rejected):
        strict = await wired(**DEFAULTS | {"unknown_device_limit": "1000 per hour"})
        for _ in range(10):
            assert await attempt(strict, "anna", WRONG, "192.0.2.1") == Code.PASSWORD_WRONG
        for address in others:
            code = await attempt(strict, "anna", PASSWORD, address)
            assert code == (Code.THROTTLED if is_rejected else None)

    async def test_ipv6_sites_are_limited_for_each_account(self, anna, wired):
        strict = await wired(
            sign_in_limit="3 per hour", ipv6_site_factor=2, unknown_device_limit="1000 per hour"
        )
        links = [f"2001:db8:1:{number}::1" for number in range(8)]
        codes = [await attempt(strict, "anna", WRONG, link) for link in links]
        assert codes == [Code.PASSWORD_WRONG] * 6 + [Code.THROTTLED] * 2
        assert await attempt(strict, "anna", PASSWORD, "2001:db8:2::1") is None

    async def test_address_is_limited_over_all_accounts(self, anna, wired, services):
        strict = await wired(**DEFAULTS | {"sign_in_address_limit": "5 per hour"})
        codes = [await attempt(strict, f"nobody-{number}", WRONG) for number in range(6)]
        assert codes == [Code.ACCOUNT_UNKNOWN] * 5 + [Code.THROTTLED]
        assert await attempt(strict, "anna", PASSWORD) == Code.THROTTLED
        assert await attempt(strict, "anna", PASSWORD, cookie=anna.device) is None
        assert await attempt(strict, "anna", PASSWORD, "192.0.2.2") is None

    async def test_unknown_names_do_not_block_other_users_of_the_address(self, anna, wired):
        strict = await wired(**DEFAULTS)
        for number in range(10):
            assert await attempt(strict, f"nobody-{number}", WRONG) == Code.ACCOUNT_UNKNOWN
        assert await attempt(strict, "anna", PASSWORD) is None

    async def test_successful_sign_ins_of_one_address_are_not_limited(self, wired, services):
        strict = await wired(**DEFAULTS | {"sign_in_address_limit": "3 per hour"})
        await sign_up(services, "boris")
        for _ in range(10):
            assert await attempt(strict, "boris", PASSWORD) is None


class TestUnknownNames:
    @pytest.mark.parametrize("name", ["anna", "berta", "\ud800", "no@address", "x" * 10**5])
    async def test_name_is_limited_whether_or_not_it_exists(self, anna, wired, name):
        strict = await wired(hide_unknown_accounts=True, **DEFAULTS)
        codes = [await attempt(strict, name, WRONG, address) for address in addresses(3)]
        assert codes == [Code.PASSWORD_WRONG, Code.THROTTLED, Code.THROTTLED]

    async def test_spellings_of_an_unknown_name_count_together(self, anna, wired):
        strict = await wired(**DEFAULTS)
        for names in (("Berta", "BERTA"), ("berta@example.com", "Berta@EXAMPLE.com")):
            codes = [await attempt(strict, name, WRONG) for name in names]
            assert codes == [Code.ACCOUNT_UNKNOWN, Code.THROTTLED]

    async def test_id_of_an_account_as_a_name_does_not_count_for_it(self, anna, wired):
        strict = await wired(**DEFAULTS)
        assert await attempt(strict, f"id:{anna.account.id}", WRONG) == Code.ACCOUNT_UNKNOWN
        assert await attempt(strict, "anna", PASSWORD) is None


class TestCurrentPassword:
    async def test_each_session_has_its_own_budget(self, services, anna, wired):
        strict = await wired(**DEFAULTS)
        other = await sign_in(services, "anna")
        change = strict.credentials.change_password
        for _ in range(10):
            with raises_error(Code.CURRENT_PASSWORD_WRONG):
                await perform(strict, change, anna.actor, WRONG, NEW_PASSWORD)
        with raises_error(Code.THROTTLED):
            await perform(strict, change, anna.actor, PASSWORD, NEW_PASSWORD)
        await perform(strict, change, other.actor, PASSWORD, NEW_PASSWORD)

    async def test_failed_sign_ins_do_not_count(self, anna, wired):
        strict = await wired(**DEFAULTS)
        for address in addresses(12):
            await attempt(strict, "anna", WRONG, address)
        change = strict.credentials.change_password
        await perform(strict, change, anna.actor, PASSWORD, NEW_PASSWORD)

    async def test_deleting_the_account_is_limited(self, anna, wired):
        strict = await wired(known_device_limit="2 per hour")
        delete = strict.credentials.delete_account
        for _ in range(2):
            with raises_error(Code.CURRENT_PASSWORD_WRONG):
                await perform(strict, delete, anna.actor, WRONG)
        with raises_error(Code.THROTTLED):
            await perform(strict, delete, anna.actor, PASSWORD)
