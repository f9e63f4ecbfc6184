"""Units of work: transactions that commit whole or not at all."""

import asyncio
from collections import Counter

import msgspec
import pytest
from sqlalchemy import bindparam, insert, select, update

from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Conflict, Unit, unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.databases import write_transaction
from tests.support.errors import raises_error

ADD: Statement = Statement(insert(labels).values(name=bindparam("name")).returning(labels.c.id))
RENAME: Statement = Statement(
    update(labels)
    .where(labels.c.name == bindparam("name"))
    .values(name=bindparam("new_name"))
    .returning(labels.c.id)
)
NAMES: Statement = Statement(select(labels.c.name).order_by(labels.c.id), lambda name: name)


async def names(services):
    async with unit_of_work(services.database) as unit:
        return await unit.all(NAMES)


async def test_changes_are_visible_inside_the_unit_and_outside_after_the_commit(services):
    async with unit_of_work(services.database) as unit:
        assert await unit.first(ADD, name="a") == (1,)
        assert await unit.all(NAMES) == ["a"]
        assert await names(services) == []
    assert await names(services) == ["a"]


async def test_error_rolls_back_and_skips_the_callbacks_after_the_commit(services):
    calls = []
    with pytest.raises(DomainError):
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name="a")
            unit.after_commit(lambda: calls.append(1))
            raise DomainError(Code.FORBIDDEN)
    assert (await names(services), calls) == ([], [])


async def test_error_that_commits_changes_stores_them_and_runs_the_callbacks(services):
    calls = []
    with pytest.raises(DomainError):
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name="a")
            unit.after_commit(lambda: calls.append(1))
            raise DomainError(Code.PASSWORD_WRONG, commits_changes=True)
    assert (await names(services), calls) == (["a"], [1])


async def test_conflict_names_the_violated_constraint(services):
    async with unit_of_work(services.database) as unit:
        await unit.run(ADD, name="a")
        with pytest.raises(Conflict) as error:
            await unit.run(ADD, name="a")
        assert error.value.constraint == "labels.name"
        await unit.rollback()
    assert await names(services) == []


async def test_concurrent_writers_all_succeed(services):
    async def write(number):
        async with unit_of_work(services.database) as unit:
            before = len(await unit.all(NAMES))
            await unit.run(ADD, name=f"label {number}")
            await asyncio.sleep(0)
            assert before <= number + 50

    await asyncio.gather(*(write(number) for number in range(50)))
    assert len(await names(services)) == 50


async def test_cancelled_writer_releases_the_database(services):
    unit = Unit(services.database)
    writing = asyncio.create_task(unit.run(ADD, name="a"))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await unit.rollback()
    async with unit_of_work(services.database) as other:
        await other.run(ADD, name="b")
    assert await names(services) == ["b"]


class TestLongTransactionOfAnotherProcess:
    @pytest.fixture
    def settings(self, settings):
        return msgspec.structs.replace(settings, database_timeout_seconds=1)

    async def test_unit_is_rejected_as_busy(self, services):
        if services.database.name == "sqlite":
            services.database.writer.connection.execute("PRAGMA busy_timeout = 50")
        with (
            pytest.raises(ZeroDivisionError),
            write_transaction(services.settings) as other_process,
        ):
            other_process.fetch(ADD, name="a")
            with pytest.raises(DomainError) as error:
                async with unit_of_work(services.database) as unit:
                    await unit.run(ADD, name="a")
            assert error.value.code == Code.BUSY
            assert error.value.parameters["retry_after"] in range(1, 60)
            raise ZeroDivisionError  # the other process rolls back
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name="a")
        assert await names(services) == ["a"]


class TestQueue:
    async def test_queued_statement_runs_before_the_next_read(self, services):
        async with unit_of_work(services.database) as unit:
            await unit.queue(ADD, name="a")
            assert await unit.all(NAMES) == ["a"]

    async def test_queued_statements_run_with_the_commit(self, services):
        async with unit_of_work(services.database) as unit:
            await unit.queue(ADD, name="a")
            await unit.queue(ADD, name="b")
        assert await names(services) == ["a", "b"]

    async def test_queued_statement_is_rolled_back_after_an_error(self, services):
        with pytest.raises(ZeroDivisionError):
            async with unit_of_work(services.database) as unit:
                await unit.queue(ADD, name="a")
                await unit.run(ADD, name="b")
                raise ZeroDivisionError
        assert await names(services) == []

    async def test_conflict_of_a_queued_statement_rolls_everything_back(self, services):
        with pytest.raises(Conflict):
            async with unit_of_work(services.database) as unit:
                await unit.run(ADD, name="a")
                await unit.queue(ADD, name="a")
        assert await names(services) == []
        async with unit_of_work(services.database) as unit:  # the writer is released
            await unit.run(ADD, name="b")
        assert await names(services) == ["b"]

    async def test_units_with_queued_statements_only_see_no_error_of_each_other(self, services):
        async def write(name):
            async with unit_of_work(services.database) as unit:
                await unit.queue(ADD, name=name)

        outcomes = await asyncio.gather(*map(write, "aab"), return_exceptions=True)
        assert Counter(map(type, outcomes)) == {type(None): 2, Conflict: 1}
        assert sorted(await names(services)) == ["a", "b"]

    @pytest.mark.parametrize("earlier", ["queue", "run"])
    async def test_conflict_becomes_the_named_error(self, services, earlier):
        calls = []
        with raises_error(Code.LABEL_UNKNOWN):
            async with unit_of_work(services.database) as unit:
                await getattr(unit, earlier)(ADD, name="a")
                await unit.queue(ADD, Code.LABEL_UNKNOWN, name="a")
                unit.after_commit(lambda: calls.append("committed"))
                unit.after_rollback(lambda: calls.append("rolled back"))
        assert (await names(services), calls) == ([], ["rolled back"])

    async def test_rollback_discards_queued_statements(self, services):
        unit = Unit(services.database)
        await unit.queue(ADD, name="a")
        assert unit.in_transaction
        assert unit.has_work
        await unit.rollback()
        await unit.commit()
        assert await names(services) == []

    async def test_actions_run_after_the_commit_of_queued_statements(self, services):
        states = []
        async with unit_of_work(services.database) as unit:
            await unit.queue(ADD, name="a")
            unit.after_commit(lambda: states.append(unit.in_transaction))
            assert states == []
        assert states == [False]

    async def test_cancelled_commit_runs_no_action(self, services):
        calls = []
        unit = Unit(services.database)
        await unit.queue(ADD, name="a")
        unit.after_commit(lambda: calls.append(1))
        committing = asyncio.create_task(unit.commit())
        await asyncio.sleep(0)
        committing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await committing
        await unit.rollback()
        assert calls == []
        async with unit_of_work(services.database) as other:
            await other.queue(ADD, name="b")
        assert (await names(services))[-1] == "b"


