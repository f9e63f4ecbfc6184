"""The permissions that the server knows."""

import re
from pathlib import Path

import pytest

import kinoteka.core
from kinoteka.core.access.model import Actor
from kinoteka.errors import Code
from kinoteka.site.manage.permissions import (
    KNOWN,
    require_any,
    unknown_permissions,
    view_permission,
)
from tests.support.errors import raises_error

CONSTANT = re.compile(r'^[A-Z_]+ = "([a-z]+\.[a-z]+)"$', re.MULTILINE)


def test_every_permission_of_the_core_has_a_description():
    asked = set()
    for path in Path(kinoteka.core.__path__[0]).rglob("model.py"):
        asked |= set(CONSTANT.findall(path.read_text()))
    assert asked == set(KNOWN)


def test_permissions_of_other_services_are_unknown():
    held = ["audit.view", "films.view:premium", "films.view:gone", "shop.refund"]
    assert unknown_permissions(held, ["premium"]) == ["films.view:gone", "shop.refund"]
    assert view_permission("premium") == "films.view:premium"


@pytest.mark.parametrize("permission", KNOWN)
def test_any_known_permission_is_accepted(permission):
    require_any(Actor(1, 1, False, (), frozenset({permission}), ()))


def test_account_without_permissions_is_rejected():
    with raises_error(Code.FORBIDDEN):
        require_any(Actor(1, 1, False, (), frozenset({"shop.refund"}), ()))
    with raises_error(Code.UNAUTHORIZED):
        require_any(Actor(None, None, False, (), frozenset({"audit.view"}), ()))
