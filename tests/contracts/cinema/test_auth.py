"""Accounts and tokens, line by line of the document: request → status, body, effect."""

import base64
import json

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.support.cinema_clients import Cinema
from tests.support.servers import PASSWORD, unique_name

WRONG = {"message": "wrong email or password"}


@pytest.fixture
def email() -> str:
    return f"{unique_name()}@example.com"


def register(app: httpx.Client, email: object, password: object = PASSWORD) -> httpx.Response:
    return app.post("/auth/register", json={"email": email, "password": password})


def sign_in(app: httpx.Client, email: str, password: str = PASSWORD) -> httpx.Response:
    return app.post("/auth/login", json={"email": email, "password": password})


def claims(access_token: str) -> dict[str, object]:
    return dict(jwt.decode(access_token, options={"verify_signature": False}))


class TestRegister:
    """POST /auth/register"""

    def test_makes_an_account(self, cinema: Cinema, app: httpx.Client, email: str) -> None:
        response = register(app, email.upper())
        assert response.status_code == 201
        assert set(response.json()) == {"id"}
        profile = cinema.signed_in(email).get("/user/").json()
        assert (profile["id"], profile["email"]) == (response.json()["id"], answer_email(email))

    def test_what_is_taken(self, app: httpx.Client, email: str) -> None:
        assert register(app, email).status_code == 201
        for again in (email, email.upper()):
            response = register(app, again)
            assert response.status_code == 409
            assert response.json() == {"message": "a user with this email already exists"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", ""),
            ("email", "no address"),
            ("email", "a@b@c"),
            ("email", "nul\x00@example.com"),
            ("email", None),
            ("email", 7),
            ("password", "short"),
            ("password", "password1"),
            ("password", "x" * 129),
            ("password", None),
            ("password", ["a list"]),
        ],
    )
    def test_names_the_field_that_is_wrong(
        self, app: httpx.Client, email: str, field: str, value: object
    ) -> None:
        body = {"email": email, "password": PASSWORD} | {field: value}
        response = app.post("/auth/register", content=json.dumps(body))
        assert response.status_code == 400
        assert field in response.json()["message"]

    @pytest.mark.parametrize("path", ["/auth/register", "/auth/login"])
    @pytest.mark.parametrize("missing", ["email", "password"])
    def test_needs_both(self, app: httpx.Client, email: str, path: str, missing: str) -> None:
        body = {"email": email, "password": PASSWORD}
        del body[missing]
        response = app.post(path, json=body)
        assert response.status_code == 400
        assert response.json() == {"message": f"{missing}: is missing"}

    def test_a_lone_surrogate_is_no_json(self, app: httpx.Client) -> None:
        response = app.post("/auth/register", content='{"email": "\\ud800@a.org", "password": "x"}')
        assert response.status_code == 400
        assert response.json() == {"message": "the request body is not valid JSON"}

    def test_passes_over_what_it_does_not_know(self, app: httpx.Client, email: str) -> None:
        body = {"email": email, "password": PASSWORD, "id": 999, "superuser": True, "role": "admin"}
        response = app.post("/auth/register", json=body)
        assert response.status_code == 201
        assert response.json()["id"] != 999


def answer_email(email: str) -> str:
    """How an address is shown that was written in capitals: the domain has no case."""
    name, _, domain = email.partition("@")
    return f"{name.upper()}@{domain}"


class TestSignIn:
    """POST /auth/login"""

    def test_gives_both_tokens(self, app: httpx.Client, email: str) -> None:
        register(app, email)
        response = sign_in(app, email.upper())
        assert response.status_code == 200
        assert set(response.json()) == {"access_token", "refresh_token"}
        assert "session_id" not in response.headers["set-cookie"]

    @pytest.mark.parametrize(
        ("who", "password"), [("{}", "wrong password"), ("nobody-{}", PASSWORD), ("{}", "")]
    )
    def test_does_not_tell_what_is_wrong(
        self, app: httpx.Client, email: str, who: str, password: str
    ) -> None:
        register(app, email)
        response = sign_in(app, who.format(email), password)
        assert (response.status_code, response.json()) == (401, WRONG)
        assert response.headers["www-authenticate"] == "Bearer"

    def test_who_has_only_a_username_gives_it_as_the_email(self, app: httpx.Client) -> None:
        login = unique_name()
        body = {"login": login, "password": PASSWORD}
        assert app.post("/api/v1/user", json=body).status_code == 201
        assert sign_in(app, login).status_code == 200

    def test_a_stale_token_is_not_in_the_way(self, app: httpx.Client, email: str) -> None:
        app.headers["authorization"] = "Bearer long.gone.token"
        assert register(app, email).status_code == 201
        assert sign_in(app, email).status_code == 200


