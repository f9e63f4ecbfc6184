"""Read the audit log: permission, filters, pages, and what is withheld."""

import msgspec
import pytest

from kinoteka.core.access.model import CONSOLE_ACTOR, Actor
from kinoteka.core.audit import queries
from kinoteka.core.audit.model import Action, AuditFilter, Subject
from kinoteka.core.audit.record import record
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
        await record(CONSOLE_ACTOR, unit, Action.FILM_HIDDEN, Subject("film", 6, "Брат 2"))
    return services


async def page(services, limit=50, **filters):
    async with unit_of_work(services.database) as unit:
        return await services.audit.entries(ANNA, unit, AuditFilter(**filters), limit)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, [4, 3, 2, 1]),
        ({"actor_id": 1}, [3, 1]),
        ({"action": Action.FILM_HIDDEN}, [4, 3, 2]),
        ({"subject_kind": "film", "subject_id": 6}, [4, 3]),
        ({"subject_kind": "role"}, [1]),
        ({"actor_id": 1, "action": Action.FILM_HIDDEN, "subject_kind": "film"}, [3]),
        ({"before": 3}, [2, 1]),
        ({"actor_id": 7}, []),
    ],
)
async def test_filters_select_entries_newest_first(filled, filters, ids):
    assert [entry.id for entry in (await page(filled, **filters)).entries] == ids


async def test_next_is_the_start_of_the_next_page(filled):
    first = await page(filled, 3)
    assert ([entry.id for entry in first.entries], first.next) == ([4, 3, 2], 2)
    last = await page(filled, 3, before=first.next)
    assert ([entry.id for entry in last.entries], last.next) == ([1], None)


async def test_reading_requires_the_permission(services, unit):
    with raises_error(Code.UNAUTHORIZED):
        await services.audit.entries(await anonymous_actor(services), unit, AuditFilter())
    with raises_error(Code.FORBIDDEN, permission="audit.view"):
        await services.audit.entries((await sign_up(services)).actor, unit, AuditFilter())


async def test_prune_deletes_old_entries_in_batches(filled):
    old = now() - filled.settings.audit_days * DAY - 1
    execute(filled.settings, "UPDATE audit_entries SET at = ? WHERE id < 4", old)
    assert queries.PRUNE_BATCH >= 1000
    async with unit_of_work(filled.database) as unit:
        assert await filled.audit.prune(unit) == 3
    assert rows(filled.settings, "SELECT id FROM audit_entries") == [4]


class TestWithheld:
    """Readers get only the names that are visible to them elsewhere."""

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
        query = AuditFilter(subject_kind=kind)
        found = (await perform(services, services.audit.entries, actor, query)).entries
        for entry in found:
            assert entry.withheld == (not entry.subject_name)
            assert not (entry.withheld and entry.details)
        return {entry.subject_name for entry in found}

    @pytest.fixture
    async def changed(self, services, films, root):
        """Change a film with a label, a hidden film and a public film. Delete a fourth film."""
        for title in ("Zanzibar Nights", "Alien", "Ran"):
            film = await perform(services, services.film_editing.get, root, films[title])
            fields = {**msgspec.structs.asdict(film.fields), "year": 1999}
            await perform(services, services.film_editing.edit, root, films[title], fields)
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
    async def test_titles_of_films_that_the_reader_may_not_see_are_withheld(
        self, services, changed, root, permissions, hidden_from
    ):
        every = {"Zanzibar Nights", "Alien", "Ran", "Gone"}
        assert await self.names(services, root, "film") == every
        reader = await self.reader(services, root, *permissions)
        visible = every - hidden_from | ({""} if hidden_from else set())
        assert await self.names(services, reader, "film") == visible

    async def test_titles_of_selections_that_the_reader_may_not_open_are_withheld(
        self, services, films, root
    ):
        for title, public in (("Drafts", False), ("Best", True)):
            new = NewSelection(title=title, featured=True, public=public, film_ids=[films["Ran"]])
            await perform(services, services.selections.create, root, new)
        reader = await self.reader(services, root)
        assert await self.names(services, reader, "selection") == {"", "Best"}
        curator = await self.reader(services, root, "selections.feature")
        assert await self.names(services, curator, "selection") == {"Drafts", "Best"}

    async def test_file_names_of_imports_are_withheld_without_the_import_permission(
        self, services, root
    ):
        async with unit_of_work(services.database) as unit:
            subject = Subject("import", 1, "secret-films.csv")
            await record(root, unit, Action.IMPORT_REQUESTED, subject, format="csv")
        reader = await self.reader(services, root)
        assert await self.names(services, reader, "import") == {""}
        importer = await self.reader(services, root, "films.import")
        assert await self.names(services, importer, "import") == {"secret-films.csv"}


def test_subject_kind_import_is_a_valid_filter():
    assert msgspec.convert({"subject_kind": "import"}, AuditFilter).subject_kind == "import"
