"""Accounts and tokens of the cinema contract: request → status, body, effect."""

import base64
import json

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
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

    def test_registering_creates_an_account(
        self, cinema: Cinema, app: httpx.Client, email: str
    ) -> None:
        response = register(app, email.upper())
        assert response.status_code == 201
        assert set(response.json()) == {"id"}
        profile = cinema.signed_in(email).get("/user/").json()
        assert (profile["id"], profile["email"]) == (response.json()["id"], normalized_email(email))

    def test_taken_email_is_rejected_ignoring_case(self, app: httpx.Client, email: str) -> None:
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
    def test_invalid_field_is_named(
        self, app: httpx.Client, email: str, field: str, value: object
    ) -> None:
        body = {"email": email, "password": PASSWORD} | {field: value}
        response = app.post("/auth/register", content=json.dumps(body))
        assert response.status_code == 400
        assert field in response.json()["message"]

    @pytest.mark.parametrize("path", ["/auth/register", "/auth/login"])
    @pytest.mark.parametrize("missing", ["email", "password"])
    def test_missing_field_is_named(
        self, app: httpx.Client, email: str, path: str, missing: str
    ) -> None:
        body = {"email": email, "password": PASSWORD}
        del body[missing]
        response = app.post(path, json=body)
        assert response.status_code == 400
        assert response.json() == {"message": f"{missing}: is missing"}

    def test_lone_surrogate_is_rejected_as_malformed_json(self, app: httpx.Client) -> None:
        response = app.post("/auth/register", content='{"email": "\\ud800@a.org", "password": "x"}')
        assert response.status_code == 400
        assert response.json() == {"message": "the request body is not valid JSON"}

    def test_unknown_fields_are_ignored(self, app: httpx.Client, email: str) -> None:
        body = {"email": email, "password": PASSWORD, "id": 999, "superuser": True, "role": "admin"}
        response = app.post("/auth/register", json=body)
        assert response.status_code == 201
        assert response.json()["id"] != 999


def normalized_email(email: str) -> str:
    """Return an address in capitals as responses have it: with its domain in lower case."""
    name, _, domain = email.partition("@")
    return f"{name.upper()}@{domain}"


class TestSignIn:
    """POST /auth/login"""

    def test_sign_in_returns_both_tokens_and_no_session_cookie(
        self, app: httpx.Client, email: str
    ) -> None:
        register(app, email)
        response = sign_in(app, email.upper())
        assert response.status_code == 200
        assert set(response.json()) == {"access_token", "refresh_token"}
        assert "session_id" not in response.headers["set-cookie"]

    @pytest.mark.parametrize(
        ("pattern", "password"), [("{}", "wrong password"), ("unknown-{}", PASSWORD), ("{}", "")]
    )
    def test_unknown_user_and_wrong_password_look_alike(
        self, app: httpx.Client, email: str, pattern: str, password: str
    ) -> None:
        register(app, email)
        response = sign_in(app, pattern.format(email), password)
        assert (response.status_code, response.json()) == (401, WRONG)
        assert response.headers["www-authenticate"] == "Bearer"

    def test_account_without_an_email_signs_in_with_its_username(self, app: httpx.Client) -> None:
        login = unique_name()
        body = {"login": login, "password": PASSWORD}
        assert app.post("/api/v1/user", json=body).status_code == 201
        assert sign_in(app, login).status_code == 200

    def test_invalid_token_does_not_prevent_a_sign_in(self, app: httpx.Client, email: str) -> None:
        app.headers["authorization"] = "Bearer long.gone.token"
        assert register(app, email).status_code == 201
        assert sign_in(app, email).status_code == 200


