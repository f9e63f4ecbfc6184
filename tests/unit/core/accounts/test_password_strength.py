"""Estimates of the strength of passwords."""

import msgspec
import pytest

from kinoteka.core.accounts.password_strength import ESTIMATED_LENGTH, PasswordStrength, Strength
from kinoteka.errors import Code
from tests.support.errors import raises_error
from tests.support.timings import best_time

pytestmark = pytest.mark.engines("sqlite")  # estimates read no database

ADDRESS = "192.0.2.7"


@pytest.fixture
def strength(services) -> PasswordStrength:
    return services.password_strength


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too_short"),
        ("", "too_short"),
        ("x" * 129, "too_long"),
        ("x" * 100_000, "too_long"),
        ("password1", "common"),
        ("\ud800" + "x" * 9, "characters"),
    ],
)
async def test_rejected_password_has_score_zero(strength, password, reason):
    assert await strength.estimate(ADDRESS, password) == Strength(0, reason)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("tyuiophjkl", "keys"),
        ("abcabcabcabc", "repeats"),
        ("ghijklmnop", "sequence"),
        ("21.04.1987", "dates"),
        ("annaannaanna2", "repeats"),
        ("dragon-1", "common"),
    ],
)
async def test_weak_password_has_a_low_score_and_a_reason(strength, password, reason):
    estimate = await strength.estimate(ADDRESS, password)
    assert estimate.score < 3
    assert estimate.reason == reason


async def test_password_with_a_name_of_the_user_is_weak(strength):
    known = ("zebulon-trask", "zt@example.com")
    assert (await strength.estimate(ADDRESS, "zebulon-trask1", known)).reason == "personal"
    assert (await strength.estimate(ADDRESS, "zebulon-trask1")).score > 2


@pytest.mark.parametrize("password", ["correct horse battery", "чайник едет на юг", "k7#Vq!2mZp"])
async def test_strong_password_has_a_high_score(strength, password):
    estimate = await strength.estimate(ADDRESS, password)
    assert estimate.score >= 3
    assert estimate.reason is None


async def test_estimate_of_a_long_password_is_fast(strength):
    worst = "4@8({[<369&#!1/|0$5+7%2z" * 5  # without the limit this takes hundreds of times as long
    whole = await best_time(lambda: strength.estimate(ADDRESS, worst))
    assert whole < 5 * await best_time(lambda: strength.estimate(ADDRESS, worst[:ESTIMATED_LENGTH]))


async def test_estimates_are_rate_limited(services, settings):
    limited = PasswordStrength(
        msgspec.structs.replace(settings, password_hint_limit="2 per hour"), services.throttle
    )
    for _ in range(2):
        await limited.estimate("198.51.100.9", "correct horse battery")
    with raises_error(Code.THROTTLED):
        await limited.estimate("198.51.100.9", "correct horse battery")
    limited.close()
