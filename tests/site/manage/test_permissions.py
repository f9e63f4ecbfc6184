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


def test_all_that_the_core_asks_for_are_there():
    asked = set()
    for path in Path(kinoteka.core.__path__[0]).rglob("model.py"):
        asked |= set(CONSTANT.findall(path.read_text()))
    assert asked == set(KNOWN)


def test_what_is_of_other_services():
    held = ["audit.view", "films.view:premium", "films.view:gone", "shop.refund"]
    assert unknown_permissions(held, ["premium"]) == ["films.view:gone", "shop.refund"]
    assert view_permission("premium") == "films.view:premium"


@pytest.mark.parametrize("permission", KNOWN)
def test_any_of_them_is_something_to_manage(permission):
    require_any(Actor(1, 1, False, (), frozenset({permission}), ()))


def test_none_is_not():
    with raises_error(Code.FORBIDDEN):
        require_any(Actor(1, 1, False, (), frozenset({"shop.refund"}), ()))
    with raises_error(Code.UNAUTHORIZED):
        require_any(Actor(None, None, False, (), frozenset({"audit.view"}), ()))
