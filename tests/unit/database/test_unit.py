import asyncio

import msgspec
import pytest
from sqlalchemy import bindparam, insert, select

from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Conflict, Unit, unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.databases import write_transaction

ADD: Statement = Statement(insert(labels).values(name=bindparam("name")).returning(labels.c.id))
NAMES: Statement = Statement(select(labels.c.name).order_by(labels.c.id), lambda name: name)


async def names(services):
    async with unit_of_work(services.database) as unit:
        return await unit.all(NAMES)


async def test_changes_are_seen_within_and_stored_at_the_end(services):
    async with unit_of_work(services.database) as unit:
        assert await unit.first(ADD, name="a") == (1,)
        assert await unit.all(NAMES) == ["a"]
        assert await names(services) == []
    assert await names(services) == ["a"]


async def test_an_error_undoes_everything_and_what_was_to_follow(services):
    followed = []
    with pytest.raises(DomainError):
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name="a")
            unit.after_commit(lambda: followed.append(1))
            raise DomainError(Code.FORBIDDEN)
    assert (await names(services), followed) == ([], [])


async def test_an_error_that_keeps_changes_stores_them(services):
    followed = []
    with pytest.raises(DomainError):
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name="a")
            unit.after_commit(lambda: followed.append(1))
            raise DomainError(Code.PASSWORD_WRONG, commits_changes=True)
    assert (await names(services), followed) == (["a"], [1])


async def test_a_refused_row_tells_which_constraint(services):
    async with unit_of_work(services.database) as unit:
        await unit.run(ADD, name="a")
        with pytest.raises(Conflict) as refused:
            await unit.run(ADD, name="a")
        assert refused.value.constraint == "labels.name"
        await unit.rollback()
    assert await names(services) == []


async def test_there_is_one_writer_at_a_time_and_all_get_their_turn(services):
    async def write(number):
        async with unit_of_work(services.database) as unit:
            before = len(await unit.all(NAMES))
            await unit.run(ADD, name=f"label {number}")
            await asyncio.sleep(0)
            assert before <= number + 50

    await asyncio.gather(*(write(number) for number in range(50)))
    assert len(await names(services)) == 50


async def test_a_caller_that_goes_away_leaves_the_writer_free(services):
    unit = Unit(services.database)
    write_transaction = asyncio.create_task(unit.run(ADD, name="a"))
    await asyncio.sleep(0)
    write_transaction.cancel()
    with pytest.raises(asyncio.CancelledError):
        await write_transaction
    await unit.rollback()
    async with unit_of_work(services.database) as other:
        await other.run(ADD, name="b")
    assert await names(services) == ["b"]


class TestAnotherProcessThatWritesForLong:
    @pytest.fixture
    def settings(self, settings):
        return msgspec.structs.replace(settings, database_timeout_seconds=1)

    async def test_makes_us_busy(self, services):
        if services.database.name == "sqlite":
            services.database._writer.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(ZeroDivisionError), write_transaction(services.settings) as foreign:
            foreign.fetch(ADD, name="a")
            with pytest.raises(DomainError) as refused:
                async with unit_of_work(services.database) as unit:
                    await unit.run(ADD, name="a")
            assert refused.value.code == Code.BUSY
            assert refused.value.parameters["retry_after"] >= 1
            raise ZeroDivisionError  # the other process gives up
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name="a")
        assert await names(services) == ["a"]


class TestQueue:
    async def test_goes_with_what_follows(self, services):
        async with unit_of_work(services.database) as unit:
            await unit.queue(ADD, name="a")
            assert await unit.all(NAMES) == ["a"]

    async def test_goes_with_the_commit(self, services):
        async with unit_of_work(services.database) as unit:
            await unit.queue(ADD, name="a")
            await unit.queue(ADD, name="b")
        assert await names(services) == ["a", "b"]

    async def test_is_undone_with_the_rest(self, services):
        with pytest.raises(ZeroDivisionError):
            async with unit_of_work(services.database) as unit:
                await unit.queue(ADD, name="a")
                await unit.run(ADD, name="b")
                raise ZeroDivisionError
        assert await names(services) == []

    async def test_what_the_commit_cannot_do_undoes_everything(self, services):
        with pytest.raises(Conflict):
            async with unit_of_work(services.database) as unit:
                await unit.run(ADD, name="a")
                await unit.queue(ADD, name="a")
        assert await names(services) == []
        async with unit_of_work(services.database) as unit:  # the writer is free
            await unit.run(ADD, name="b")
        assert await names(services) == ["b"]
