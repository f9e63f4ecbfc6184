"""Reading the audit log: who may, by what, page by page; and forgetting the oldest."""

import msgspec
import pytest

from databases import execute, rows
from kinoteka.core.access.model import CONSOLE, Actor
from kinoteka.core.audit import queries
from kinoteka.core.audit.model import Action, EntryQuery, Subject
from kinoteka.core.audit.recording import record
from kinoteka.errors import Code
from kinoteka.storage.clock import DAY, now
from kinoteka.storage.unit import unit_of_work
from people import anonymous, refused, sign_up

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
    with refused(Code.UNAUTHORIZED):
        await services.audit.entries(await anonymous(services), unit, EntryQuery())
    with refused(Code.FORBIDDEN, permission="audit.view"):
        await services.audit.entries((await sign_up(services)).actor, unit, EntryQuery())


async def test_the_oldest_are_forgotten_some_at_a_time(filled, monkeypatch):
    old = now() - filled.settings.audit_days * DAY - 1
    execute(filled.settings, "UPDATE audit_entries SET at = ? WHERE id < 4", old)
    assert queries.PRUNED_AT_ONCE >= 1000
    async with unit_of_work(filled.database) as unit:
        assert await filled.audit.prune(unit) == 3
    assert rows(filled.settings, "SELECT id FROM audit_entries") == [4]


def test_every_kind_of_thing_can_be_asked_for():
    assert msgspec.convert({"subject_kind": "import"}, EntryQuery).subject_kind == "import"
