"""Limits of failed sign-ins through every contract and the site."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from kinoteka.database.engines import DATABASE
from tests.support.servers import PASSWORD, RunningServer, run_server, unique_name

NEW_PASSWORD = "another long one"
WRONG = "wrong password"


class SignIn(NamedTuple):
    """How clients of a contract sign in, and the statuses of the responses."""

    path: str
    field: str
    right_status: int
    wrong_status: int
    takes_form: bool = False

    def __call__(self, client: httpx.Client, login: str, password: str) -> httpx.Response:
        """Sign in."""
        name = f"{login}@example.com" if self.field == "email" else login
        body = {self.field: name, "password": password}
        if self.takes_form:
            headers = {"sec-fetch-site": "same-origin"}
            return client.post(self.path, data=body, headers=headers)
        return client.post(self.path, json=body)


SIGN_INS = {
    "filmsite": SignIn("/user/signin", "email", 200, 400),
    "account": SignIn("/login", "login", 200, 403),
    "messenger": SignIn("/login", "email", 200, 400),
    "authservice": SignIn("/api/v1/user/login", "login", 200, 401),
    "cinema": SignIn("/auth/login", "email", 200, 401),
    "site": SignIn("/sign-in", "identifier", 303, 401, takes_form=True),
}


def change_through_account(client: httpx.Client) -> httpx.Response:
    body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    return client.put("/password", json=body)


def change_through_cinema(client: httpx.Client) -> httpx.Response:
    body = {"password_1": PASSWORD, "password_2": NEW_PASSWORD}
    return client.put("/user/password", json=body)


def change_through_site(client: httpx.Client) -> httpx.Response:
    form = {"present": PASSWORD, "password": NEW_PASSWORD}
    headers = {"sec-fetch-site": "same-origin"}
    return client.post("/account/password", data=form, headers=headers)


CHANGES = [change_through_account, change_through_cinema, change_through_site]


@pytest.fixture(scope="module")
def limited(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """A server with the default sign-in limits, except for the limit per address."""
    folder = tmp_path_factory.mktemp("limited")
    shutil.copy(empty_database, folder / DATABASE)
    with run_server(folder, {"sign_in_address_limit": "1000 per minute"}) as running:
        yield running


def guess(server: RunningServer, login: str) -> httpx.Response:
    """Send a wrong password from an unknown device."""
    return SIGN_INS["account"](server.client(), login, WRONG)


@pytest.mark.parametrize("contract", SIGN_INS)
class TestEveryContract:
    def test_unknown_device_is_limited_and_known_device_signs_in(
        self, limited: RunningServer, contract: str
    ) -> None:
        sign_in, login = SIGN_INS[contract], unique_name()
        limited.signed_up(login)
        browser = limited.client()
        assert sign_in(browser, login, PASSWORD).status_code == sign_in.right_status
        assert guess(limited, login).status_code == 403
        limited_response = sign_in(limited.client(), login, PASSWORD)
        assert limited_response.status_code == 429
        assert 1 <= int(limited_response.headers["retry-after"]) <= 10
        assert sign_in(browser, login, WRONG).status_code == sign_in.wrong_status
        assert sign_in(browser, login, PASSWORD).status_code == sign_in.right_status

    def test_unknown_account_is_limited_alike(self, limited: RunningServer, contract: str) -> None:
        sign_in, login = SIGN_INS[contract], unique_name("unknown")
        assert sign_in(limited.client(), login, WRONG).status_code in (sign_in.wrong_status, 404)
        limited_response = sign_in(limited.client(), login, WRONG)
        assert limited_response.status_code == 429
        assert 1 <= int(limited_response.headers["retry-after"]) <= 10

    def test_device_cookie_is_http_only_and_does_not_contain_the_login(
        self, limited: RunningServer, contract: str
    ) -> None:
        login = unique_name()
        limited.signed_up(login)
        response = SIGN_INS[contract](limited.client(), login, PASSWORD)
        (cookie,) = [
            value
            for value in response.headers.get_list("set-cookie")
            if value.startswith("known_device=")
        ]
        assert login not in cookie
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_access_token_of_the_account_makes_a_device_known(limited: RunningServer) -> None:
    login = unique_name()
    limited.signed_up(login)
    sign_in = SIGN_INS["authservice"]
    token = sign_in(limited.client(), login, PASSWORD).json()["access_token"]
    limited.client(authorization=f"Bearer {token}").post("/api/v1/user/logout")
    guess(limited, login)
    assert sign_in(limited.client(), login, PASSWORD).status_code == 429
    with_token = limited.client(authorization=f"Bearer {token}")
    assert sign_in(with_token, login, PASSWORD).status_code == 200


def test_program_that_sends_forms_can_sign_in_again(limited: RunningServer) -> None:
    """The program has the cookie of its device, but is still not treated as a browser."""
    login = unique_name()
    limited.signed_up(login)
    program, form = limited.client(), {"email": f"{login}@example.com", "password": PASSWORD}
    statuses = [program.post("/auth/login", data=form).status_code for _ in range(2)]
    assert statuses == [200, 200]
    program.cookies.set("other", "1")
    assert program.post("/auth/login", data=form).status_code == 403


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_device_that_changes_the_password_stays_known_and_others_do_not(
    limited: RunningServer, change: Callable[[httpx.Client], httpx.Response]
) -> None:
    login = unique_name()
    here = limited.signed_up(login)
    there = limited.client()
    SIGN_INS["account"](there, login, PASSWORD)
    assert change(here).status_code in (200, 303)
    guess(limited, login)
    assert SIGN_INS["account"](there, login, NEW_PASSWORD).status_code == 429
    assert SIGN_INS["account"](here, login, NEW_PASSWORD).status_code == 200
