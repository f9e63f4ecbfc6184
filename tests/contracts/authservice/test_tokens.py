"""Access tokens over HTTP: which are rejected, and how another service verifies them."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from tests.support.polling import eventually
from tests.support.servers import RunningServer
from tests.support.token_users import User, new_user, refresh

Forge = Callable[[dict[str, Any], dict[str, Any], Any], str]


def signing_key(server: RunningServer) -> Any:
    return load_pem_private_key((server.data / "signing-key.pem").read_bytes(), None)


def base64url(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def sign(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return jwt.encode(claims, key, "ES256", headers=header)


def signed_with_another_key(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return sign(header, claims, ec.generate_private_key(ec.SECP256R1()))


def without_algorithm(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return f"{base64url(header | {'alg': 'none'})}.{base64url(claims)}."


def hmac_with_the_public_key(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    import hashlib
    import hmac

    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    message = f"{base64url(header | {'alg': 'HS256'})}.{base64url(claims)}"
    mac = hmac.digest(public, message.encode(), hashlib.sha256)
    return f"{message}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def replacing_claims(**other: object) -> Forge:
    def forge(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
        return sign(header, claims | other, key)

    return forge


def omitting_claim(name: str) -> Forge:
    def forge(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
        return sign(header, {k: v for k, v in claims.items() if k != name}, key)

    return forge


FORGERIES: dict[str, Forge] = {
    "signed with another key": signed_with_another_key,
    "algorithm none": without_algorithm,
    "HS256 with the public key": hmac_with_the_public_key,
    "expired": replacing_claims(exp=int(time.time()) - 1),
    "another issuer": replacing_claims(iss="other"),
    "another audience": replacing_claims(aud="other"),
    "another account": replacing_claims(sub="1" * 15),
    "unknown session": replacing_claims(sid="1" * 15),
    "session not a number": replacing_claims(sid="x"),
    "account as a list": replacing_claims(sub=["1"]),
    "another type": lambda header, claims, key: sign(header | {"typ": "JWT"}, claims, key),
    **{
        f"without {name}": omitting_claim(name)
        for name in ("exp", "iss", "aud", "sub", "sid", "jti")
    },
}

DAMAGED: dict[str, Callable[[str], str]] = {
    "truncated": lambda token: token[:-1],
    "one character longer": lambda token: token + "A",
    "without a signature": lambda token: token.rpartition(".")[0] + ".",
    "without a header": lambda token: token.partition(".")[2],
    "very long": lambda token: token * 20,
    "deeply nested header": lambda token: (
        base64.urlsafe_b64encode(b"[" * 2000).decode() + token[token.index(".") :]
    ),
    "not a token": lambda token: "not-a-token",
}


@pytest.fixture
def user(server: RunningServer) -> User:
    return new_user(server)


def status_with_token(server: RunningServer, token: str) -> int:
    client = server.client(authorization=f"Bearer {token}")
    responses = [client.get("/api/v1/login/history"), client.get("/api/v1/role")]
    challenges = {response.headers.get("www-authenticate") for response in responses}
    assert challenges in ({None}, {'Bearer error="invalid_token"'})
    return responses[0].status_code


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_forged_token_is_rejected(server: RunningServer, user: User, forge: Forge) -> None:
    header = jwt.get_unverified_header(user.access_token)
    claims = jwt.decode(user.access_token, options={"verify_signature": False})
    key = signing_key(server)
    assert status_with_token(server, sign(header, claims, key)) == 200
    assert status_with_token(server, forge(header, claims, key)) == 401


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_damaged_token_is_rejected(
    server: RunningServer, user: User, damage: Callable[[str], str]
) -> None:
    assert status_with_token(server, damage(user.access_token)) == 401


def test_token_is_rejected_once_it_expires(server: RunningServer, user: User) -> None:
    header = jwt.get_unverified_header(user.access_token)
    claims = jwt.decode(user.access_token, options={"verify_signature": False})
    for seconds in (2, 10, 60):  # a busy machine may need more than two seconds
        soon = sign(header, claims | {"exp": int(time.time()) + seconds}, signing_key(server))
        client = server.client(authorization=f"Bearer {soon}")
        if client.get("/api/v1/login/history").status_code == 200:
            break
    else:
        pytest.fail("the token was never accepted")
    eventually(lambda: client.get("/api/v1/login/history").status_code == 401)
    assert status_with_token(server, soon) == 401


def test_token_is_rejected_after_signing_out(server: RunningServer, user: User) -> None:
    assert status_with_token(server, user.access_token) == 200
    user.client.post("/api/v1/user/logout")
    assert status_with_token(server, user.access_token) == 401


def test_tokens_of_a_deleted_account_are_rejected(server: RunningServer, user: User) -> None:
    assert user.client.delete("/profile").status_code == 200
    assert status_with_token(server, user.access_token) == 401
    assert refresh(server, user.refresh_token).status_code == 401


def test_refresh_token_is_rejected_as_an_access_token(server: RunningServer, user: User) -> None:
    assert status_with_token(server, user.refresh_token) == 401


def test_bearer_token_takes_precedence_over_the_cookie(server: RunningServer, user: User) -> None:
    cookie = f"session_id={server.signed_up().cookies['session_id']}"
    both = server.client(cookie=cookie, authorization=f"Bearer {user.access_token}")
    assert both.get("/profile").json()["username"] == user.login
    cut = server.client(cookie=cookie, authorization=f"Bearer {user.access_token[:-1]}")
    assert cut.get("/api/v1/login/history").status_code == 401


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_scheme_is_case_insensitive(server: RunningServer, user: User, scheme: str) -> None:
    client = server.client(authorization=f"{scheme} {user.access_token}")
    assert client.get("/api/v1/login/history").status_code == 200


@pytest.mark.engines("sqlite")
class TestOtherServices:
    """GET /.well-known/jwks.json, and verification by another service."""

    def test_public_keys_may_be_cached(self, server: RunningServer) -> None:
        response = server.client().get("/.well-known/jwks.json")
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=3600"
        (key,) = response.json()["keys"]
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")

    def test_token_is_verified_with_the_public_key_alone(
        self, server: RunningServer, user: User
    ) -> None:
        client = jwt.PyJWKClient(f"{server.url}/.well-known/jwks.json")
        key = client.get_signing_key_from_jwt(user.access_token)
        checked = jwt.decode_complete(
            user.access_token, key, algorithms=["ES256"], audience="kinoteka", issuer="kinoteka"
        )
        assert checked["header"]["typ"] == "at+jwt"
        claims = checked["payload"]
        assert set(claims) == {
            "iss",
            "aud",
            "sub",
            "jti",
            "sid",
            "iat",
            "exp",
            "roles",
            "superuser",
        }
        assert claims["sub"] == str(user.id)
        assert claims["roles"] == ["user"]
        assert claims["exp"] - claims["iat"] == 15 * 60

    def test_every_token_has_its_own_id(self, server: RunningServer, user: User) -> None:
        other = refresh(server, user.refresh_token).json()["access_token"]
        ids = [
            jwt.decode(token, options={"verify_signature": False})["jti"]
            for token in (user.access_token, other)
        ]
        assert len(set(ids)) == 2

    def test_issuer_audience_and_lifetime_follow_the_settings(self, start_server) -> None:
        server = start_server(
            token_issuer="https://films.example", token_audience="site", access_token_minutes="1"
        )
        user = new_user(server)
        assert user.signed_in()
        claims = jwt.decode(user.access_token, options={"verify_signature": False})
        assert (claims["iss"], claims["aud"]) == ("https://films.example", "site")
        assert claims["exp"] - claims["iat"] == 60

    def test_token_stays_valid_after_a_restart(self, tmp_path: Path) -> None:
        from tests.support.servers import run_server

        with run_server(tmp_path, {}) as server:
            token = new_user(server).access_token
        with (
            run_server(tmp_path, {}) as again,
            httpx.Client(base_url=again.url, headers={"authorization": f"Bearer {token}"}) as c,
        ):
            assert c.get("/api/v1/login/history").status_code == 200
