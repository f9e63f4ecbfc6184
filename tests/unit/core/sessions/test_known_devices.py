"""Known devices: recognised by a signed cookie or by an access token of the account."""

import msgspec
import pytest

from kinoteka.core.accounts.model import Credentials
from kinoteka.core.sessions.known_devices import MAX_ACCOUNTS, KnownDevices
from kinoteka.core.sessions.model import TokenOwner, Visit
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings

ANNA = Credentials(1, "hash of anna's password")
BORIS = Credentials(2, "hash of boris's password")


@pytest.fixture
def devices():
    return KnownDevices(Settings(), Keyring(b"secret"))


def visit(*cookies, token_owner=None):
    return Visit("192.0.2.1", "Browser/1", "tests", cookies, token_owner)


def owner(account_id=1, session_id=7, *, days_ago=0, has_session=True):
    expires = now() // 1000 - days_ago * 24 * 60 * 60
    return TokenOwner(account_id, session_id, expires, has_session)


class TestCookies:
    def test_device_is_recognised_by_its_cookie(self, devices):
        known = devices.recognise(visit(devices.issue(visit(), ANNA)), ANNA)
        assert known is not None

    def test_new_cookie_retains_the_id_of_the_device(self, devices):
        first = devices.issue(visit(), ANNA)
        second = devices.issue(visit(first), ANNA)
        assert devices.recognise(visit(second), ANNA) == devices.recognise(visit(first), ANNA)

    def test_each_device_has_its_own_name(self, devices):
        cookies = [devices.issue(visit(), ANNA) for _ in range(2)]
        assert len({devices.recognise(visit(cookie), ANNA) for cookie in cookies}) == 2

    def test_cookie_does_not_contain_a_name(self, devices):
        cookie = devices.issue(visit(), ANNA)
        assert set(cookie) <= set("0123456789abcdef.-")

    @pytest.mark.parametrize(
        "account",
        [BORIS, Credentials(1, "hash of another password")],
        ids=["another account", "another password"],
    )
    def test_cookie_is_invalid_for(self, devices, account):
        assert devices.recognise(visit(devices.issue(visit(), ANNA)), account) is None

    def test_cookie_of_another_installation_is_invalid(self, devices):
        foreign = KnownDevices(Settings(), Keyring(b"another secret")).issue(visit(), ANNA)
        assert devices.recognise(visit(foreign), ANNA) is None

    @pytest.mark.parametrize("position", [0, 30, -1])
    def test_forged_cookie_is_invalid(self, devices, position):
        cookie = list(devices.issue(visit(), ANNA))
        cookie[position] = "0" if cookie[position] != "0" else "1"
        assert devices.recognise(visit("".join(cookie)), ANNA) is None

    @pytest.mark.parametrize("value", ["", ".", "x", "\xff.\xff", "1" * 10_000, "a" * 24 + ".1-"])
    def test_malformed_cookie_is_ignored(self, devices, value):
        assert devices.recognise(visit(value), ANNA) is None
        assert devices.recognise(visit(value, devices.issue(visit(value), ANNA)), ANNA)

    def test_cookie_expires_after_a_year(self, devices, clock):
        cookie = devices.issue(visit(), ANNA)
        clock.advance(days=365)
        assert devices.recognise(visit(cookie), ANNA)
        clock.advance(days=1)
        assert devices.recognise(visit(cookie), ANNA) is None

    def test_cookie_contains_the_last_accounts(self, devices):
        accounts = [Credentials(number, f"hash {number}") for number in range(MAX_ACCOUNTS + 1)]
        cookie = ""
        for account in accounts:
            cookie = devices.issue(visit(cookie), account)
        known = [devices.recognise(visit(cookie), account) is not None for account in accounts]
        assert known == [False] + [True] * MAX_ACCOUNTS
        assert len(cookie) < 250

    def test_first_valid_of_several_cookies_is_used(self, devices):
        cookie = devices.issue(visit(), ANNA)
        assert devices.recognise(visit("other", devices.issue(visit(), BORIS), cookie), ANNA)
        assert devices.recognise(visit(*["other"] * 4, cookie), ANNA) is None


class TestTokens:
    def test_session_of_a_token_is_recognised(self, devices):
        assert devices.recognise(visit(token_owner=owner()), ANNA) == "session:7"

    def test_expired_token_is_recognised(self, devices):
        assert devices.recognise(visit(token_owner=owner(days_ago=300)), ANNA)

    def test_token_that_expired_a_year_ago_is_not_recognised(self, devices):
        assert devices.recognise(visit(token_owner=owner(days_ago=400)), ANNA) is None

    def test_tokens_of_ended_sessions_count_as_one_device(self, devices):
        owners = [owner(session_id=number, has_session=False) for number in (7, 8)]
        known = [devices.recognise(visit(token_owner=owner), ANNA) for owner in owners]
        assert known == ["ended", "ended"]

    def test_cookie_takes_precedence_over_the_token_of_an_ended_session(self, devices):
        cookie = devices.issue(visit(), ANNA)
        known = devices.recognise(visit(cookie, token_owner=owner(has_session=False)), ANNA)
        assert known == devices.recognise(visit(cookie), ANNA)

    def test_token_of_another_account_is_not_recognised(self, devices):
        assert devices.recognise(visit(token_owner=owner(2)), ANNA) is None


def test_lifetime_of_cookies_follows_the_setting(clock):
    settings = msgspec.structs.replace(Settings(), known_device_days=3)
    devices = KnownDevices(settings, Keyring(b"secret"))
    cookie = devices.issue(visit(), ANNA)
    clock.advance(days=4)
    assert devices.recognise(visit(cookie), ANNA) is None
