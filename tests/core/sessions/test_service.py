"""Sessions: how somebody comes in, stays known, and leaves."""

import asyncio
import sqlite3

import argon2
import msgspec
import pytest

from kinoteka.app import close, wire
from kinoteka.core.accounts.model import NewAccount
from kinoteka.core.sessions.model import Visit
from kinoteka.errors import Code, DomainError
from kinoteka.storage.unit import Unit, unit_of_work
from people import VISIT, actor_of, anonymous, refused, sign_in, sign_up, superuser
from running import PASSWORD, unique

NEW_PASSWORD = "another long one"


@pytest.fixture
async def anna(services):
    return await sign_up(services, "anna", email="anna@example.com")


@pytest.fixture
def wired(settings):
    """More services over the same database: `wired(sign_in_limit="2 per hour")`."""
    made = []

    def more(**other):
        made.append(wire(msgspec.structs.replace(settings, **other)))
        return made[-1]

    yield more
    for services in made:
        close(services)


async def do(services, operation, *arguments, **options):
    """One call of the service in a transaction of its own."""
    async with unit_of_work(services.database) as unit:
        actor, *rest = arguments
        return await getattr(services.sessions, operation)(actor, unit, *rest, **options)


async def lasts(services, started):
    by_token = await actor_of(services, started.token)
    async with unit_of_work(services.database) as unit:
        by_id = await services.sessions.actor_by_id(unit, started.session.id)
    assert (by_token is None) == (by_id is None)
    return by_token is not None


async def history(services, actor, page=1):
    return (await do(services, "history", actor, page)).items


def stored(services, what):
    with sqlite3.connect(services.database.path) as connection:
        return connection.execute(what).fetchall()


class TestComingIn:
    async def test_by_signing_up(self, services, anna):
        actor = await actor_of(services, anna.token)
        assert (actor.account_id, actor.session_id) == (anna.account.id, anna.session.id)
        assert actor == anna.actor

    @pytest.mark.parametrize("identifier", ["anna", "ANNA", "anna@example.com", "Anna@Example.COM"])
    async def test_by_any_name(self, services, anna, identifier):
        started = await sign_in(services, identifier)
        assert started.account == anna.account
        assert await lasts(services, started)
        assert await lasts(services, anna)

    @pytest.mark.parametrize("identifier", ["berta", "", "12", "no@address", "\ud800", "x" * 10**6])
    async def test_nobody_of_that_name(self, services, anna, identifier):
        with refused(Code.ACCOUNT_UNKNOWN):
            await sign_in(services, identifier)

    @pytest.mark.parametrize("password", ["", "wrong password", PASSWORD.upper(), "\ud800"])
    async def test_a_wrong_password(self, services, anna, password):
        with refused(Code.PASSWORD_WRONG):
            await sign_in(services, "anna", password)

    async def test_a_setting_hides_which_accounts_there_are(self, anna, wired):
        hiding = wired(hide_unknown_accounts=True)
        for identifier in ("anna", "berta"):
            with refused(Code.PASSWORD_WRONG):
                await sign_in(hiding, identifier, "wrong password")

    async def test_ends_the_session_that_asks(self, services, anna):
        again = await do(services, "sign_in", anna.actor, VISIT, "anna", PASSWORD)
        assert not await lasts(services, anna)
        new = NewAccount(username="berta", password=PASSWORD)
        berta = await do(services, "sign_up", again.actor, VISIT, new)
        assert not await lasts(services, again)
        assert await lasts(services, berta)

    async def test_a_failure_ends_nothing(self, services, anna):
        with refused(Code.PASSWORD_WRONG):
            await do(services, "sign_in", anna.actor, VISIT, "anna", "wrong password")
        assert await lasts(services, anna)

    async def test_only_hashes_of_tokens_are_stored(self, services, anna):
        assert anna.token not in services.database.path.read_bytes().decode("latin-1")
        ((hashed,),) = stored(services, "SELECT token_hash FROM sessions")
        assert len(hashed) == 64

    @pytest.mark.parametrize("token", ["", "x", "\ud7ff", "0" * 64])
    async def test_a_cookie_that_is_nobody_s(self, services, anna, token):
        assert await actor_of(services, token) is None


