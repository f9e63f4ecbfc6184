"""How strong a password is while it is being chosen."""

import msgspec
import pytest

from kinoteka.core.accounts.password_strength import ESTIMATED_LENGTH, PasswordStrength, Strength
from kinoteka.errors import Code
from tests.support.errors import raises_error
from tests.support.timings import best_time

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
async def test_what_would_be_refused_has_no_strength(strength, password, reason):
    assert await strength.judge(ADDRESS, password) == Strength(0, reason)


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
async def test_what_is_guessed_soon(strength, password, reason):
    judged = await strength.judge(ADDRESS, password)
    assert judged.score < 3
    assert judged.reason == reason


async def test_what_others_know_is_guessed_soon(strength):
    known = ("zebulon-trask", "zt@example.com")
    assert (await strength.judge(ADDRESS, "zebulon-trask1", known)).reason == "personal"
    assert (await strength.judge(ADDRESS, "zebulon-trask1")).score > 2


@pytest.mark.parametrize("password", ["correct horse battery", "чайник едет на юг", "k7#Vq!2mZp"])
async def test_what_is_not(strength, password):
    judged = await strength.judge(ADDRESS, password)
    assert judged.score >= 3
    assert judged.reason is None


async def test_what_is_too_long_to_be_judged_costs_nothing(strength):
    worst = "4@8({[<369&#!1/|0$5+7%2z" * 5  # as a whole it would take hundreds of times as long
    whole = await best_time(lambda: strength.judge(ADDRESS, worst))
    assert whole < 5 * await best_time(lambda: strength.judge(ADDRESS, worst[:ESTIMATED_LENGTH]))


async def test_is_asked_so_often(services, settings):
    few = PasswordStrength(
        msgspec.structs.replace(settings, password_hint_limit="2 per hour"), services.throttle
    )
    for _ in range(2):
        await few.judge("198.51.100.9", "correct horse battery")
    with raises_error(Code.THROTTLED):
        await few.judge("198.51.100.9", "correct horse battery")
    few.close()
