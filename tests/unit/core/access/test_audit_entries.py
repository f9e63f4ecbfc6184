"""Audit entries of changes to roles, labels and selections."""

import pytest

from kinoteka.core.access.model import CONSOLE_ACTOR
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.library.model import NewSelection, SelectionChange
from kinoteka.errors import Code
from tests.support.accounts import perform, sign_up, superuser_actor
from tests.support.errors import raises_error


@pytest.fixture
async def root(services):
    return await superuser_actor(services)


@pytest.fixture
async def person(services):
    return (await sign_up(services)).actor


@pytest.fixture
def log(services):
    async def read():
        page = await perform(services, services.audit.entries, CONSOLE_ACTOR, AuditFilter())
        entries = [(entry.action, entry.subject_kind, entry.details) for entry in page.entries]
        return [entry for entry in entries if entry[0] != "superuser_made"]

    return read


async def test_creating_changing_and_deleting_a_role_is_recorded(services, root, log):
    access = services.access
    role = await perform(services, access.create_role, root, "editors", ["films.edit"])
    change = access.change_role
    await perform(services, change, root, role.id, "curators", ["films.label"])
    await perform(services, change, root, role.id, "curators", ["films.label"])
    await perform(services, access.delete_role, root, role.id)
    assert await log() == [
        ("role_deleted", "role", {"permissions": ["films.label"]}),
        ("role_changed", "role", {"renamed_from": "editors", "granted": ["films.label"],
                                  "revoked": ["films.edit"]}),
        ("role_created", "role", {"permissions": ["films.edit"]}),
    ]  # fmt: skip


async def test_repeated_assignment_and_revocation_is_recorded_once(services, root, person, log):
    access = services.access
    role = await perform(services, access.create_role, root, "editors", [])
    for operation in (access.assign_role, access.revoke_role):
        for _ in range(2):
            await perform(services, operation, root, person.account_id, role.id)
    assert [action for action, *_ in await log()] == ["role_taken_away", "role_given",
                                                      "role_created"]  # fmt: skip
    assert (await log())[0][2] == {"role": "editors"}


async def test_repeated_creation_of_a_label_is_recorded_once(services, root, log):
    for _ in range(2):
        await perform(services, services.labels.add, root, "premium")
    assert await log() == [("label_created", "label", {})]


async def test_rejected_operation_is_not_recorded(services, root, log):
    with raises_error(Code.ROLE_BUILT_IN):
        await perform(services, services.access.delete_role, root, 1)
    with raises_error(Code.ROLE_UNKNOWN):
        await perform(services, services.access.assign_role, root, root.account_id, 999)
    assert await log() == []


async def test_holders_of_a_role_are_counted(services, root, person):
    access = services.access
    role = await perform(services, access.create_role, root, "editors", [])
    await perform(services, access.assign_role, root, person.account_id, role.id)
    assert await perform(services, access.count_holders, root) == {role.id: 1}
    with raises_error(Code.FORBIDDEN):
        await perform(services, access.count_holders, person)


async def test_repeated_labelling_of_a_film_is_recorded_once(services, root, films, log):
    film = next(iter(films.values()))
    await perform(services, services.labels.add, root, "new")
    for _ in range(2):
        await perform(services, services.labels.set_label, root, film, "new")
    assert (await log())[0] == ("film_labelled", "film", {"before": None, "after": "new"})
    assert len(await log()) == 2


async def test_only_operators_changes_to_selections_are_recorded(
    services, root, person, films, log
):
    selections = services.selections
    own = await perform(
        services, selections.create, person, NewSelection(title="Mine", public=True)
    )
    assert await log() == []
    change = selections.change
    await perform(services, change, person, own.id, SelectionChange(title="Ours"))
    assert await log() == []
    for featured in (True, True, False):
        await perform(services, change, root, own.id, SelectionChange(featured=featured))
    await perform(services, change, root, own.id, SelectionChange(title="Theirs"))
    await perform(services, selections.delete, root, own.id)
    await perform(services, selections.create, root, NewSelection(title="Site", featured=True))
    assert await log() == [
        ("selection_featured", "selection", {}),
        ("selection_deleted", "selection", {}),
        ("selection_changed", "selection", {"title": "Theirs"}),
        ("selection_unfeatured", "selection", {}),
        ("selection_featured", "selection", {}),
    ]
