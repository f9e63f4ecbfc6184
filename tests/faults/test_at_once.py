"""What many do at once, on two workers over one database: afterwards everything adds up.

Each of them is either done or refused in words; none waits for another crosswise.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack

import pytest

from kinoteka.core.access.model import CONSOLE_ACTOR
from kinoteka.core.accounts.model import ProfileChange
from kinoteka.core.catalogue.counts import recount_all
from kinoteka.core.library.model import NewSelection, SelectionChange
from kinoteka.core.media.model import PICTURES
from kinoteka.core.services import Services
from kinoteka.core.sessions.model import SignInResult
from kinoteka.database.schema import metadata
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.spooled_files import SpooledFile
from kinoteka.server.app import running_services
from tests.support.accounts import VISIT, anonymous_actor, perform, sign_up, superuser_actor
from tests.support.databases import rows, write_transaction
from tests.support.films import PREMIUM, fill_catalogue
from tests.support.pictures import picture
from tests.support.servers import PASSWORD, unique_name

DONE = "done"
NEW_PASSWORD = "another horse battery"
Outcome = str | Code


class Workers:
    """Two workers over one database, with nothing between them."""

    def __init__(self, settings: Settings, here: Services, there: Services) -> None:
        self.settings = settings
        self.here, self.there = here, there
        self._turn = 0

    @property
    def next(self) -> Services:
        """One of the two, in turn."""
        self._turn += 1
        return (self.here, self.there)[self._turn % 2]

    def rows(self, sql: str, *given: object) -> list[object]:
        """What is stored."""
        return rows(self.settings, sql, *given)


@pytest.fixture
async def workers(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[Workers]:
    async with AsyncExitStack() as stack:
        here, there = [
            await stack.enter_async_context(running_services(settings)) for _ in range(2)
        ]
        log = None
        if settings.database_url:
            log = request.getfixturevalue("postgresql").folder / "log"
            began = log.stat().st_size
        yield Workers(settings, here, there)
        if log is not None:
            assert b"deadlock detected" not in log.read_bytes()[began:]


async def outcome(request: Awaitable[object]) -> Outcome:
    """Whether a request was done, or why not; any other error is one."""
    try:
        await request
    except DomainError as error:
        return error.code
    return DONE


async def at_once(*requests: Awaitable[object]) -> Counter[Outcome]:
    """How many of the requests came to what."""
    return Counter(await asyncio.gather(*map(outcome, requests)))


async def refresh(services: Services, token: str) -> str:
    async with unit_of_work(services.database) as unit:
        return (await services.tokens.refresh(unit, token)).refresh_token


async def sign_in(services: Services, name: str, password: str = PASSWORD) -> SignInResult:
    nobody = await anonymous_actor(services)
    async with unit_of_work(services.database) as unit:
        return await services.sessions.sign_in(nobody, unit, VISIT, name, password)


class TestSelections:
    async def test_concurrent_edits_of_a_selection_leave_it_consistent(self, workers):
        fill_catalogue(workers.settings)
        editors = [await superuser_actor(workers.here) for _ in range(2)]
        new = NewSelection(title="Best", featured=True, public=True, film_ids=[1, 2, 3])
        made = await perform(workers.here, workers.here.selections.create, editors[0], new)
        draw = random.Random(1)

        def edit() -> Awaitable[object]:
            services, editor = workers.next, draw.choice(editors)
            selections, film = services.selections, draw.randint(1, 9)
            return draw.choice(
                [
                    lambda: perform(services, selections.place_film, editor, made.id, film, 1),
                    lambda: perform(services, selections.place_film, editor, made.id, film),
                    lambda: perform(services, selections.remove_film, editor, made.id, film),
                    lambda: perform(
                        services, selections.change, editor, made.id, SelectionChange(public=True)
                    ),
                ]
            )()

        assert await at_once(*(edit() for _ in range(80))) == {DONE: 80}
        sql = "SELECT position, film_id FROM selection_films WHERE selection_id = ? ORDER BY 1"
        stored = workers.rows(sql, made.id)
        assert len({position for position, _ in stored}) == len(stored)
        async with unit_of_work(workers.here.database) as unit:
            shown = await workers.here.selections.get(editors[1], unit, made.id)
        assert [film.id for film in shown.films] == [film_id for _, film_id in stored]

    async def test_account_never_has_more_selections_than_allowed(self, workers, monkeypatch):
        monkeypatch.setattr("kinoteka.core.library.selections.MAX_SELECTIONS", 5)
        anna = (await sign_up(workers.here)).actor
        made = [
            perform(services, services.selections.create, anna, NewSelection(title="Mine"))
            for services in (workers.next for _ in range(20))
        ]
        assert await at_once(*made) == {DONE: 5, Code.SELECTIONS_TOO_MANY: 15}
        assert workers.rows("SELECT id FROM selections ORDER BY id") == [1, 2, 3, 4, 5]


class TestChats:
    async def test_unread_count_is_right_after_concurrent_changes(self, workers):
        pair = [(await sign_up(workers.here)).actor for _ in range(2)]
        chats = await asyncio.gather(
            *(
                perform(services, services.chats.open, one, other.account_id)
                for one, other in (pair, pair[::-1])
                for services in (workers.here, workers.there)
            )
        )
        (chat,) = set(chats)
        draw = random.Random(2)

        def use() -> Awaitable[object]:
            services, who, message = workers.next, draw.choice(pair), draw.randint(1, 60)
            chats = services.chats
            return draw.choice(
                [
                    lambda: perform(services, chats.post, who, chat, "hello", None),
                    lambda: perform(services, chats.post, who, chat, "again", str(message % 5)),
                    lambda: perform(services, chats.delete, who, message),
                    lambda: perform(services, chats.edit, who, message, "other"),
                    lambda: perform(services, chats.mark_read, who, chat, message),
                ]
            )()

        for _ in range(3):
            came = await at_once(*(use() for _ in range(60)))
            assert set(came) <= {DONE, Code.MESSAGE_UNKNOWN, Code.MESSAGE_FORBIDDEN}
        counted = workers.rows(
            "SELECT m.unread, (SELECT count(*) FROM messages g WHERE g.chat_id = m.chat_id"
            " AND g.id > m.last_read_id AND g.author_id != m.account_id) FROM chat_members m"
        )
        assert len(counted) == 2
        assert all(kept == right for kept, right in counted)
        last, newest = workers.rows(
            "SELECT last_message_id, (SELECT max(id) FROM messages) FROM chats"
        )[0]
        assert last == newest
        nonces = workers.rows("SELECT author_id, nonce FROM messages WHERE nonce IS NOT NULL")
        assert len(nonces) == len(set(nonces))


class TestTokens:
    async def test_refresh_token_used_ten_times_at_once_has_one_successor(self, workers):
        anna = await sign_up(workers.here)
        first = token = workers.here.tokens.issue(anna.session, ()).refresh_token
        for _ in range(3):
            got = await asyncio.gather(*(refresh(workers.next, token) for _ in range(10)))
            assert len(set(got)) == 1
            before, token = token, got[0]
        # Who is late and who goes on: one line of successors all the same.
        late = [refresh(workers.next, each) for each in [before, token] * 5]
        outcomes = await asyncio.gather(*late, return_exceptions=True)
        ended = [each for each in outcomes if isinstance(each, DomainError)]
        assert {each.code for each in ended} <= {Code.TOKEN_REUSED, Code.TOKEN_INVALID}
        assert len({each for each in outcomes if isinstance(each, str)} - {token}) <= 1
        if not ended:
            reused = await at_once(*(refresh(workers.next, first) for _ in range(10)))
            assert Code.TOKEN_REUSED in reused
            assert set(reused) <= {Code.TOKEN_REUSED, Code.TOKEN_INVALID}
        assert workers.rows("SELECT id FROM sessions") == []


class TestPasswords:
    async def test_no_session_of_the_old_password_survives_a_change(self, workers):
        name = unique_name()
        anna = await sign_up(workers.here, name)
        change = workers.there.credentials.change_password
        came = await at_once(
            *(sign_in(workers.next, name) for _ in range(6)),
            perform(workers.there, change, anna.actor, PASSWORD, NEW_PASSWORD),
            *(sign_in(workers.next, name) for _ in range(6)),
        )
        assert set(came) <= {DONE, Code.PASSWORD_WRONG}
        assert workers.rows("SELECT id FROM sessions") == [anna.session.id]
        assert await outcome(sign_in(workers.here, name)) == Code.PASSWORD_WRONG
        assert await outcome(sign_in(workers.here, name, NEW_PASSWORD)) == DONE

    async def test_only_one_of_two_concurrent_password_changes_succeeds(self, workers):
        name = unique_name()
        sessions = [await sign_up(workers.here, name), await sign_in(workers.there, name)]
        changes = [
            perform(services, services.credentials.change_credentials, *given)
            for services, given in (
                (services, (each.actor, each.account.id, None, f"{NEW_PASSWORD} {each.session.id}"))
                for services, each in zip((workers.here, workers.there), sessions, strict=True)
            )
        ]
        assert await at_once(*changes) == {DONE: 1, Code.UNAUTHORIZED: 1}
        (kept,) = workers.rows("SELECT id FROM sessions")
        assert await outcome(sign_in(workers.here, name, f"{NEW_PASSWORD} {kept}")) == DONE


class TestAccounts:
    async def test_only_one_of_twenty_concurrent_sign_ups_gets_a_name(self, workers):
        name = unique_name()
        names = [name, name.upper()] * 10
        came = await at_once(*(sign_up(workers.next, name) for name in names))
        assert came == {DONE: 1, Code.USERNAME_TAKEN: 19}
        assert len(workers.rows("SELECT id FROM accounts")) == 1

    async def test_account_is_never_left_without_a_name(self, workers):
        anna = (await sign_up(workers.here, email="anna@example.com")).actor
        came = await at_once(
            *(
                perform(services, services.accounts.change, anna, change)
                for services, change in (
                    (workers.here, ProfileChange(username=None)),
                    (workers.there, ProfileChange(email=None)),
                )
            )
        )
        assert came == {DONE: 1, Code.FIELD_INVALID: 1}

    async def test_account_can_be_deleted_during_other_requests(self, workers):
        fill_catalogue(workers.settings)
        anna, boris = await sign_up(workers.here), await sign_up(workers.there)
        root = await superuser_actor(workers.here)
        role = await perform(workers.here, workers.here.access.create_role, root, "guest", ["a"])
        chat = await perform(workers.here, workers.here.chats.open, anna.actor, boris.account.id)
        message = await perform(workers.here, workers.here.chats.post, anna.actor, chat, "a", None)
        mine = NewSelection(title="Mine", public=True, film_ids=[1])
        own = await perform(workers.here, workers.here.selections.create, anna.actor, mine)

        def everything(on: Services) -> list[Awaitable[object]]:
            me, other, me_id = anna.actor, boris.actor, anna.account.id
            return [
                perform(on, on.chats.post, me, chat, "b", None),
                perform(on, on.chats.post, other, chat, "c", None),
                perform(on, on.chats.edit, me, message.id, "d"),
                perform(on, on.chats.mark_read, other, chat, message.id),
                perform(on, on.chats.open, root, me_id),
                perform(on, on.selections.create, me, mine),
                perform(on, on.selections.place_film, me, own.id, 2),
                perform(on, on.selections.place_film, root, own.id, 3),
                perform(on, on.bookmarks.add, me, 1),
                perform(on, on.access.assign_role, root, me_id, role.id),
                perform(on, on.access.revoke_role, root, me_id, role.id),
                perform(on, on.accounts.change, me, ProfileChange(status="here")),
                perform(on, on.accounts.change_login, root, me_id, unique_name()),
                perform(on, on.avatars.change_avatar, me, SpooledFile.of(picture()), PICTURES),
                perform(on, on.sessions.sign_out, me),
                sign_in(on, anna.account.username or ""),
                sign_in(on, anna.account.username or "", "wrong password"),
            ]

        # Signing out ends Anna's session, and only a session that lasts may delete the account.
        leaver = await sign_in(workers.here, anna.account.username or "")
        requests = [*everything(workers.here), *everything(workers.there)]
        random.Random(3).shuffle(requests)
        leave = [
            perform(on, on.credentials.delete_account, leaver.actor)
            for on in (workers.here, workers.there)
        ]
        came = await at_once(*requests[:17], *leave, *requests[17:])
        assert set(came) <= {
            *(DONE, Code.ACCOUNT_UNKNOWN, Code.CHAT_FORBIDDEN, Code.FILM_UNKNOWN),
            *(Code.MESSAGE_FORBIDDEN, Code.MESSAGE_UNKNOWN, Code.PASSWORD_WRONG),
            *(Code.ROLE_UNKNOWN, Code.SELECTION_UNKNOWN, Code.UNAUTHORIZED),
        }
        for table in metadata.sorted_tables:
            if "account_id" in table.c:
                left = f"SELECT count(*) FROM {table.name} WHERE account_id = ?"
                assert workers.rows(left, anna.account.id) == [0], table.name
        assert workers.rows("SELECT id FROM accounts WHERE id = ?", anna.account.id) == []
        left = workers.rows("SELECT avatar_file FROM accounts WHERE avatar_file IS NOT NULL")
        assert left == []
        for _ in range(2):
            came = await at_once(
                perform(workers.here, workers.here.credentials.delete_account, boris.actor),
                perform(workers.there, workers.there.credentials.delete_account, root),
            )
        assert workers.rows("SELECT id FROM chats") == []
        assert workers.rows("SELECT id FROM messages") == []


class TestRights:
    async def test_roles_stay_consistent_when_changed_while_assigned(self, workers):
        root = await superuser_actor(workers.here)
        people = [(await sign_up(workers.here)).account.id for _ in range(2)]
        create = workers.here.access.create_role
        roles = [
            (await perform(workers.here, create, root, f"role {number}", ["a"])).id
            for number in range(4)
        ]
        draw = random.Random(4)

        def change() -> Awaitable[object]:
            on = workers.next
            access, role, who = on.access, draw.choice(roles), draw.choice(people)
            wanted = draw.sample(["a", "b", "c", f"films.view:{PREMIUM}"], draw.randint(0, 3))
            number = draw.randint(0, 5)
            return draw.choice(
                [
                    lambda: perform(on, access.assign_role, root, who, role),
                    lambda: perform(on, access.revoke_role, root, who, role),
                    lambda: perform(on, access.change_role, root, role, None, wanted),
                    lambda: perform(on, access.change_role, root, role, f"role {number}", wanted),
                    lambda: perform(on, access.create_role, root, f"role {number}", wanted),
                    lambda: perform(on, access.delete_role, root, roles[-1]),
                ]
            )()

        for _ in range(2):
            came = await at_once(*(change() for _ in range(60)))
            assert set(came) <= {DONE, Code.ROLE_TAKEN, Code.ROLE_UNKNOWN}
        stored = set(workers.rows("SELECT role_id, permission FROM role_permissions"))
        for on in (workers.here, workers.there):
            await on.revisions.refresh()
            async with unit_of_work(on.database) as unit:
                known = await on.access.list_roles(root, unit)
            assert {(role.id, each) for role in known for each in role.permissions} == stored

    async def test_film_counts_are_right_when_labels_change_concurrently(self, workers):
        fill_catalogue(workers.settings)
        draw = random.Random(5)
        for name in ("early", "late"):
            await perform(workers.here, workers.here.labels.add, CONSOLE_ACTOR, name)
        await workers.there.revisions.refresh()
        labels = [None, PREMIUM, "early", "late"]

        def label() -> Awaitable[object]:
            on, film = workers.next, draw.randint(1, 6)
            return perform(on, on.labels.set_label, CONSOLE_ACTOR, film, draw.choice(labels))

        assert await at_once(*(label() for _ in range(80))) == {DONE: 80}
        tables = ("genre_counts", "director_counts")
        counted = [sorted(workers.rows(f"SELECT * FROM {table}")) for table in tables]
        with write_transaction(workers.settings) as reader:
            recount_all(reader)
        assert counted == [sorted(workers.rows(f"SELECT * FROM {table}")) for table in tables]