class TestThrottling:
    async def test_failures_are_limited_per_account_under_any_name(self, anna, wired):
        strict = wired(sign_in_limit="3 per hour")
        for identifier, address in (("anna", "a"), ("ANNA", "b"), ("anna@example.com", "c")):
            with refused(Code.PASSWORD_WRONG):
                await self.try_in(strict, identifier, "wrong password", address)
        with refused(Code.THROTTLED):
            await self.try_in(strict, "anna", PASSWORD, "d")

    async def test_failures_are_limited_per_address(self, anna, wired):
        strict = wired(sign_in_limit="3 per hour")
        for number in range(3):
            with refused(Code.ACCOUNT_UNKNOWN):
                await self.try_in(strict, f"nobody-{number}", PASSWORD, "192.0.2.1")
        with refused(Code.THROTTLED):
            await self.try_in(strict, "anna", PASSWORD, "192.0.2.1")
        await self.try_in(strict, "anna", PASSWORD, "192.0.2.2")

    async def test_nobody_s_name_does_not_stand_for_an_account(self, anna, wired):
        strict = wired(sign_in_limit="3 per hour")
        for number in range(3):
            with refused(Code.ACCOUNT_UNKNOWN):
                await self.try_in(strict, str(anna.account.id), PASSWORD, f"address {number}")
        await self.try_in(strict, "anna", PASSWORD, "another")

    async def test_many_guesses_at_once(self, anna, wired):
        strict = wired(sign_in_limit="3 per hour")
        guesses = (self.try_in(strict, "anna", f"guess {n}", f"{n}") for n in range(20))
        outcomes = await asyncio.gather(*guesses, return_exceptions=True)
        codes = [outcome.code for outcome in outcomes]
        assert codes.count(Code.PASSWORD_WRONG) == 3
        assert codes.count(Code.THROTTLED) == 17

    async def test_the_present_password_is_guarded_as_well(self, anna, wired):
        strict = wired(sign_in_limit="3 per hour")
        for _ in range(3):
            with refused(Code.PASSWORD_WRONG):
                await do(strict, "change_password", anna.actor, "wrong one", NEW_PASSWORD)
        with refused(Code.THROTTLED):
            await do(strict, "change_password", anna.actor, PASSWORD, NEW_PASSWORD)

    async def try_in(self, services, identifier, password, address):
        visit = Visit(address, "", "tests")
        nobody = await anonymous(services)
        return await do(services, "sign_in", nobody, visit, identifier, password)


class TestLeaving:
    async def test_signing_out(self, services, anna):
        other = await sign_in(services, "anna")
        await do(services, "sign_out", anna.actor)
        assert not await lasts(services, anna)
        assert await lasts(services, other)
        with refused(Code.UNAUTHORIZED):
            await do(services, "sign_out", await anonymous(services))

    async def test_deleting_the_account(self, services, anna):
        other, ended = await sign_in(services, "anna"), []
        services.sessions.on_end(ended.append)
        deleted = await do(services, "delete_account", anna.actor)
        assert deleted == anna.account
        assert not await lasts(services, anna)
        assert not await lasts(services, other)
        assert sorted(ended) == [anna.session.id, other.session.id]
        with refused(Code.ACCOUNT_UNKNOWN):
            await sign_in(services, "anna")

    async def test_listeners_learn_who_has_left(self, services, anna):
        ended = []
        services.sessions.on_end(ended.append)
        other = await sign_in(services, "anna")
        await do(services, "change_password", anna.actor, PASSWORD, NEW_PASSWORD)
        await do(services, "sign_out", anna.actor)
        assert ended == [other.session.id, anna.session.id]

    async def test_what_is_rolled_back_has_not_ended(self, services, anna):
        with refused(Code.FORBIDDEN):
            async with unit_of_work(services.database) as unit:
                await services.sessions.sign_out(anna.actor, unit)
                raise DomainError(Code.FORBIDDEN)
        assert await lasts(services, anna)

    async def test_another_process_learns_of_it_when_it_looks(self, services, anna, wired):
        other = wired()
        assert await lasts(other, anna)
        await do(services, "sign_out", anna.actor)
        other.revisions.look()
        assert not await lasts(other, anna)


