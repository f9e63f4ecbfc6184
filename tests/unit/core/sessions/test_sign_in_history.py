"""The sign-in history of an account."""

from kinoteka.core.sessions.model import Visit
from kinoteka.errors import Code
from tests.support.accounts import anonymous_actor, perform, sign_in, sign_up
from tests.support.databases import execute_many
from tests.support.errors import raises_error
from tests.support.servers import PASSWORD


async def history(services, actor, page=1):
    return (await perform(services, services.sign_in_history.page, actor, page)).items


async def test_sign_ins_and_failures_are_listed_newest_first(services, anna):
    with raises_error(Code.PASSWORD_WRONG):
        await sign_in(services, "anna", "wrong password")
    await sign_in(services, "anna@example.com")
    sign_ins = await history(services, anna.actor)
    assert [each.success for each in sign_ins] == [True, False, True]
    assert {(each.address, each.user_agent, each.method) for each in sign_ins} == {
        ("192.0.2.7", "Browser/1", "tests")
    }


async def test_history_contains_only_the_actors_sign_ins(services, anna):
    berta = await sign_up(services, "berta")
    assert len(await history(services, berta.actor)) == 1
    with raises_error(Code.UNAUTHORIZED):
        await history(services, await anonymous_actor(services))


async def test_newest_thousand_sign_ins_are_listed_in_pages(services, anna):
    row = (anna.account.id, 0, "", "", "tests", True)
    execute_many(
        services.settings,
        "INSERT INTO sign_ins (account_id, at, address, user_agent, method, success)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [row] * 1500,
    )
    await sign_in(services, "anna")
    first = await perform(services, services.sign_in_history.page, anna.actor, 1)
    assert (first.page, first.pages, first.total, len(first.items)) == (1, 50, 1000, 20)
    for page, length in ((50, 20), (51, 0), (2**53, 0)):
        assert len(await history(services, anna.actor, page)) == length


async def test_long_user_agent_is_truncated(services, anna):
    visit = Visit("192.0.2.7", "x" * 5000, "tests")
    await perform(services, services.sessions.sign_in, anna.actor, visit, "anna", PASSWORD)
    started = await sign_in(services, "anna")
    assert len((await history(services, started.actor))[1].user_agent) == 300
