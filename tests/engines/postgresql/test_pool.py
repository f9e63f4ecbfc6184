"""The pool of connections to PostgreSQL, where it freezes, only reads, or is away."""

import asyncio

import msgspec
import pytest
from sqlalchemy import bindparam, func, insert, select

from kinoteka.database.engines.postgresql import pool as module
from kinoteka.database.engines.postgresql.driver import PostgreSQL
from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import EMPTY, create_empty_template, postgresql_server
from tests.support.errors import raises_error
from tests.support.polling import wait_until

ADD = Statement(insert(labels).values(name=bindparam("name")))
NAMES = Statement(select(labels.c.name).order_by(labels.c.id), lambda name: name)
SLOW = Statement(select(func.pg_sleep(0.5)))
STATEMENT_SECONDS = Settings().database_timeout_seconds


@pytest.fixture(scope="module")
def own_server():
    """A server that may be frozen, since no other test uses it."""
    with postgresql_server("fsync=off") as server:
        create_empty_template(server)
        yield server


@pytest.fixture
def engine():
    return "postgresql"


@pytest.fixture
async def database(own_server, settings, monkeypatch):
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    url = own_server.new_database(EMPTY)
    opened = await PostgreSQL.open(msgspec.structs.replace(settings, database_url=url))
    yield opened
    own_server.thaw()
    await opened.close()


@pytest.fixture
def frozen(own_server, database, monkeypatch):
    monkeypatch.setattr(module, "PROBE_SECONDS", 0.2)
    own_server.freeze()
    return database


async def add(database, name):
    async with unit_of_work(database) as unit:
        await unit.run(ADD, name=name)


async def names(database):
    return await Unit(database).all(NAMES)


async def error_of(work):
    try:
        return await work
    except DomainError as error:
        return error.code


def heavy(database):
    return database.read_in_thread(lambda reader: reader.fetch(NAMES))


class TestFrozenServer:
    async def test_every_caller_is_told_that_it_is_busy(self, database, own_server, monkeypatch):
        await heavy(database)  # a thread has a connection
        monkeypatch.setattr(module, "PROBE_SECONDS", 0.2)
        monkeypatch.setattr(module, "WAIT_SECONDS", 0.3)
        own_server.freeze()
        works = [*(names(database) for _ in range(8)), add(database, "a"), heavy(database)]
        async with asyncio.timeout(STATEMENT_SECONDS):
            assert set(await asyncio.gather(*map(error_of, works))) == {Code.BUSY}

    async def test_nobody_waits_once_it_is_known(self, frozen):
        assert await error_of(names(frozen)) == Code.BUSY
        for work in (names, heavy, lambda database: add(database, "a")):
            with raises_error(Code.BUSY, retry_after=1):
                await work(frozen)

    async def test_it_is_used_again_once_it_answers(self, frozen, own_server):
        assert await error_of(names(frozen)) == Code.BUSY
        own_server.thaw()

        async def responses():
            return await error_of(names(frozen)) == []

        await wait_until(responses)
        await add(frozen, "a")
        assert [name for (name,) in await heavy(frozen)] == ["a"]

    async def test_cancelled_caller_is_cancelled(self, frozen, caplog):
        for work in (names(frozen), add(frozen, "a")):
            caller = asyncio.create_task(work)
            await asyncio.sleep(0.01)
            caller.cancel()
            with pytest.raises(asyncio.CancelledError):
                await caller
        assert caplog.records == []

    async def test_transaction_can_be_rolled_back(self, database, own_server):
        unit = Unit(database)
        await unit.run(ADD, name="a")
        own_server.freeze()
        await unit.rollback()
        own_server.thaw()
        assert await names(database) == []


async def test_slow_statement_is_waited_for(database):
    assert await Unit(database).all(SLOW)


async def test_read_only_connections_are_discarded(database, own_server):
    name = database._pool._options["dsn"].rpartition("/")[2]
    await names(database)
    own_server.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
    own_server.execute(f"{terminate}'{name}'")
    with raises_error(Code.BUSY, retry_after=1):
        await add(database, "a")
    own_server.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    await add(database, "a")
    assert await names(database) == ["a"]


async def test_lost_connections_leave_no_trace_in_the_log(database, own_server, caplog):
    await names(database)
    own_server.stop("immediate")
    assert await error_of(names(database)) == Code.BUSY
    assert await error_of(names(database)) == Code.BUSY
    own_server.start()
    assert await names(database) == []
    assert caplog.records == []