class TestRequire:
    @pytest.mark.parametrize("earlier", ["queue", "run"])
    async def test_missing_row_undoes_the_unit(self, services, earlier):
        with raises_error(Code.LABEL_UNKNOWN):
            async with unit_of_work(services.database) as unit:
                await getattr(unit, earlier)(ADD, name="a")
                await unit.require(RENAME, Code.LABEL_UNKNOWN, name="b", new_name="c")
                await unit.queue(ADD, name="d")
        assert await names(services) == []

    async def test_existing_row_lets_the_unit_commit(self, services):
        async with unit_of_work(services.database) as unit:
            await unit.queue(ADD, name="a")
            await unit.require(RENAME, Code.LABEL_UNKNOWN, name="a", new_name="b")
        assert await names(services) == ["b"]

    async def test_missing_row_affects_no_other_unit(self, services):
        async def add(name, renamed):
            async with unit_of_work(services.database) as unit:
                await unit.queue(ADD, name=name)
                await unit.require(RENAME, Code.LABEL_UNKNOWN, name=renamed, new_name=f"new {name}")

        outcomes = await asyncio.gather(add("a", "a"), add("b", "x"), return_exceptions=True)
        assert list(map(type, outcomes)) == [type(None), DomainError]
        assert await names(services) == ["new a"]


class TestQueueForRows:
    @pytest.mark.parametrize("later", [None, "queue", "run", "commit_with"])
    async def test_rows_arrive_before_the_actions_for_after_the_commit(self, services, later):
        received: list[object] = []
        async with unit_of_work(services.database) as unit:
            await unit.queue_for_rows(ADD, received.extend, name="a")
            unit.after_commit(lambda: received.append("committed"))
            if later is not None:
                await getattr(unit, later)(ADD, name="b")
        assert len(received) == 2
        assert received[1] == "committed"
        assert (await names(services))[0] == "a"

    async def test_rows_arrive_at_once_in_a_transaction(self, services):
        received: list[object] = []
        async with unit_of_work(services.database) as unit:
            await unit.run(ADD, name="a")
            await unit.queue_for_rows(ADD, received.extend, name="b")
            assert len(received) == 1

    async def test_failing_unit_receives_no_rows(self, services):
        received: list[object] = []
        with pytest.raises(Conflict):
            async with unit_of_work(services.database) as unit:
                await unit.queue_for_rows(ADD, received.extend, name="a")
                await unit.queue(ADD, name="a")
        assert received == []


class TestCommitWith:
    @pytest.mark.parametrize("earlier", [None, "queue", "run"])
    async def test_last_write_commits_the_unit_and_returns_its_rows(self, services, earlier):
        calls = []
        async with unit_of_work(services.database) as unit:
            unit.after_commit(lambda: calls.append(1))
            if earlier is not None:
                await getattr(unit, earlier)(ADD, name="a")
            assert len(await unit.commit_with(ADD, name="b")) == 1
            assert (await names(services))[-1] == "b"
            assert calls == [1]
        assert len(await names(services)) == (1 if earlier is None else 2)
        assert calls == [1]

    async def test_failing_last_write_undoes_the_unit(self, services):
        with pytest.raises(Conflict):
            async with unit_of_work(services.database) as unit:
                await unit.queue(ADD, name="a")
                await unit.commit_with(ADD, name="a")
        assert await names(services) == []

    @pytest.mark.parametrize("write", ["queue", "run"])
    async def test_unit_cannot_write_after_its_last_write(self, services, write):
        with pytest.raises(RuntimeError, match="committed"):
            async with unit_of_work(services.database) as unit:
                await unit.commit_with(ADD, name="a")
                await getattr(unit, write)(ADD, name="b")
        assert await names(services) == ["a"]

    async def test_unit_whose_last_write_changed_nothing_may_write(self, services):
        async with unit_of_work(services.database) as unit:
            assert await unit.commit_with(RENAME, name="a", new_name="b") == []
            await unit.run(ADD, name="c")
        assert await names(services) == ["c"]
