"""Access tokens, which other servers can verify, and refresh tokens, which can be used once."""

import asyncio
import time

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kinoteka.core.tokens.signing import SigningKey
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import actor_by_token, sign_in, sign_up
from tests.support.errors import raises_error


@pytest.fixture
async def anna(services):
    return await sign_up(services, "anna")


@pytest.fixture
def pair(services, anna):
    return services.tokens.issue(anna.session, anna.actor.roles)


async def refresh(services, token):
    async with unit_of_work(services.database) as unit:
        return await services.tokens.refresh(unit, token)


async def refresh_pair(services, access_token, refresh_token):
    async with unit_of_work(services.database) as unit:
        return await services.tokens.refresh_pair(unit, access_token, refresh_token)


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def sign(services, claims, *, typ="at+jwt"):
    key = SigningKey.load(services.settings.data)
    return jwt.encode(claims, key.private, "ES256", headers={"typ": typ, "kid": key.id})


class TestAccessTokens:
    def test_claims_name_issuer_account_session_roles_and_expiry(self, services, anna, pair):
        claims = claims_of(pair.access_token)
        assert claims["iss"] == claims["aud"] == "kinoteka"
        assert claims["sub"] == str(anna.account.id)
        assert claims["sid"] == str(anna.session.id)
        assert claims["roles"] == ["user"]
        assert claims["exp"] - claims["iat"] == 15 * 60
        assert claims["jti"]
        header = jwt.get_unverified_header(pair.access_token)
        (key,) = services.tokens.jwks()["keys"]
        assert header == {"alg": "ES256", "typ": "at+jwt", "kid": key["kid"]}

    def test_genuine_token_is_accepted(self, services, anna, pair):
        of_another_server = sign(services, claims_of(pair.access_token) | {"jti": "another"})
        for token in (pair.access_token, of_another_server, of_another_server):
            claims = services.tokens.verify(token)
            assert claims.account_id == anna.account.id
            assert claims.session_id == anna.session.id

    def test_cached_token_expires(self, services, pair, monkeypatch):
        services.tokens.verify(pair.access_token)
        later = time.time() + 15 * 60 + 1
        monkeypatch.setattr(time, "time", lambda: later)
        with raises_error(Code.TOKEN_INVALID):
            services.tokens.verify(pair.access_token)

    @pytest.mark.parametrize(
        "change",
        [
            {"exp": 1},
            {"exp": "soon"},
            {"iss": "another"},
            {"aud": "another"},
            {"sub": "anna"},
            {"sub": 1},
            {"sid": "x"},
            {"sid": None},
        ],
    )
    def test_token_with_invalid_claim_is_rejected(self, services, pair, change):
        token = sign(services, claims_of(pair.access_token) | change)
        with raises_error(Code.TOKEN_INVALID):
            services.tokens.verify(token)

    @pytest.mark.parametrize("claim", ["iat", "nbf"])
    @pytest.mark.parametrize(("seconds", "is_accepted"), [(1, True), (50, True), (90, False)])
    def test_clock_of_the_issuer_may_be_a_minute_ahead(
        self, services, pair, claim, seconds, is_accepted
    ):
        claims = claims_of(pair.access_token) | {claim: time.time() + seconds}
        token = sign(services, claims)
        if is_accepted:
            assert services.tokens.verify(token)
        else:
            with raises_error(Code.TOKEN_INVALID):
                services.tokens.verify(token)

    def test_claims_of_an_expired_token_can_be_read(self, services, pair):
        past = claims_of(pair.access_token) | {"iat": 1, "exp": 2}
        claims = services.tokens.read_ignoring_expiry(sign(services, past))
        assert claims is not None
        assert claims.has_expired
        assert services.tokens.read_ignoring_expiry("a.b.c") is None

    def test_role_names_are_encoded_as_utf_8(self, services, anna):
        roles = tuple(f"Смотритель зала {number}" for number in range(28))
        token = services.tokens.issue(anna.session, roles).access_token
        assert len(token) < 2500
        assert services.tokens.verify(token)
        assert claims_of(token)["roles"] == list(roles)
        assert "roles_omitted" not in claims_of(token)

    def test_roles_are_omitted_when_the_token_would_be_too_long(self, services, anna):
        roles = tuple(f"{number:064}" for number in range(64))
        token = services.tokens.issue(anna.session, roles[:60]).access_token
        assert "roles" in claims_of(token)
        token = services.tokens.issue(anna.session, tuple("Ж" * 64 for _ in roles)).access_token
        assert len(token) <= 6144
        assert services.tokens.verify(token)
        assert "roles" not in claims_of(token)
        assert claims_of(token)["roles_omitted"] is True

    def test_claims_contain_the_superuser_flag(self, services, anna):
        assert claims_of(services.tokens.issue(anna.session, ()).access_token)["superuser"] is False
        session = msgspec.structs.replace(anna.session, superuser=True)
        assert claims_of(services.tokens.issue(session, ()).access_token)["superuser"] is True

    def test_issued_token_is_accepted_without_verifying_its_signature_again(
        self, services, anna, pair, monkeypatch
    ):
        monkeypatch.delattr(jwt, "decode_complete")
        claims = services.tokens.verify(pair.access_token)
        assert (claims.account_id, claims.session_id) == (anna.account.id, anna.session.id)
        assert claims.expires == claims_of(pair.access_token)["exp"]

    @pytest.mark.parametrize("typ", ["JWT", "", None, "jwt+at"])
    def test_token_of_another_type_is_rejected(self, services, pair, typ):
        with raises_error(Code.TOKEN_INVALID):
            services.tokens.verify(sign(services, claims_of(pair.access_token), typ=typ))

    def test_token_signed_with_another_key_is_rejected(self, services, anna, pair):
        other = ec.generate_private_key(ec.SECP256R1())
        headers = {"typ": "at+jwt"}
        token = jwt.encode(claims_of(pair.access_token), other, "ES256", headers=headers)
        with raises_error(Code.TOKEN_INVALID):
            services.tokens.verify(token)

    @pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "x" * 5000, "é.ы.🎬", "\ud800"])
    def test_malformed_token_is_rejected(self, services, token):
        with raises_error(Code.TOKEN_INVALID):
            services.tokens.verify(token)


