"""Reading the audit log: who may, by what, page by page, and what is withheld."""

import msgspec
import pytest

from kinoteka.core.access.model import CONSOLE, Actor
from kinoteka.core.audit import queries
from kinoteka.core.audit.model import Action, EntryQuery, Subject
from kinoteka.core.audit.recording import record
from kinoteka.core.library.model import NewSelection
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from kinoteka.infrastructure.clock import DAY, now
from tests.support.accounts import (
    actor_by_token,
    anonymous_actor,
    perform,
    sign_up,
    superuser_actor,
)
from tests.support.databases import execute, rows
from tests.support.errors import raises_error
from tests.support.servers import unique_name

ANNA = Actor(1, 1, False, (), frozenset({"audit.view"}), ())
BORIS = Actor(2, 2, False, (), frozenset(), ())


@pytest.fixture
async def filled(services):
    async with unit_of_work(services.database) as unit:
        await record(ANNA, unit, Action.ROLE_CREATED, Subject("role", 5, "editors"))
        await record(BORIS, unit, Action.FILM_HIDDEN, Subject("film", 5, "Брат"))
        await record(ANNA, unit, Action.FILM_HIDDEN, Subject("film", 6, "Брат 2"))
        await record(CONSOLE, unit, Action.FILM_HIDDEN, Subject("film", 6, "Брат 2"))
    return services


async def page(services, limit=50, **query):
    async with unit_of_work(services.database) as unit:
        return await services.audit.entries(ANNA, unit, EntryQuery(**query), limit)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"who": 1}, [3, 1]),
        ({"action": Action.FILM_HIDDEN}, [4, 3, 2]),
        ({"subject_kind": "film", "subject_id": 6}, [4, 3]),
        ({"subject_kind": "role"}, [1]),
        ({"who": 1, "action": Action.FILM_HIDDEN, "subject_kind": "film"}, [3]),
        ({"before": 3}, [2, 1]),
        ({"who": 7}, []),
    ],
)
async def test_entries_are_chosen_newest_first(filled, query, found):
    assert [entry.id for entry in (await page(filled, **query)).entries] == found


async def test_pages_lead_to_each_other(filled):
    first = await page(filled, 3)
    assert ([entry.id for entry in first.entries], first.next) == ([4, 3, 2], 2)
    last = await page(filled, 3, before=first.next)
    assert ([entry.id for entry in last.entries], last.next) == ([1], None)


async def test_it_needs_the_permission(services, unit):
    with raises_error(Code.UNAUTHORIZED):
        await services.audit.entries(await anonymous_actor(services), unit, EntryQuery())
    with raises_error(Code.FORBIDDEN, permission="audit.view"):
        await services.audit.entries((await sign_up(services)).actor, unit, EntryQuery())


async def test_the_oldest_are_forgotten_some_at_a_time(filled, monkeypatch):
    old = now() - filled.settings.audit_days * DAY - 1
    execute(filled.settings, "UPDATE audit_entries SET at = ? WHERE id < 4", old)
    assert queries.PRUNED_AT_ONCE >= 1000
    async with unit_of_work(filled.database) as unit:
        assert await filled.audit.prune(unit) == 3
    assert rows(filled.settings, "SELECT id FROM audit_entries") == [4]


class TestWithheld:
    """A reader gets the names of what they may see elsewhere, and no others."""

    @pytest.fixture
    async def root(self, services):
        return await superuser_actor(services)

    async def reader(self, services, root, *permissions):
        started = await sign_up(services)
        granted = ("audit.view", *permissions)
        role = await perform(
            services, services.access.create_role, root, unique_name("role"), granted
        )
        await perform(services, services.access.assign_role, root, started.account.id, role.id)
        return await actor_by_token(services, started.token)

    async def names(self, services, actor, kind):
        query = EntryQuery(subject_kind=kind)
        found = (await perform(services, services.audit.entries, actor, query)).entries
        for entry in found:
            assert entry.withheld == (not entry.subject_name)
            assert not (entry.withheld and entry.details)
        return {entry.subject_name for entry in found}

    @pytest.fixture
    async def changed(self, services, films, root):
        """A film under a label, a hidden one, an open one and one that is gone, all changed."""
        for title in ("Zanzibar Nights", "Alien", "Ran"):
            film = await perform(services, services.editing.get, root, films[title])
            fields = msgspec.structs.replace(film.fields, year=1999)
            await perform(services, services.editing.edit, root, films[title], fields)
        await perform(services, services.labels.hide, root, films["Alien"])
        async with unit_of_work(services.database) as unit:
            await record(root, unit, Action.FILM_DELETED, Subject("film", 999, "Gone"), year=1)

    @pytest.mark.parametrize(
        ("permissions", "hidden_from"),
        [
            ((), {"Zanzibar Nights", "Alien", "Gone"}),
            (("films.view:premium",), {"Alien", "Gone"}),
            (("films.import", "selections.feature"), {"Zanzibar Nights", "Alien", "Gone"}),
            (("films.edit",), set()),
            (("films.label",), set()),
        ],
    )
    async def test_titles_of_films_that_the_reader_does_not_see_are_withheld(
        self, services, changed, root, permissions, hidden_from
    ):
        every = {"Zanzibar Nights", "Alien", "Ran", "Gone"}
        assert await self.names(services, root, "film") == every
        reader = await self.reader(services, root, *permissions)
        shown = every - hidden_from | ({""} if hidden_from else set())
        assert await self.names(services, reader, "film") == shown

    async def test_titles_of_selections_that_the_reader_cannot_open_are_withheld(
        self, services, films, root
    ):
        for title, public in (("Drafts", False), ("Best", True)):
            new = NewSelection(title=title, featured=True, public=public, film_ids=[films["Ran"]])
            await perform(services, services.selections.create, root, new)
        reader = await self.reader(services, root)
        assert await self.names(services, reader, "selection") == {"", "Best"}
        curator = await self.reader(services, root, "selections.feature")
        assert await self.names(services, curator, "selection") == {"Drafts", "Best"}

    async def test_file_names_of_imports_are_for_those_who_import(self, services, root):
        async with unit_of_work(services.database) as unit:
            subject = Subject("import", 1, "secret-films.csv")
            await record(root, unit, Action.IMPORT_REQUESTED, subject, format="csv")
        reader = await self.reader(services, root)
        assert await self.names(services, reader, "import") == {""}
        importer = await self.reader(services, root, "films.import")
        assert await self.names(services, importer, "import") == {"secret-films.csv"}


def test_every_kind_of_thing_can_be_asked_for():
    assert msgspec.convert({"subject_kind": "import"}, EntryQuery).subject_kind == "import"
