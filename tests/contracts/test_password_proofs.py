"""Changing credentials through another contract than the one that a session began with."""

from collections.abc import Callable
from typing import NamedTuple

import httpx
import pytest

from tests.support.databases import execute
from tests.support.servers import PASSWORD, RunningServer, unique_name

pytestmark = pytest.mark.engines("sqlite")

SIGN_INS = {
    "filmsite": ("/user/signin", "email"),
    "account": ("/login", "login"),
    "messenger": ("/login", "email"),
    "authservice": ("/api/v1/user/login", "login"),
    "cinema": ("/auth/login", "email"),
}


class Change(NamedTuple):
    """A change that a contract's document allows without the password."""

    contract: str
    send: Callable[["Member"], httpx.Response]
    rejection_status: int


class Member:
    """A member with a session that began through one of the contracts."""

    def __init__(self, server: RunningServer, began_through: str) -> None:
        self.name = unique_name()
        self.email = f"{self.name}@example.com"
        self.server = server
        self.id = server.signed_up(self.name).get("/users").json()["id"]
        self.client = server.client()
        path, field = SIGN_INS[began_through]
        response = self.client.post(path, json={field: self.email, "password": PASSWORD})
        if began_through in ("authservice", "cinema"):
            self.client.cookies.clear()
            self.client.headers["authorization"] = f"Bearer {response.json()['access_token']}"

    def age_password_proof(self) -> None:
        """Make the last password proof 15 minutes old."""
        earlier = "UPDATE sessions SET proved_at = proved_at - 900000 WHERE account_id = ?"
        execute(self.server.settings, earlier, self.id)


def change_account_email(member: Member) -> httpx.Response:
    return member.client.put("/profile", json={"email": f"{unique_name()}@example.com"})


def change_account_username(member: Member) -> httpx.Response:
    return member.client.put("/profile", json={"username": unique_name()})


def delete_account(member: Member) -> httpx.Response:
    return member.client.delete("/profile")


def change_messenger_user(member: Member) -> httpx.Response:
    user = member.client.get("/users").json() | {"username": unique_name()}
    return member.client.put(f"/users/{member.id}", json=user)


def change_login(member: Member) -> httpx.Response:
    return member.client.patch(f"/api/v1/user/{member.id}", json={"login": unique_name()})


def change_password(member: Member) -> httpx.Response:
    body = {"password": "another long one"}
    return member.client.patch(f"/api/v1/user/{member.id}", json=body)


CHANGES = [
    Change("account", change_account_email, 403),
    Change("account", change_account_username, 403),
    Change("account", delete_account, 403),
    Change("messenger", change_messenger_user, 401),
    Change("authservice", change_login, 403),
    Change("authservice", change_password, 403),
]
by_change = pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.send.__name__)


@by_change
@pytest.mark.parametrize("began_through", SIGN_INS)
def test_old_session_changes_credentials_only_through_its_own_contract(
    server: RunningServer, began_through: str, change: Change
) -> None:
    member = Member(server, began_through)
    member.age_password_proof()
    response = change.send(member)
    if began_through == change.contract:
        assert response.status_code == 200, response.text
        return
    assert response.status_code == change.rejection_status
    assert "sign in again" in response.json()["message"]
    if change.contract == "messenger":
        assert response.json()["error"] == "sign_in_again"


@by_change
def test_recent_sign_in_changes_credentials_through_any_contract(
    server: RunningServer, change: Change
) -> None:
    assert change.send(Member(server, "cinema")).status_code == 200


def test_unchanged_value_needs_no_proof(server: RunningServer) -> None:
    member = Member(server, "cinema")
    member.age_password_proof()
    profile = member.client.get("/profile").json()
    assert member.client.put("/profile", json=profile | {"firstname": "A"}).status_code == 200
    user = member.client.get("/users").json() | {"status": "here"}
    assert member.client.put(f"/users/{member.id}", json=user).status_code == 200
    same = member.client.patch(f"/api/v1/user/{member.id}", json={"login": member.name})
    assert same.status_code == 200


def test_correct_current_password_proves_later_changes(server: RunningServer) -> None:
    member = Member(server, "account")
    member.age_password_proof()
    body = {"old_password": PASSWORD, "new_password": "another long one"}
    assert member.client.put("/password", json=body).status_code == 200
    assert change_login(member).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/password", {"old_password": "wrong", "new_password": "another long one"}, 403),
        ("PUT", "/user/password", {"password_1": "wrong", "password_2": "another one"}, 401),
    ],
)
def test_wrong_current_password_is_reported(
    server: RunningServer, method: str, path: str, body: dict[str, str], status: int
) -> None:
    response = server.signed_up().request(method, path, json=body)
    message = "the current password is wrong"
    assert (response.status_code, response.json()["message"]) == (status, message)
