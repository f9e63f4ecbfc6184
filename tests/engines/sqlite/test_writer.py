"""The queue of writers: order, groups, cancellation and the end."""

import asyncio
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select

from kinoteka.database.engines.sqlite import writer as writer_module
from kinoteka.database.engines.sqlite.driver import SQLite
from kinoteka.database.interface import Conflict, Write
from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.errors import Code, DomainError
from tests.support.polling import TIMEOUT, wait_until

ADD: Statement[tuple[int]] = Statement(
    insert(labels).values(name=bindparam("name")).returning(labels.c.id)
)
NAMES: Statement[str] = Statement(select(labels.c.name).order_by(labels.c.id), lambda name: name)


@pytest.fixture
def statements(database: SQLite) -> list[str]:
    """The statements that the writer runs."""
    traced: list[str] = []
    database.writer.connection.set_trace_callback(traced.append)
    return traced


class HeldWriter:
    """Holds the writer's thread until it is released."""

    def __init__(self, database: SQLite) -> None:
        self.started, self.released = threading.Event(), threading.Event()
        self.done = asyncio.create_task(database.writer.run(self._wait))

    def _wait(self, connection: sqlite3.Connection) -> None:
        del connection
        self.started.set()
        self.released.wait(TIMEOUT)


def add(name: str) -> list[Write]:
    return [Write(ADD.compiled("sqlite"), {"name": name})]


async def names(database: SQLite) -> list[str]:
    return NAMES.map_rows(await database.read(NAMES.compiled(database.name), {}))


async def until_committing(database: SQLite) -> None:
    """Wait until the writer has begun a group."""
    await wait_until(lambda: database.writer.committing is not None)


def commits(statements: list[str]) -> int:
    return statements.count("COMMIT")


async def test_requests_of_one_moment_commit_in_one_transaction_in_their_order(
    database: SQLite, statements: list[str]
) -> None:
    results = await asyncio.gather(*(database.write(add(f"{n}")) for n in range(20)))
    assert results == [[[(n + 1,)]] for n in range(20)]
    assert await names(database) == [f"{n}" for n in range(20)]
    assert commits(statements) == 1


async def test_requests_that_arrive_during_a_commit_form_the_next_group(
    database: SQLite, statements: list[str]
) -> None:
    held = HeldWriter(database)
    first = asyncio.create_task(database.write(add("first")))
    await until_committing(database)
    others = [asyncio.create_task(database.write(add(f"{n}"))) for n in range(5)]
    await asyncio.sleep(0)
    held.released.set()
    await asyncio.gather(first, *others)
    assert await names(database) == ["first", "0", "1", "2", "3", "4"]
    assert commits(statements) == 1  # the first one alone needs no COMMIT


async def test_group_has_a_maximum_size(
    database: SQLite, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "GROUP_MAX", 4)
    await asyncio.gather(*(database.write(add(f"{n}")) for n in range(8)))
    assert commits(statements) == 2


async def test_failing_request_does_not_undo_the_others_of_its_group(database: SQLite) -> None:
    results = await asyncio.gather(
        *(database.write(add(name)) for name in ("a", "a", "b")), return_exceptions=True
    )
    assert [type(each) for each in results] == [list, Conflict, list]
    assert await names(database) == ["a", "b"]


async def test_open_transaction_and_groups_run_in_the_order_of_their_requests(
    database: SQLite,
) -> None:
    transaction = await database.begin()
    before = asyncio.create_task(database.write(add("second")))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(database.begin())
    await asyncio.sleep(0)
    after = asyncio.create_task(database.write(add("fourth")))
    await asyncio.sleep(0)
    assert database.stats()["writers"] == 4
    await transaction.rows(ADD.compiled("sqlite"), {"name": "first"})
    await transaction.commit()
    await before
    third = await waiting
    await third.rows(ADD.compiled("sqlite"), {"name": "third"})
    assert not after.done()
    await third.commit()
    await after
    assert await names(database) == ["first", "second", "third", "fourth"]
    assert database.stats()["writers"] == 0


async def test_request_that_is_cancelled_before_its_group_begins_is_not_stored(
    database: SQLite,
) -> None:
    transaction = await database.begin()
    tasks = [asyncio.create_task(database.write(add(name))) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await transaction.rollback()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in results] == [list, asyncio.CancelledError, list]
    assert await names(database) == ["a", "c"]


