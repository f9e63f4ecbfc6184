"""Audit entries are stored together with the change that they record."""

import pytest

from kinoteka.core.access.model import CONSOLE_ACTOR
from kinoteka.core.audit.model import Action, AuditEntry, AuditFilter, Subject
from kinoteka.core.audit.record import record
from kinoteka.database.unit import Unit, unit_of_work
from tests.support.accounts import sign_up, superuser_actor
from tests.support.databases import execute, rows


async def entries(services) -> list[AuditEntry]:
    async with unit_of_work(services.database) as unit:
        return (await services.audit.entries(CONSOLE_ACTOR, unit, AuditFilter())).entries


async def test_entry_names_actor_action_subject_and_address(services):
    operator = await superuser_actor(services)
    unit = Unit(services.database, "192.0.2.1")
    subject = Subject("film", 7, "Брат")
    await record(operator, unit, Action.FILM_LABELLED, subject, label="premium", years=[1997])
    await unit.commit()
    entry = (await entries(services))[0]
    assert (entry.account_id, entry.actor_name[:9]) == (operator.account_id, "superuser")
    assert (entry.action, entry.address) == ("film_labelled", "192.0.2.1")
    assert (entry.subject_kind, entry.subject_id, entry.subject_name) == ("film", 7, "Брат")
    assert entry.details == {"label": "premium", "years": [1997]}


async def test_entry_of_the_console_has_no_account_and_keeps_the_name_at_that_time(services, unit):
    person = await sign_up(services, "anna")
    subject = Subject("account", person.account.id)
    await record(CONSOLE_ACTOR, unit, Action.SESSIONS_ENDED, subject)
    await unit.commit()
    execute(services.settings, "UPDATE accounts SET username = 'other' WHERE username = 'anna'")
    (entry,) = await entries(services)
    assert (entry.account_id, entry.actor_name, entry.address) == (None, "", "")
    assert (entry.subject_id, entry.subject_name) == (person.account.id, "anna")


async def test_entry_outlives_the_accounts_that_it_names(services, unit):
    root, person = await superuser_actor(services), await sign_up(services, "anna")
    await record(root, unit, Action.SESSIONS_ENDED, Subject("account", person.account.id))
    await unit.commit()
    execute(services.settings, "DELETE FROM accounts")
    assert (await entries(services))[0].subject_name == "anna"


async def test_entry_does_not_contain_the_e_mail_address_of_an_account_without_username(
    services, unit
):
    person = await sign_up(services, "anna", email="anna@example.com")
    execute(services.settings, "UPDATE accounts SET username = NULL, username_key = NULL")
    await record(CONSOLE_ACTOR, unit, Action.SESSIONS_ENDED, Subject("account", person.account.id))
    await unit.commit()
    assert "anna@" not in str(rows(services.settings, "SELECT * FROM audit_entries"))


async def test_entry_is_not_stored_when_the_transaction_is_rolled_back(services):
    with pytest.raises(RuntimeError):
        async with unit_of_work(services.database) as unit:
            await record(CONSOLE_ACTOR, unit, Action.ROLE_CREATED, Subject("role", 1, "x"))
            raise RuntimeError
    assert await entries(services) == []
