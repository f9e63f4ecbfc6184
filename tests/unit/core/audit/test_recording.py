"""What is written into the audit log, and that it goes with the change it tells of."""

import pytest

from kinoteka.core.access.model import CONSOLE
from kinoteka.core.audit.model import Action, Entry, EntryQuery, Subject
from kinoteka.core.audit.recording import record
from kinoteka.database.unit import Unit, unit_of_work
from tests.support.accounts import sign_up, superuser_actor
from tests.support.databases import execute, rows


async def entries(services) -> list[Entry]:
    async with unit_of_work(services.database) as unit:
        return (await services.audit.entries(CONSOLE, unit, EntryQuery())).entries


async def test_who_did_what_to_what_from_where(services):
    root = await superuser_actor(services)
    unit = Unit(services.database, "192.0.2.1")
    subject = Subject("film", 7, "Брат")
    await record(root, unit, Action.FILM_LABELLED, subject, label="premium", years=[1997])
    await unit.commit()
    entry = (await entries(services))[0]
    assert (entry.account_id, entry.actor_name[:9]) == (root.account_id, "superuser")
    assert (entry.action, entry.address) == ("film_labelled", "192.0.2.1")
    assert (entry.subject_kind, entry.subject_id, entry.subject_name) == ("film", 7, "Брат")
    assert entry.details == {"label": "premium", "years": [1997]}


async def test_the_console_has_no_account_and_an_account_its_name_of_then(services, unit):
    person = await sign_up(services, "anna")
    subject = Subject("account", person.account.id)
    await record(CONSOLE, unit, Action.SESSIONS_ENDED, subject)
    await unit.commit()
    execute(services.settings, "UPDATE accounts SET username = 'other' WHERE username = 'anna'")
    (entry,) = await entries(services)
    assert (entry.account_id, entry.actor_name, entry.address) == (None, "", "")
    assert (entry.subject_id, entry.subject_name) == (person.account.id, "anna")


async def test_it_outlives_the_accounts_that_it_tells_of(services, unit):
    root, person = await superuser_actor(services), await sign_up(services, "anna")
    await record(root, unit, Action.SESSIONS_ENDED, Subject("account", person.account.id))
    await unit.commit()
    execute(services.settings, "DELETE FROM accounts")
    assert (await entries(services))[0].subject_name == "anna"


async def test_somebody_with_an_e_mail_address_alone_has_no_name_there(services, unit):
    person = await sign_up(services, "anna", email="anna@example.com")
    execute(services.settings, "UPDATE accounts SET username = NULL, username_key = NULL")
    await record(CONSOLE, unit, Action.SESSIONS_ENDED, Subject("account", person.account.id))
    await unit.commit()
    assert "anna@" not in str(rows(services.settings, "SELECT * FROM audit_entries"))


async def test_what_is_rolled_back_was_not_done(services):
    with pytest.raises(RuntimeError):
        async with unit_of_work(services.database) as unit:
            await record(CONSOLE, unit, Action.ROLE_CREATED, Subject("role", 1, "x"))
            raise RuntimeError
    assert await entries(services) == []
