import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.sessions.csrf import CsrfTokens
from kinoteka.errors import Code
from kinoteka.infrastructure.keys import Keyring
from tests.support.errors import raises_error

NOBODY = Actor(None, None, False, (), frozenset(), ())
ANNA = Actor(1, 10, False, (), frozenset(), ())
ANNA_ELSEWHERE = Actor(1, 11, False, (), frozenset(), ())


@pytest.fixture
def tokens():
    return CsrfTokens(Keyring(b"k" * 32))


def test_one_s_own_token_is_taken_again_and_again(tokens):
    token = tokens.issue(ANNA)
    for _ in range(2):
        tokens.check(ANNA, token)


def test_is_bound_to_the_session(tokens):
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA_ELSEWHERE, tokens.issue(ANNA))


def test_is_bound_to_the_installation(tokens):
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, CsrfTokens(Keyring(b"j" * 32)).issue(ANNA))


def test_lasts_two_hours(tokens, clock):
    token = tokens.issue(ANNA)
    clock.forward(seconds=2 * 60 * 60 - 1)
    tokens.check(ANNA, token)
    clock.forward(seconds=2)
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, token)


@pytest.mark.parametrize("seconds", [1, 60 * 60])
def test_token_is_valid_when_the_clock_is_set_back(tokens, clock, seconds):
    """Or when the machine that issued it is ahead."""
    token = tokens.issue(ANNA)
    clock.forward(seconds=-seconds)
    tokens.check(ANNA, token)


def test_token_does_not_last_a_day_longer_when_the_clock_is_set_back_a_day(tokens, clock):
    token = tokens.issue(ANNA)
    clock.forward(days=-1)
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, token)


@pytest.mark.parametrize("token", [None, ""])
def test_none(tokens, token):
    with raises_error(Code.CSRF_MISSING):
        tokens.check(ANNA, token)


@pytest.mark.parametrize("token", [".", "1", "1.", "x.y", "é.ы", "9" * 5000 + ".0"])
def test_one_that_is_no_good(tokens, token):
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, token)


def test_one_whose_time_was_changed(tokens):
    issued, _, mac = tokens.issue(ANNA).partition(".")
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, f"{int(issued) + 1}.{mac}")


def test_needs_a_session(tokens):
    with raises_error(Code.UNAUTHORIZED):
        tokens.issue(NOBODY)
    with raises_error(Code.UNAUTHORIZED):
        tokens.check(NOBODY, tokens.issue(ANNA))
