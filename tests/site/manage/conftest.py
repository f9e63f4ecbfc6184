"""Operators with browsers without scripts, each with some permissions."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from tests.site.account.conftest import Member, new_browser, sign_up, tree
from tests.support.html_pages import text_of
from tests.support.servers import PASSWORD, RunningServer, unique_name

NAMES = ("accounts.manage", "roles.manage", "films.label", "audit.view")


@dataclass
class Operator(Member):
    """An operator with a browser."""

    id: int


def as_operator(member: Member) -> Operator:
    """The member with the id of the account."""
    return Operator(member.name, member.browser, member.browser.get("/users").json()["id"])


def role_of(root: Operator, *permissions: str) -> int:
    """Create a role with these permissions."""
    role = {"name": unique_name("role"), "permissions": permissions}
    response = root.browser.post("/api/v1/role", json=role)
    assert response.status_code == 201, response.text
    return int(response.json()["id"])


@pytest.fixture(scope="session")
def superuser(server: RunningServer) -> str:
    """The name of a superuser."""
    name = unique_name("root")
    server.make_superuser(name)
    return name


@pytest.fixture
def root(server: RunningServer, superuser: str) -> Operator:
    """A superuser in a new session."""
    browser = new_browser(server)
    form = {"identifier": superuser, "password": PASSWORD}
    assert browser.post("/sign-in", data=form).status_code == 303
    return as_operator(Member(superuser, browser))


@pytest.fixture
def operator_with(server: RunningServer, root: Operator) -> Callable[..., Operator]:
    """Return a function that creates operators with these permissions."""

    def operator_with(*permissions: str) -> Operator:
        person = as_operator(sign_up(server))
        if permissions:
            role = role_of(root, *permissions)
            response = root.browser.post(f"/api/v1/user/{person.id}/role/{role}")
            assert response.status_code == 201, response.text
        return person

    return operator_with


@pytest.fixture
def person(operator_with: Callable[..., Operator]) -> Operator:
    """A member without permissions."""
    return operator_with()


def notice(browser: httpx.Client, response: httpx.Response) -> str:
    """Return the notice of the page after a form."""
    assert response.status_code == 303, response.text
    return text_of(tree(browser.get(response.headers["location"])).css_first(".notice"))