class TestExpiry:
    async def test_unused_for_thirty_days(self, services, anna, clock):
        clock.forward(days=29)
        assert await lasts(services, anna)
        clock.forward(days=29)
        assert await lasts(services, anna)
        clock.forward(days=31)
        assert not await lasts(services, anna)

    async def test_after_half_a_year_in_any_case(self, services, anna, clock):
        for _ in range(8):
            clock.forward(days=20)
            assert await lasts(services, anna)
        clock.forward(days=21)
        assert not await lasts(services, anna)

    async def test_use_is_written_down_now_and_then(self, services, anna, clock, wired):
        assert await lasts(services, anna)
        clock.forward(days=20)
        assert await lasts(services, anna)
        async with unit_of_work(services.database) as unit:
            await services.sessions.store_last_seen(unit)
        clock.forward(days=20)
        assert await lasts(wired(), anna)

    async def test_the_expired_are_pruned(self, services, anna, clock):
        clock.forward(days=20)
        berta = await sign_up(services, "berta")
        clock.forward(days=15)
        async with unit_of_work(services.database) as unit:
            assert await services.sessions.prune(unit) == 1
            assert await services.sessions.prune(unit) == 0
        assert stored(services, "SELECT id FROM sessions") == [(berta.session.id,)]


class TestPasswords:
    async def test_a_new_one_ends_every_other_session(self, services, anna):
        other = await sign_in(services, "anna")
        account = await do(services, "change_password", anna.actor, PASSWORD, NEW_PASSWORD)
        assert account == anna.account
        assert await lasts(services, anna)
        assert not await lasts(services, other)
        assert await lasts(services, await sign_in(services, "anna", NEW_PASSWORD))
        with refused(Code.PASSWORD_WRONG):
            await sign_in(services, "anna")

    @pytest.mark.parametrize(
        ("present", "new", "code"),
        [
            ("wrong password", NEW_PASSWORD, Code.PASSWORD_WRONG),
            (PASSWORD, "short", Code.PASSWORD_INVALID),
            (PASSWORD, "password1", Code.PASSWORD_INVALID),
        ],
    )
    async def test_what_is_refused_changes_nothing(self, services, anna, present, new, code):
        other = await sign_in(services, "anna")
        with refused(code):
            await do(services, "change_password", anna.actor, present, new)
        assert await lasts(services, other)
        assert await sign_in(services, "anna")

    async def test_a_weaker_hash_is_made_anew_at_sign_in(self, services, anna):
        decomposed = "pa\u0308ssword of anna"
        weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        async with unit_of_work(services.database) as unit:
            weak_hash = weak.hash("pässword of anna")
            await services.accounts.set_password(unit, anna.account.id, weak_hash)
        await sign_in(services, "anna", decomposed)
        ((present,),) = stored(services, "SELECT password_hash FROM accounts")
        assert present != weak_hash
        assert not services.accounts.hashing.is_outdated(present)
        for password in (decomposed, "pässword of anna"):
            assert await sign_in(services, "anna", password)

    @pytest.mark.parametrize("weak", [False, True])
    async def test_one_changed_while_it_was_being_checked(self, services, anna, weak):
        """The old password opens nothing any more, and does not come back either."""
        if weak:
            hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
            async with unit_of_work(services.database) as unit:
                await services.accounts.set_password(unit, anna.account.id, hasher.hash(PASSWORD))
        unit = Unit(services.database)  # the change holds the writer; the sign-in waits for it
        await services.sessions.reset_password(unit, anna.account.id, NEW_PASSWORD)
        late = asyncio.create_task(sign_in(services, "anna"))
        await asyncio.sleep(0.3)
        assert not late.done()
        await unit.commit()
        with refused(Code.PASSWORD_WRONG):
            await late
        assert await sign_in(services, "anna", NEW_PASSWORD)

    async def test_at_the_console(self, services, anna):
        async with unit_of_work(services.database) as unit:
            await services.sessions.reset_password(unit, anna.account.id, NEW_PASSWORD)
        assert not await lasts(services, anna)
        assert await sign_in(services, "anna", NEW_PASSWORD)


