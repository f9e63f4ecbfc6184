"""Access tokens over the wire: what is refused, and how another service checks them."""

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


def own_key(server: RunningServer) -> Any:
    return load_pem_private_key((server.data / "signing-key.pem").read_bytes(), None)


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return jwt.encode(claims, key, "ES256", headers=header)


def of_another_key(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return signed(header, claims, ec.generate_private_key(ec.SECP256R1()))


def without_algorithm(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return f"{encoded(header | {'alg': 'none'})}.{encoded(claims)}."


def hmac_with_the_public_key(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    import hashlib
    import hmac

    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    message = f"{encoded(header | {'alg': 'HS256'})}.{encoded(claims)}"
    mac = hmac.digest(public, message.encode(), hashlib.sha256)
    return f"{message}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def with_claims(**other: object) -> Forge:
    def forge(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
        return signed(header, claims | other, key)

    return forge


def without(name: str) -> Forge:
    def forge(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
        return signed(header, {k: v for k, v in claims.items() if k != name}, key)

    return forge


FORGERIES: dict[str, Forge] = {
    "of another key": of_another_key,
    "of no algorithm": without_algorithm,
    "of HS256 with the public key": hmac_with_the_public_key,
    "expired": with_claims(exp=int(time.time()) - 1),
    "of another issuer": with_claims(iss="somebody"),
    "for another audience": with_claims(aud="somebody"),
    "of another account": with_claims(sub="1" * 15),
    "of no session": with_claims(sid="1" * 15),
    "with a session that is no number": with_claims(sid="x"),
    "with an account that is a list": with_claims(sub=["1"]),
    "of another type": lambda header, claims, key: signed(header | {"typ": "JWT"}, claims, key),
    **{f"without {name}": without(name) for name in ("exp", "iss", "aud", "sub", "sid", "jti")},
}

SPOILED: dict[str, Callable[[str], str]] = {
    "cut": lambda token: token[:-1],
    "longer": lambda token: token + "A",
    "without a signature": lambda token: token.rpartition(".")[0] + ".",
    "without a header": lambda token: token.partition(".")[2],
    "very long": lambda token: token * 20,
    "a header nested deeply": lambda token: (
        base64.urlsafe_b64encode(b"[" * 2000).decode() + token[token.index(".") :]
    ),
    "no token at all": lambda token: "certainly-not",
}


@pytest.fixture
def user(server: RunningServer) -> User:
    return new_user(server)


def status(server: RunningServer, token: str) -> int:
    client = server.client(authorization=f"Bearer {token}")
    responses = [client.get("/api/v1/login/history"), client.get("/api/v1/role")]
    told = {response.headers.get("www-authenticate") for response in responses}
    assert told in ({None}, {'Bearer error="invalid_token"'})
    return responses[0].status_code


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_forged(server: RunningServer, user: User, forge: Forge) -> None:
    header = jwt.get_unverified_header(user.access_token)
    claims = jwt.decode(user.access_token, options={"verify_signature": False})
    key = own_key(server)
    assert status(server, signed(header, claims, key)) == 200
    assert status(server, forge(header, claims, key)) == 401


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_spoiled(server: RunningServer, user: User, spoil: Callable[[str], str]) -> None:
    assert status(server, spoil(user.access_token)) == 401


def test_expired_in_good_faith(server: RunningServer, user: User) -> None:
    header = jwt.get_unverified_header(user.access_token)
    claims = jwt.decode(user.access_token, options={"verify_signature": False})
    for seconds in (2, 10, 60):  # a busy machine may need more than two to answer
        soon = signed(header, claims | {"exp": int(time.time()) + seconds}, own_key(server))
        client = server.client(authorization=f"Bearer {soon}")
        if client.get("/api/v1/login/history").status_code == 200:
            break
    else:
        pytest.fail("the token was never accepted")
    eventually(lambda: client.get("/api/v1/login/history").status_code == 401)
    assert status(server, soon) == 401


def test_after_signing_out(server: RunningServer, user: User) -> None:
    assert status(server, user.access_token) == 200
    user.client.post("/api/v1/user/logout")
    assert status(server, user.access_token) == 401


def test_of_a_deleted_account(server: RunningServer, user: User) -> None:
    assert user.client.delete("/profile").status_code == 200
    assert status(server, user.access_token) == 401
    assert refresh(server, user.refresh_token).status_code == 401


def test_a_refresh_token_is_no_access_token(server: RunningServer, user: User) -> None:
    assert status(server, user.refresh_token) == 401


def test_the_bearer_goes_before_the_cookie(server: RunningServer, user: User) -> None:
    cookie = f"session_id={server.signed_up().cookies['session_id']}"
    both = server.client(cookie=cookie, authorization=f"Bearer {user.access_token}")
    assert both.get("/profile").json()["username"] == user.login
    cut = server.client(cookie=cookie, authorization=f"Bearer {user.access_token[:-1]}")
    assert cut.get("/api/v1/login/history").status_code == 401


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_the_scheme_has_no_case(server: RunningServer, user: User, scheme: str) -> None:
    client = server.client(authorization=f"{scheme} {user.access_token}")
    assert client.get("/api/v1/login/history").status_code == 200


class TestOtherServices:
    """GET /.well-known/jwks.json, and what another service does with it."""

    def test_the_keys_may_be_cached(self, server: RunningServer) -> None:
        response = server.client().get("/.well-known/jwks.json")
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=3600"
        (key,) = response.json()["keys"]
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")

    def test_a_token_is_checked_without_asking(self, server: RunningServer, user: User) -> None:
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

    def test_tokens_differ(self, server: RunningServer, user: User) -> None:
        other = refresh(server, user.refresh_token).json()["access_token"]
        ids = [
            jwt.decode(token, options={"verify_signature": False})["jti"]
            for token in (user.access_token, other)
        ]
        assert len(set(ids)) == 2

    def test_claims_follow_the_settings(self, start_server) -> None:  # type: ignore[no-untyped-def]
        server = start_server(
            token_issuer="https://films.example", token_audience="site", access_token_minutes="1"
        )
        user = new_user(server)
        assert user.signed_in()
        claims = jwt.decode(user.access_token, options={"verify_signature": False})
        assert (claims["iss"], claims["aud"]) == ("https://films.example", "site")
        assert claims["exp"] - claims["iat"] == 60

    def test_the_key_outlives_a_restart(self, tmp_path: Path) -> None:
        from tests.support.servers import run_server

        with run_server(tmp_path, {}) as server:
            token = new_user(server).access_token
        with (
            run_server(tmp_path, {}) as again,
            httpx.Client(base_url=again.url, headers={"authorization": f"Bearer {token}"}) as c,
        ):
            assert c.get("/api/v1/login/history").status_code == 200
