"""The pool of connections to a PostgreSQL server that freezes, is read-only or stops."""

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

ADD: Statement[tuple[()]] = Statement(insert(labels).values(name=bindparam("name")))
NAMES = Statement(select(labels.c.name).order_by(labels.c.id), lambda name: name)
SLOW: Statement[tuple[object]] = Statement(select(func.pg_sleep(0.5)))
STATEMENT_SECONDS = Settings().database_timeout_seconds


@pytest.fixture(scope="module")
def own_server():
    """A server that tests may freeze, because no other module uses it."""
    with postgresql_server("fsync=off") as server:
        create_empty_template(server)
        yield server


@pytest.fixture
async def database(own_server, settings, monkeypatch):
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    url = own_server.new_database(EMPTY)
    database = await PostgreSQL.open(msgspec.structs.replace(settings, database_url=url))
    yield database
    own_server.thaw()
    await database.close()


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


async def result_or_code(work):
    """Return the result of `work`, or the code of its domain error."""
    try:
        return await work
    except DomainError as error:
        return error.code


def read_in_thread(database):
    return database.read_in_thread(lambda reader: reader.fetch(NAMES))


class TestFrozenServer:
    async def test_every_caller_gets_busy_before_the_statement_timeout(
        self, database, own_server, monkeypatch
    ):
        await read_in_thread(database)  # opens the connection of a thread
        monkeypatch.setattr(module, "PROBE_SECONDS", 0.2)
        monkeypatch.setattr(module, "WAIT_SECONDS", 0.3)
        own_server.freeze()
        works = [*(names(database) for _ in range(8)), add(database, "a"), read_in_thread(database)]
        async with asyncio.timeout(STATEMENT_SECONDS):
            assert set(await asyncio.gather(*map(result_or_code, works))) == {Code.BUSY}

    async def test_callers_are_rejected_at_once_after_the_first_failure(self, frozen):
        assert await result_or_code(names(frozen)) == Code.BUSY
        for work in (names, read_in_thread, lambda database: add(database, "a")):
            with raises_error(Code.BUSY, retry_after=1):
                await work(frozen)

    async def test_pool_recovers_when_the_server_responds_again(self, frozen, own_server):
        assert await result_or_code(names(frozen)) == Code.BUSY
        own_server.thaw()

        async def can_read():
            return await result_or_code(names(frozen)) == []

        await wait_until(can_read)
        await add(frozen, "a")
        assert [name for (name,) in await read_in_thread(frozen)] == ["a"]

    async def test_waiting_caller_can_be_cancelled(self, frozen, caplog):
        for work in (names(frozen), add(frozen, "a")):
            caller = asyncio.create_task(work)
            await asyncio.sleep(0.01)
            caller.cancel()
            with pytest.raises(asyncio.CancelledError):
                await caller
        assert caplog.records == []

    async def test_open_transaction_can_be_rolled_back(self, database, own_server):
        unit = Unit(database)
        await unit.run(ADD, name="a")
        own_server.freeze()
        await unit.rollback()
        own_server.thaw()
        assert await names(database) == []


async def test_slow_statement_is_not_cancelled_by_the_probe(database):
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


async def test_lost_connections_are_not_logged(database, own_server, caplog):
    await names(database)
    own_server.stop("immediate")
    assert await result_or_code(names(database)) == Code.BUSY
    assert await result_or_code(names(database)) == Code.BUSY
    own_server.start()
    assert await names(database) == []
    assert caplog.records == []