class TestChangingCredentials:
    async def test_both_at_once(self, services, anna):
        other = await sign_in(services, "anna")
        changed = await do(
            services, "change_credentials", anna.actor, anna.account.id, "berta", NEW_PASSWORD
        )
        assert changed.username == "berta"
        assert await lasts(services, anna)
        assert not await lasts(services, other)
        assert await sign_in(services, "berta", NEW_PASSWORD)

    async def test_a_login_alone_ends_no_session(self, services, anna):
        other = await sign_in(services, "anna")
        await do(services, "change_credentials", anna.actor, anna.account.id, "berta", None)
        assert await lasts(services, other)

    async def test_neither(self, services, anna):
        account = anna.account
        given = await do(services, "change_credentials", anna.actor, account.id, None, None)
        assert given == account

    async def test_all_or_nothing(self, services, anna):
        await sign_up(services, "berta")
        other = await sign_in(services, "anna")
        with refused(Code.USERNAME_TAKEN):
            await do(
                services, "change_credentials", anna.actor, anna.account.id, "berta", NEW_PASSWORD
            )
        assert await lasts(services, other)
        assert await sign_in(services, "anna")

    async def test_nobody_keeps_all_hashing_threads_busy(self, anna, wired):
        strict = wired(sign_in_limit="3 per hour")
        changes = (
            do(strict, "change_credentials", anna.actor, anna.account.id, None, NEW_PASSWORD)
            for _ in range(10)
        )
        outcomes = await asyncio.gather(*changes, return_exceptions=True)
        codes = [error.code for error in outcomes if isinstance(error, DomainError)]
        assert codes == [Code.THROTTLED] * 7
        await do(strict, "change_credentials", anna.actor, anna.account.id, None, PASSWORD)

    async def test_who_may(self, services, anna):
        berta, root = await sign_up(services, unique()), await superuser(services)
        with refused(Code.FORBIDDEN):
            await do(services, "change_credentials", berta.actor, anna.account.id, None, None)
        with refused(Code.UNAUTHORIZED):
            nobody = await anonymous(services)
            await do(services, "change_credentials", nobody, anna.account.id, None, None)
        with refused(Code.ACCOUNT_UNKNOWN):
            await do(services, "change_credentials", root, 2**53, "x", NEW_PASSWORD)
        await do(services, "change_credentials", root, anna.account.id, None, NEW_PASSWORD)
        assert not await lasts(services, anna)
        assert await sign_in(services, "anna", NEW_PASSWORD)


class TestHistory:
    async def test_newest_first(self, services, anna):
        with refused(Code.PASSWORD_WRONG):
            await sign_in(services, "anna", "wrong password")
        await sign_in(services, "anna@example.com")
        lines = await history(services, anna.actor)
        assert [line.success for line in lines] == [True, False, True]
        assert {(line.address, line.user_agent, line.method) for line in lines} == {
            ("192.0.2.7", "Browser/1", "tests")
        }

    async def test_is_one_s_own(self, services, anna):
        berta = await sign_up(services, "berta")
        assert len(await history(services, berta.actor)) == 1
        with refused(Code.UNAUTHORIZED):
            await history(services, await anonymous(services))

    async def test_in_pages_and_the_newest_thousand_alone(self, services, anna):
        line = (anna.account.id, 0, "", "", "tests", True)
        with sqlite3.connect(services.database.path) as connection:
            connection.executemany(
                "INSERT INTO sign_ins (account_id, at, address, user_agent, method, success)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [line] * 1500,
            )
        await sign_in(services, "anna")
        first = await do(services, "history", anna.actor, 1)
        assert (first.page, first.pages, first.total, len(first.items)) == (1, 50, 1000, 20)
        for page, length in ((50, 20), (51, 0), (2**53, 0)):
            assert len(await history(services, anna.actor, page)) == length

    async def test_a_long_user_agent_is_cut(self, services, anna):
        visit = Visit("192.0.2.7", "x" * 5000, "tests")
        await do(services, "sign_in", anna.actor, visit, "anna", PASSWORD)
        started = await sign_in(services, "anna")
        assert len((await history(services, started.actor))[1].user_agent) == 300