async def test_find_session_id_accepts_current_and_replaced_refresh_tokens(services, anna, pair):
    async def find_session_id(token):
        async with unit_of_work(services.database) as unit:
            return await services.tokens.find_session_id(unit, token)

    assert await find_session_id(pair.refresh_token) == anna.session.id
    await refresh(services, pair.refresh_token)
    assert await find_session_id(pair.refresh_token) == anna.session.id
    assert await find_session_id(pair.refresh_token + "0") is None
    assert await find_session_id(pair.access_token) is None


class TestRefresh:
    async def test_new_pair_belongs_to_the_same_session(self, services, anna, pair):
        newer = await refresh(services, pair.refresh_token)
        assert newer.refresh_token != pair.refresh_token
        assert services.tokens.verify(newer.access_token).session_id == anna.session.id

    async def test_each_successor_can_be_used(self, services, pair):
        token, used = pair.refresh_token, set()
        for _ in range(5):
            used.add(token)
            token = (await refresh(services, token)).refresh_token
        assert len(used | {token}) == 6

    async def test_replaced_token_gets_the_same_successor_within_ten_seconds(
        self, services, pair, clock
    ):
        first = await refresh(services, pair.refresh_token)
        clock.advance(seconds=9)
        again = await refresh(services, pair.refresh_token)
        assert again.refresh_token == first.refresh_token
        assert await refresh(services, first.refresh_token)

    async def test_replaced_token_is_rejected_after_ten_seconds(self, services, anna, pair, clock):
        first = await refresh(services, pair.refresh_token)
        clock.advance(seconds=11)
        with raises_error(Code.TOKEN_INVALID):
            await refresh(services, pair.refresh_token)
        assert await actor_by_token(services, anna.token) is not None
        assert await refresh(services, first.refresh_token)

    @pytest.mark.parametrize(("seconds", "is_repeatable"), [(1, True), (24 * 60 * 60, False)])
    async def test_replaced_token_cannot_be_repeated_longer_when_the_clock_is_set_back(
        self, services, pair, clock, seconds, is_repeatable
    ):
        await refresh(services, pair.refresh_token)
        clock.advance(seconds=-seconds)
        if is_repeatable:
            assert await refresh(services, pair.refresh_token)
        else:
            with raises_error(Code.TOKEN_INVALID):
                await refresh(services, pair.refresh_token)

    async def test_concurrent_requests_get_the_same_successor(self, services, pair):
        pairs = await asyncio.gather(*(refresh(services, pair.refresh_token) for _ in range(20)))
        assert len({each.refresh_token for each in pairs}) == 1
        assert await refresh(services, pairs[0].refresh_token)

    async def test_reuse_after_its_successor_was_used_ends_the_session(self, services, anna, pair):
        second = await refresh(services, pair.refresh_token)
        third = await refresh(services, second.refresh_token)
        other = await sign_in(services, "anna")
        with raises_error(Code.TOKEN_REUSED):
            await refresh(services, pair.refresh_token)
        assert await actor_by_token(services, anna.token) is None
        assert await actor_by_token(services, other.token) is not None
        for token in (pair.refresh_token, second.refresh_token, third.refresh_token):
            with raises_error(Code.TOKEN_INVALID):
                await refresh(services, token)

    async def test_token_of_an_ended_session_is_rejected(self, services, anna, pair):
        async with unit_of_work(services.database) as unit:
            await services.sessions.sign_out(anna.actor, unit)
        with raises_error(Code.TOKEN_INVALID):
            await refresh(services, pair.refresh_token)

    async def test_token_of_a_deleted_account_is_rejected(self, services, anna, pair):
        async with unit_of_work(services.database) as unit:
            await services.credentials.delete_account(anna.actor, unit)
        with raises_error(Code.TOKEN_INVALID):
            await refresh(services, pair.refresh_token)

    async def test_token_of_an_expired_session_is_rejected(self, services, pair, clock):
        clock.advance(days=31)
        with raises_error(Code.TOKEN_INVALID):
            await refresh(services, pair.refresh_token)

    async def test_refresh_extends_the_session(self, services, pair, clock):
        clock.advance(days=20)
        newer = await refresh(services, pair.refresh_token)
        clock.advance(days=20)
        assert await refresh(services, newer.refresh_token)

    async def test_token_with_the_id_of_another_session_is_rejected(self, services, anna, pair):
        berta = await sign_up(services, "berta")
        mac = pair.refresh_token.rpartition(".")[2]
        with raises_error(Code.TOKEN_INVALID):
            await refresh(services, f"{berta.session.id}.1.{mac}")

    async def test_token_with_another_generation_is_rejected(self, services, anna, pair):
        mac = pair.refresh_token.rpartition(".")[2]
        for generation in (0, 2, 10**14):
            with raises_error(Code.TOKEN_INVALID):
                await refresh(services, f"{anna.session.id}.{generation}.{mac}")
        assert await refresh(services, pair.refresh_token)

    @pytest.mark.parametrize(
        "token", ["", ".", "..", "1", "1.1", "1.1.", "-1.1.x", "١.1.x", "9" * 99 + ".1.x", "1.1.é"]
    )
    async def test_malformed_token_is_rejected(self, services, anna, token):
        with raises_error(Code.TOKEN_INVALID):
            await refresh(services, token)

    async def test_access_token_is_rejected(self, services, pair):
        with raises_error(Code.TOKEN_INVALID):
            await refresh(services, pair.access_token)

    async def test_new_token_contains_new_roles(self, services, anna, pair):
        from tests.support.accounts import superuser_actor

        root = await superuser_actor(services)
        async with unit_of_work(services.database) as unit:
            role = await services.access.create_role(root, unit, "editors", ["a.b"])
        async with unit_of_work(services.database) as unit:
            await services.access.assign_role(root, unit, anna.account.id, role.id)
        newer = await refresh(services, pair.refresh_token)
        assert claims_of(newer.access_token)["roles"] == ["user", "editors"]


class TestRefreshPair:
    async def test_tokens_of_different_sessions_are_rejected(self, services, anna, pair):
        other = await sign_in(services, "anna")
        others = services.tokens.issue(other.session, other.actor.roles)
        with raises_error(Code.TOKEN_INVALID):
            await refresh_pair(services, others.access_token, pair.refresh_token)
        newer = await refresh_pair(services, pair.access_token, pair.refresh_token)
        assert services.tokens.verify(newer.access_token).session_id == anna.session.id

    async def test_expired_access_token_is_accepted(self, services, pair):
        old = sign(services, claims_of(pair.access_token) | {"iat": 1, "exp": 2})
        with raises_error(Code.TOKEN_INVALID):
            services.tokens.verify(old)
        assert await refresh_pair(services, old, pair.refresh_token)

    async def test_forged_access_token_is_rejected(self, services, pair):
        for token in (pair.access_token[:-2], pair.refresh_token, "", "a.b.c"):
            with raises_error(Code.TOKEN_INVALID):
                await refresh_pair(services, token, pair.refresh_token)
        assert await refresh(services, pair.refresh_token)