class TestRenew:
    """PUT /auth/login"""

    @pytest.fixture
    def tokens(self, app: httpx.Client, email: str) -> dict[str, str]:
        register(app, email)
        return dict(sign_in(app, email).json())

    def test_pair_is_exchanged_for_a_new_pair(
        self, app: httpx.Client, tokens: dict[str, str]
    ) -> None:
        response = app.put("/auth/login", json=tokens)
        assert response.status_code == 200
        renewed = response.json()
        assert set(renewed) == {"access_token", "refresh_token"}
        assert not set(renewed.values()) & set(tokens.values())
        app.headers["authorization"] = f"Bearer {renewed['access_token']}"
        assert app.get("/user/").status_code == 200

    def test_access_token_may_have_expired(
        self, cinema: Cinema, app: httpx.Client, tokens: dict[str, str]
    ) -> None:
        key = load_pem_private_key((cinema.server.data / "signing-key.pem").read_bytes(), None)
        assert isinstance(key, EllipticCurvePrivateKey)
        header = jwt.get_unverified_header(tokens["access_token"])
        expired = jwt.encode(
            claims(tokens["access_token"]) | {"exp": 1}, key, "ES256", headers=header
        )
        app.headers["authorization"] = f"Bearer {expired}"
        assert app.get("/user/").status_code == 401
        response = app.put("/auth/login", json=tokens | {"access_token": expired})
        assert response.status_code == 200

    @pytest.mark.parametrize("which", ["access_token", "refresh_token"])
    def test_tokens_of_different_sessions_are_rejected(
        self, app: httpx.Client, tokens: dict[str, str], email: str, which: str
    ) -> None:
        other = sign_in(app, email).json()
        response = app.put("/auth/login", json=tokens | {which: other[which]})
        assert response.status_code == 401
        assert app.put("/auth/login", json=tokens).status_code == 200

    @pytest.mark.parametrize("which", ["access_token", "refresh_token"])
    @pytest.mark.parametrize("value", ["", "undefined", "a.b.c", "1.1.1", "\x00", "x" * 10_000])
    def test_malformed_token_is_rejected(
        self, app: httpx.Client, tokens: dict[str, str], which: str, value: str
    ) -> None:
        response = app.put("/auth/login", json=tokens | {which: value})
        assert response.status_code == 401
        assert response.json() == {"message": "the token is not valid"}

    def test_swapped_tokens_are_rejected(self, app: httpx.Client, tokens: dict[str, str]) -> None:
        access, refresh = tokens["access_token"], tokens["refresh_token"]
        body = {"access_token": refresh, "refresh_token": access}
        assert app.put("/auth/login", json=body).status_code == 401

    def test_unsigned_access_token_is_rejected(
        self, app: httpx.Client, tokens: dict[str, str]
    ) -> None:
        header = {"alg": "none", "typ": "at+jwt"}
        forged = f"{base64url(header)}.{base64url(claims(tokens['access_token']))}."
        response = app.put("/auth/login", json=tokens | {"access_token": forged})
        assert response.status_code == 401

    def test_token_just_replaced_gets_the_same_successor(
        self, app: httpx.Client, tokens: dict[str, str]
    ) -> None:
        first, again = (app.put("/auth/login", json=tokens).json() for _ in range(2))
        assert first["refresh_token"] == again["refresh_token"]

    def test_reuse_after_the_successor_was_used_ends_the_session(
        self, app: httpx.Client, tokens: dict[str, str]
    ) -> None:
        successor = app.put("/auth/login", json=tokens).json()
        newest = app.put("/auth/login", json=successor).json()
        assert app.put("/auth/login", json=tokens).status_code == 401
        assert app.put("/auth/login", json=newest).status_code == 401
        app.headers["authorization"] = f"Bearer {newest['access_token']}"
        assert app.get("/user/").status_code == 401

    @pytest.mark.parametrize("missing", ["access_token", "refresh_token"])
    def test_missing_token_is_named(
        self, app: httpx.Client, tokens: dict[str, str], missing: str
    ) -> None:
        del tokens[missing]
        response = app.put("/auth/login", json=tokens)
        assert response.status_code == 400
        assert response.json() == {"message": f"{missing}: is missing"}


def base64url(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
