"""The PostgreSQL driver: broken connections, timeouts and failed transactions."""

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

ADD: Statement[tuple[()]] = Statement(insert(labels).values(name=bindparam("name")))
NAMES = Statement(select(labels.c.name).order_by(labels.c.id), lambda name: name)
SLOW: Statement[tuple[object]] = Statement(select(func.pg_sleep(5)))


@pytest.fixture
def settings(settings):
    return msgspec.structs.replace(settings, database_pool=2, database_timeout_seconds=2)


async def names(services):
    async with unit_of_work(services.database) as unit:
        return await unit.all(NAMES)


def terminate_connections(settings):
    """Terminate every connection of the services, as a restart of the database does."""
    rows(
        settings,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


async def test_read_succeeds_after_its_connection_was_terminated(services):
    async with asyncio.TaskGroup() as group:  # both connections of the pool are open
        group.create_task(names(services))
        group.create_task(names(services))
    terminate_connections(services.settings)
    assert await names(services) == []


async def test_heavy_read_succeeds_after_its_connection_was_terminated(services):
    read = services.database.read_in_thread
    assert await read(lambda reader: reader.fetch(NAMES)) == []
    terminate_connections(services.settings)
    assert await read(lambda reader: reader.fetch(NAMES)) == []


async def test_transaction_begins_on_a_working_connection(services):
    await names(services)
    terminate_connections(services.settings)
    async with unit_of_work(services.database) as unit:
        await unit.run(ADD, name="a")
    assert await names(services) == ["a"]


async def test_transaction_is_rolled_back_when_its_connection_is_terminated(services):
    with raises_error(Code.BUSY, retry_after=1):
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name="a")
            terminate_connections(services.settings)
            await unit.run(ADD, name="b")
    assert await names(services) == []


async def test_slow_statement_is_cancelled_and_reported_as_busy(services):
    with raises_error(Code.BUSY, retry_after=1):
        async with unit_of_work(services.database) as unit:
            await unit.all(SLOW)
    with raises_error(Code.BUSY, retry_after=1):
        await services.database.read_in_thread(lambda reader: reader.fetch(SLOW))
    assert await names(services) == []


async def test_transaction_is_rejected_as_busy_after_waiting_too_long_for_a_connection(
    services, monkeypatch
):
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    open_transactions = [await services.database.begin() for _ in range(2)]
    assert services.database.stats()["pool_used"] == 2
    with raises_error(Code.BUSY, retry_after=1):
        await services.database.begin()
    monkeypatch.undo()
    for transaction in open_transactions:
        await transaction.rollback()
    assert await names(services) == []


async def test_commit_fails_after_a_conflict(services):
    async with unit_of_work(services.database) as unit:
        await unit.run(ADD, name="a")
    unit = Unit(services.database)
    with pytest.raises(Conflict):
        await unit.run(ADD, name="a")
    with pytest.raises(RuntimeError):
        await unit.commit()
    assert await names(services) == ["a"]


async def test_cancelled_read_leaves_its_connection_usable(services):
    for _ in range(5):  # more reads than connections
        unit = Unit(services.database)
        reading = asyncio.create_task(unit.all(SLOW))
        await asyncio.sleep(0.05)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await unit.rollback()
    assert await names(services) == []


async def test_deadlock_fails_at_least_one_transaction_with_an_expected_error(services):
    async def add_two(first, second):
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name=first)
            await both_hold_a_row.wait()
            await unit.run(ADD, name=second)

    both_hold_a_row = asyncio.Barrier(2)
    transactions = (add_two("a", "b"), add_two("b", "a"))
    results = await asyncio.gather(*transactions, return_exceptions=True)
    failed = [result for result in results if result]
    assert len(failed) >= 1
    assert all(isinstance(error, DomainError | Conflict) for error in failed)


async def test_text_with_a_null_character_matches_nothing(services):
    by_name: Statement[tuple[int]] = Statement(
        select(labels.c.id).where(labels.c.name == bindparam("name"))
    )
    async with unit_of_work(services.database) as unit:
        assert await unit.all(by_name, name="a\0b") == []


async def test_opening_an_unreachable_server_is_reported_as_busy(settings):
    unreachable = msgspec.structs.replace(settings, database_url="postgresql://x@127.0.0.1:9/x")
    with raises_error(Code.BUSY):
        await PostgreSQL.open(unreachable)


async def test_requests_are_busy_while_the_server_is_stopped_and_succeed_after_its_start():
    with postgresql_server("fsync=off") as server:
        settings = Settings(database_url=server.url("postgres"), database_pool=2)
        migrate(settings)
        services = await wire(settings)
        read = services.database.read_in_thread
        assert await read(lambda reader: reader.fetch(NAMES)) == []
        server.stop()
        for _ in range(4):  # with broken connections first, then without any
            with raises_error(Code.BUSY, retry_after=1):
                await names(services)
            with raises_error(Code.BUSY, retry_after=1):
                await read(lambda reader: reader.fetch(NAMES))
        server.start()
        assert await names(services) == []
        assert await read(lambda reader: reader.fetch(NAMES)) == []
        await close(services)
