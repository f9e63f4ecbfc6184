import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.sessions.csrf import CsrfTokens
from kinoteka.errors import Code
from kinoteka.infrastructure.keys import Keyring
from tests.support.errors import raises_error

ANONYMOUS = Actor(None, None, False, (), frozenset(), ())
ANNA = Actor(1, 10, False, (), frozenset(), ())
ANNA_ELSEWHERE = Actor(1, 11, False, (), frozenset(), ())


@pytest.fixture
def tokens():
    return CsrfTokens(Keyring(b"k" * 32))


def test_token_can_be_used_repeatedly(tokens):
    token = tokens.issue(ANNA)
    for _ in range(2):
        tokens.check(ANNA, token)


def test_token_of_another_session_is_rejected(tokens):
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA_ELSEWHERE, tokens.issue(ANNA))


def test_token_of_another_installation_is_rejected(tokens):
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, CsrfTokens(Keyring(b"j" * 32)).issue(ANNA))


def test_token_expires_after_two_hours(tokens, clock):
    token = tokens.issue(ANNA)
    clock.advance(seconds=2 * 60 * 60 - 1)
    tokens.check(ANNA, token)
    clock.advance(seconds=2)
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, token)


@pytest.mark.parametrize("seconds", [1, 60 * 60])
def test_token_is_valid_when_the_clock_is_set_back(tokens, clock, seconds):
    """The clock of the machine that issued the token may also be ahead."""
    token = tokens.issue(ANNA)
    clock.advance(seconds=-seconds)
    tokens.check(ANNA, token)


def test_token_is_rejected_when_the_clock_is_set_back_a_day(tokens, clock):
    token = tokens.issue(ANNA)
    clock.advance(days=-1)
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, token)


@pytest.mark.parametrize("token", [None, ""])
def test_missing_token_is_rejected(tokens, token):
    with raises_error(Code.CSRF_MISSING):
        tokens.check(ANNA, token)


@pytest.mark.parametrize("token", [".", "1", "1.", "x.y", "é.ы", "9" * 5000 + ".0"])
def test_malformed_token_is_rejected(tokens, token):
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, token)


def test_token_with_a_changed_time_is_rejected(tokens):
    issued, _, mac = tokens.issue(ANNA).partition(".")
    with raises_error(Code.CSRF_WRONG):
        tokens.check(ANNA, f"{int(issued) + 1}.{mac}")


def test_anonymous_actor_is_rejected(tokens):
    with raises_error(Code.UNAUTHORIZED):
        tokens.issue(ANONYMOUS)
    with raises_error(Code.UNAUTHORIZED):
        tokens.check(ANONYMOUS, tokens.issue(ANNA))