class TestRenew:
    """PUT /auth/login"""

    @pytest.fixture
    def tokens(self, app: httpx.Client, email: str) -> dict[str, str]:
        register(app, email)
        return dict(sign_in(app, email).json())

    def test_gives_a_new_pair_for_a_pair(self, app: httpx.Client, tokens: dict[str, str]) -> None:
        response = app.put("/auth/login", json=tokens)
        assert response.status_code == 200
        renewed = response.json()
        assert set(renewed) == {"access_token", "refresh_token"}
        assert not set(renewed.values()) & set(tokens.values())
        app.headers["authorization"] = f"Bearer {renewed['access_token']}"
        assert app.get("/user/").status_code == 200

    def test_the_access_token_may_have_expired(
        self, cinema: Cinema, app: httpx.Client, tokens: dict[str, str]
    ) -> None:
        key = load_pem_private_key((cinema.server.data / "signing-key.pem").read_bytes(), None)
        header = jwt.get_unverified_header(tokens["access_token"])
        expired = jwt.encode(
            claims(tokens["access_token"]) | {"exp": 1}, key, "ES256", headers=header
        )
        app.headers["authorization"] = f"Bearer {expired}"
        assert app.get("/user/").status_code == 401
        response = app.put("/auth/login", json=tokens | {"access_token": expired})
        assert response.status_code == 200

    @pytest.mark.parametrize("which", ["access_token", "refresh_token"])
    def test_both_must_be_of_one_session(
        self, app: httpx.Client, tokens: dict[str, str], email: str, which: str
    ) -> None:
        other = sign_in(app, email).json()
        response = app.put("/auth/login", json=tokens | {which: other[which]})
        assert response.status_code == 401
        assert app.put("/auth/login", json=tokens).status_code == 200

    @pytest.mark.parametrize("which", ["access_token", "refresh_token"])
    @pytest.mark.parametrize("value", ["", "undefined", "a.b.c", "1.1.1", "\x00", "x" * 10_000])
    def test_what_is_no_token(
        self, app: httpx.Client, tokens: dict[str, str], which: str, value: str
    ) -> None:
        response = app.put("/auth/login", json=tokens | {which: value})
        assert response.status_code == 401
        assert response.json() == {"message": "the token is not valid"}

    def test_tokens_in_each_others_place(self, app: httpx.Client, tokens: dict[str, str]) -> None:
        access, refresh = tokens["access_token"], tokens["refresh_token"]
        body = {"access_token": refresh, "refresh_token": access}
        assert app.put("/auth/login", json=body).status_code == 401

    def test_without_an_algorithm(self, app: httpx.Client, tokens: dict[str, str]) -> None:
        header = {"alg": "none", "typ": "at+jwt"}
        forged = f"{encoded(header)}.{encoded(claims(tokens['access_token']))}."
        response = app.put("/auth/login", json=tokens | {"access_token": forged})
        assert response.status_code == 401

    def test_the_one_just_replaced_gets_the_same_successor(
        self, app: httpx.Client, tokens: dict[str, str]
    ) -> None:
        first, again = (app.put("/auth/login", json=tokens).json() for _ in range(2))
        assert first["refresh_token"] == again["refresh_token"]

    def test_one_used_again_after_its_successor_ends_the_session(
        self, app: httpx.Client, tokens: dict[str, str]
    ) -> None:
        successor = app.put("/auth/login", json=tokens).json()
        newest = app.put("/auth/login", json=successor).json()
        assert app.put("/auth/login", json=tokens).status_code == 401
        assert app.put("/auth/login", json=newest).status_code == 401
        app.headers["authorization"] = f"Bearer {newest['access_token']}"
        assert app.get("/user/").status_code == 401

    @pytest.mark.parametrize("missing", ["access_token", "refresh_token"])
    def test_needs_both(self, app: httpx.Client, tokens: dict[str, str], missing: str) -> None:
        del tokens[missing]
        response = app.put("/auth/login", json=tokens)
        assert response.status_code == 400
        assert response.json() == {"message": f"{missing}: is missing"}


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