async def test_group_whose_requests_are_all_cancelled_admits_the_next_writer(
    database: SQLite,
) -> None:
    transaction = await database.begin()
    task = asyncio.create_task(database.write(add("a")))
    await asyncio.sleep(0)
    task.cancel()
    await transaction.rollback()
    await (await database.begin()).rollback()
    assert await names(database) == []


async def test_request_that_is_cancelled_during_its_commit_leaves_the_others_alone(
    database: SQLite,
) -> None:
    held = HeldWriter(database)
    tasks = [asyncio.create_task(database.write(add(name))) for name in ("a", "b")]
    await until_committing(database)
    tasks[0].cancel()
    await asyncio.sleep(0)
    held.released.set()
    assert await tasks[1] == [[(2,)]]
    assert tasks[0].cancelled()
    assert await names(database) == ["a", "b"]


async def test_cancelled_wait_for_a_transaction_passes_its_turn_on(database: SQLite) -> None:
    transaction = await database.begin()
    waiting = asyncio.create_task(database.begin())
    await asyncio.sleep(0)
    waiting.cancel()
    await transaction.rollback()
    await asyncio.gather(waiting, return_exceptions=True)
    await (await database.begin()).rollback()


async def test_turn_that_arrives_with_the_cancellation_is_passed_on(database: SQLite) -> None:
    await database.writer.acquire()
    waiting = asyncio.create_task(database.writer.acquire())
    await asyncio.sleep(0)
    database.writer.release()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    await database.write(add("a"))
    assert await names(database) == ["a"]


async def test_group_is_rejected_as_busy_after_waiting_too_long_for_a_transaction(
    database: SQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "WAIT_SECONDS", 0.01)
    transaction = await database.begin()
    results = await asyncio.gather(
        database.write(add("a")), database.write(add("b")), return_exceptions=True
    )
    assert [each.code for each in results if isinstance(each, DomainError)] == [Code.BUSY] * 2
    await transaction.rollback()
    await database.write(add("c"))
    assert await names(database) == ["c"]


async def test_group_is_rejected_as_busy_while_another_process_writes(database: SQLite) -> None:
    database.writer.connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(
        database.write(add("a")), database.write(add("b")), return_exceptions=True
    )
    other.close()
    assert [each.code for each in results if isinstance(each, DomainError)] == [Code.BUSY] * 2


async def test_full_disk_rejects_each_request_of_a_group(database: SQLite) -> None:
    pages = database.writer.connection.execute("PRAGMA page_count").fetchone()[0]
    database.writer.connection.execute(f"PRAGMA max_page_count = {pages}")
    results = await asyncio.gather(
        *(database.write(add(name + "x" * 200_000)) for name in "ab"), return_exceptions=True
    )
    assert [each.code for each in results if isinstance(each, DomainError)] == [Code.DISK_FULL] * 2
    assert await names(database) == []


async def test_close_commits_the_groups_that_wait(tmp_path: Path, empty_database: Path) -> None:
    path = tmp_path / "kinoteka.db"
    shutil.copy(empty_database, path)
    database = SQLite(path)
    held = HeldWriter(database)
    first = asyncio.create_task(database.write(add("a")))
    await until_committing(database)
    second = asyncio.create_task(database.write(add("b")))
    await asyncio.sleep(0)
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    held.released.set()
    await asyncio.gather(closing, first, second, held.done)
    reopened = SQLite(path)
    assert await names(reopened) == ["a", "b"]
    await reopened.close()


async def test_close_commits_a_group_that_has_not_begun(
    tmp_path: Path, empty_database: Path
) -> None:
    path = tmp_path / "kinoteka.db"
    shutil.copy(empty_database, path)
    database = SQLite(path)
    await asyncio.gather(database.write(add("a")), database.close())
    reopened = SQLite(path)
    assert await names(reopened) == ["a"]
    await reopened.close()


async def test_closed_writer_rejects_work(tmp_path: Path, empty_database: Path) -> None:
    path = tmp_path / "kinoteka.db"
    shutil.copy(empty_database, path)
    database = SQLite(path)
    await database.close()
    with pytest.raises(RuntimeError, match="closed"):
        await database.writer.run(lambda connection: None)
