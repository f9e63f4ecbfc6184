import pytest

from kinoteka.core.access.model import PERMISSION, Actor, Grants
from kinoteka.errors import Code
from tests.support.errors import raises_error

ANONYMOUS = Actor(None, None, False, ("anonymous",), frozenset({"a.b"}), ())
USER = Actor(7, 70, False, ("user",), frozenset({"a.b"}), (1,))
SUPERUSER = Actor(8, 80, True, ("user",), frozenset(), None)


@pytest.mark.parametrize(
    ("actor", "permission", "allowed"),
    [
        (ANONYMOUS, "a.b", True),
        (ANONYMOUS, "c.d", False),
        (USER, "a.b", True),
        (USER, "a", False),
        (SUPERUSER, "anything", True),
    ],
    ids=["granted to anonymous", "not granted to anonymous", "granted", "prefix only", "superuser"],
)
def test_actor_has_its_permissions_and_a_superuser_all(actor, permission, allowed):
    assert actor.may(permission) is allowed


def test_require_raises_without_the_permission():
    ANONYMOUS.require("a.b")
    SUPERUSER.require("c.d")
    with raises_error(Code.UNAUTHORIZED):
        ANONYMOUS.require("c.d")
    with raises_error(Code.FORBIDDEN, permission="c.d"):
        USER.require("c.d")


def test_require_account_raises_for_anonymous():
    assert (USER.require_account(), USER.require_session()) == (7, 70)
    with raises_error(Code.UNAUTHORIZED):
        ANONYMOUS.require_account()
    with raises_error(Code.UNAUTHORIZED):
        ANONYMOUS.require_session()


def test_require_self_raises_for_other_accounts_except_for_superusers():
    USER.require_self(7)
    SUPERUSER.require_self(7)
    with raises_error(Code.FORBIDDEN):
        USER.require_self(8)
    with raises_error(Code.UNAUTHORIZED):
        ANONYMOUS.require_self(7)


def test_grants_allow_their_permissions_and_a_superuser_all():
    assert Grants((), frozenset({"a"}), superuser=False).allows("a")
    assert not Grants((), frozenset({"a"}), superuser=False).allows("b")
    assert Grants((), frozenset(), superuser=True).allows("b")


@pytest.mark.parametrize(
    ("permission", "well_formed"),
    [
        ("roles.manage", True),
        ("films.view:18+", False),
        ("films.view:фильмы-18", True),
        ("films.view:premium.plus", True),
        ("a", True),
        ("", False),
        ("A.b", False),
        ("a..b", False),
        (".a", False),
        ("a b", False),
        ("a:", False),
        ("a\n", False),
    ],
)
def test_permission_pattern_accepts_well_formed_permissions_only(permission, well_formed):
    assert bool(PERMISSION.fullmatch(permission)) is well_formed
