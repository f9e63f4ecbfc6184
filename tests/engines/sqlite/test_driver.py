"""Connections to the database, and who writes when."""

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from kinoteka.database.engines.sqlite import driver as sqlite
from kinoteka.database.engines.sqlite.driver import SQLite, connect
from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.errors import DomainError
from tests.support.polling import TIMEOUT

ADD: Statement[tuple[()]] = Statement(insert(labels).values(name="premium"))
NAMES: Statement[str] = Statement(select(labels.c.name), lambda name: name)


@pytest.fixture
async def database(tmp_path: Path, empty_database: Path) -> AsyncIterator[SQLite]:
    path = tmp_path / "kinoteka.db"
    shutil.copy(empty_database, path)
    opened = SQLite(path)
    yield opened
    await opened.close()


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


async def names(database: SQLite) -> list[str]:
    return NAMES.shape(await database.read(NAMES.compiled(database.name), {}))


@pytest.mark.parametrize("read_only", [False, True])
def test_what_every_connection_relies_on(empty_database: Path, read_only: bool) -> None:
    connection = connect(empty_database, read_only=read_only)
    assert pragma(connection, "journal_mode") == "wal"
    assert pragma(connection, "foreign_keys") == 1
    assert pragma(connection, "busy_timeout") == 5000
    assert pragma(connection, "query_only") == read_only
    connection.close()


async def test_a_connection_for_reading_cannot_write(database: SQLite) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.read(ADD.compiled(database.name), {})


async def test_what_is_written_is_seen_by_others_once_it_is_committed(database: SQLite) -> None:
    writing = await database.begin()
    await writing.rows(ADD.compiled(database.name), {})
    assert NAMES.shape(await writing.rows(NAMES.compiled(database.name), {})) == ["premium"]
    assert await names(database) == []
    await writing.commit()
    assert await names(database) == ["premium"]


async def test_a_rollback_leaves_nothing(database: SQLite) -> None:
    writing = await database.begin()
    await writing.count(ADD.compiled(database.name), {})
    await writing.rollback()
    assert await names(database) == []


async def test_whoever_waits_too_long_for_the_writer_is_told_so(
    database: SQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "WRITER_WAIT_SECONDS", 0.01)
    first = await database.begin()
    with pytest.raises(DomainError) as refused:
        await database.begin()
    assert refused.value.parameters == {"retry_after": 2}
    await first.rollback()
    await (await database.begin()).rollback()


async def test_work_in_the_writer_is_finished_when_its_caller_is_gone(database: SQLite) -> None:
    begun, done = threading.Event(), threading.Event()

    def work(connection: sqlite3.Connection) -> None:
        begun.set()
        done.wait(TIMEOUT)
        connection.execute("INSERT INTO labels (name) VALUES ('slow')")

    caller = asyncio.create_task(database.in_writer(work))
    await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    done.set()
    await database.in_writer(lambda connection: None)
    assert await names(database) == ["slow"]


async def test_another_connection_s_commit_changes_the_version(database: SQLite) -> None:
    before = database.data_version()
    assert database.data_version() == before
    foreign = connect(database.path)
    foreign.execute("INSERT INTO labels (name) VALUES ('foreign')")
    foreign.close()
    assert database.data_version() != before


async def test_tells_how_many_wait(database: SQLite) -> None:
    assert database.stats() == {"writers": 0, "heavy_reads": 0}
    writing = await database.begin()
    assert database.stats()["writers"] == 1
    await writing.rollback()
    assert database.stats()["writers"] == 0
