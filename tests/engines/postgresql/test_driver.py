"""PostgreSQL alone: connections that break, waits that end, transactions that fail."""

import asyncio

import msgspec
import pytest
from sqlalchemy import bindparam, func, insert, select

from kinoteka.database.engines.postgresql import pool as module
from kinoteka.database.engines.postgresql.driver import PostgreSQL
from kinoteka.database.migrations import migrate
from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Conflict, Unit, unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings
from kinoteka.server.app import close, wire
from tests.support.databases import postgresql_server, rows
from tests.support.errors import raises_error

ADD = Statement(insert(labels).values(name=bindparam("name")))
NAMES = Statement(select(labels.c.name).order_by(labels.c.id), lambda name: name)
SLOW = Statement(select(func.pg_sleep(5)))


@pytest.fixture
def engine():
    return "postgresql"


@pytest.fixture
def settings(settings):
    return msgspec.structs.replace(settings, database_pool=2, database_timeout_seconds=2)


async def names(services):
    async with unit_of_work(services.database) as unit:
        return await unit.all(NAMES)


def end_all(settings):
    """End every connection of the services, as a restart of the database does."""
    rows(
        settings,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


async def test_a_read_goes_on_over_a_connection_that_broke(services):
    async with asyncio.TaskGroup() as group:  # both connections of the pool are open
        group.create_task(names(services))
        group.create_task(names(services))
    end_all(services.settings)
    assert await names(services) == []


async def test_heavy_reads_go_on_over_a_connection_that_broke(services):
    read = services.database.read_in_thread
    assert await read(lambda reader: reader.fetch(NAMES)) == []
    end_all(services.settings)
    assert await read(lambda reader: reader.fetch(NAMES)) == []


async def test_a_transaction_begins_on_a_connection_that_holds(services):
    await names(services)
    end_all(services.settings)
    async with unit_of_work(services.database) as unit:
        await unit.run(ADD, name="a")
    assert await names(services) == ["a"]


async def test_a_transaction_whose_connection_breaks_is_undone(services):
    with raises_error(Code.BUSY, retry_after=1):
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name="a")
            end_all(services.settings)
            await unit.run(ADD, name="b")
    assert await names(services) == []


async def test_a_statement_that_takes_too_long_is_given_up(services):
    with raises_error(Code.BUSY, retry_after=1):
        async with unit_of_work(services.database) as unit:
            await unit.all(SLOW)
    with raises_error(Code.BUSY, retry_after=1):
        await services.database.read_in_thread(lambda reader: reader.fetch(SLOW))
    assert await names(services) == []


async def test_whoever_waits_too_long_for_a_connection_is_told_so(services, monkeypatch):
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    held = [await services.database.begin() for _ in range(2)]
    assert services.database.stats()["pool_used"] == 2
    with raises_error(Code.BUSY, retry_after=1):
        await services.database.begin()
    monkeypatch.undo()
    for writing in held:
        await writing.rollback()
    assert await names(services) == []


async def test_after_a_conflict_nothing_can_be_stored(services):
    async with unit_of_work(services.database) as unit:
        await unit.run(ADD, name="a")
    unit = Unit(services.database)
    with pytest.raises(Conflict):
        await unit.run(ADD, name="a")
    with pytest.raises(RuntimeError):
        await unit.commit()
    assert await names(services) == ["a"]


async def test_a_caller_that_goes_away_leaves_its_connection_usable(services):
    for _ in range(5):  # more often than there are connections
        unit = Unit(services.database)
        asking = asyncio.create_task(unit.all(SLOW))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await unit.rollback()
    assert await names(services) == []


async def test_two_that_wait_for_each_other_are_told_apart(services):
    async def both(first, second, met):
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name=first)
            await met.wait()
            await unit.run(ADD, name=second)

    met = asyncio.Barrier(2)
    asked = (both("a", "b", met), both("b", "a", met))
    failed = [error for error in await asyncio.gather(*asked, return_exceptions=True) if error]
    assert len(failed) >= 1
    assert all(isinstance(error, DomainError | Conflict) for error in failed)


async def test_a_text_that_it_cannot_hold_is_found_nowhere(services):
    by_name = Statement(select(labels.c.id).where(labels.c.name == bindparam("name")))
    async with unit_of_work(services.database) as unit:
        assert await unit.all(by_name, name="a\0b") == []


async def test_one_that_is_not_there_is_told(settings):
    away = msgspec.structs.replace(settings, database_url="postgresql://x@127.0.0.1:9/x")
    with raises_error(Code.BUSY):
        await PostgreSQL.open(away)


async def test_it_may_be_away_for_a_while():
    with postgresql_server("fsync=off") as server:
        settings = Settings(database_url=server.url("postgres"), database_pool=2)
        migrate(settings)
        services = await wire(settings)
        read = services.database.read_in_thread
        assert await read(lambda reader: reader.fetch(NAMES)) == []
        server.stop()
        for _ in range(4):  # whether a thread has a connection that broke, or none
            with raises_error(Code.BUSY, retry_after=1):
                await names(services)
            with raises_error(Code.BUSY, retry_after=1):
                await read(lambda reader: reader.fetch(NAMES))
        server.start()
        assert await names(services) == []
        assert await read(lambda reader: reader.fetch(NAMES)) == []
        await close(services)
