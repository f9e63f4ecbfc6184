"""Connections to an SQLite file, its single writer and what the driver reports."""

import asyncio
import shutil
import sqlite3
import threading
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert, select

from kinoteka.database.blocking import writing
from kinoteka.database.engines import open_database
from kinoteka.database.engines.sqlite import writer
from kinoteka.database.engines.sqlite.driver import SQLite, connect
from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.errors import DomainError
from kinoteka.infrastructure.settings import Settings
from tests.support.polling import TIMEOUT

ADD: Statement[tuple[()]] = Statement(insert(labels).values(name="premium"))
NAMES: Statement[str] = Statement(select(labels.c.name), lambda name: name)


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


async def names(database: SQLite) -> list[str]:
    return NAMES.map_rows(await database.read(NAMES.compiled(database.name), {}))


@pytest.mark.parametrize("read_only", [False, True], ids=["read-write", "read-only"])
def test_connection_has_the_required_pragmas(empty_database: Path, read_only: bool) -> None:
    connection = connect(empty_database, read_only=read_only)
    assert pragma(connection, "journal_mode") == "wal"
    assert pragma(connection, "foreign_keys") == 1
    assert pragma(connection, "busy_timeout") == 5000
    assert pragma(connection, "query_only") == read_only
    connection.close()


@pytest.mark.parametrize(("durability", "synchronous"), [("normal", 1), ("full", 2)])
async def test_durability_of_the_setting_applies_to_the_server_and_to_commands(
    settings: Settings, durability: str, synchronous: int
) -> None:
    settings = msgspec.structs.replace(settings, database_durability=durability)
    database = await open_database(settings)
    assert isinstance(database, SQLite)
    assert pragma(database.writer.connection, "synchronous") == synchronous
    await database.close()
    with writing(settings) as writer:
        assert pragma(writer.connection, "synchronous") == synchronous


async def test_close_succeeds_on_a_full_disk(tmp_path: Path, empty_database: Path) -> None:
    path = tmp_path / "kinoteka.db"
    shutil.copy(empty_database, path)
    database = SQLite(path)
    pages = pragma(database.writer.connection, "page_count")
    database.writer.connection.execute(f"PRAGMA max_page_count = {pages}")
    await database.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        database.writer.connection.execute("SELECT 1")


async def test_read_cannot_write(database: SQLite) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.read(ADD.compiled(database.name), {})


async def test_transaction_is_visible_to_others_once_it_commits(database: SQLite) -> None:
    transaction = await database.begin()
    await transaction.rows(ADD.compiled(database.name), {})
    assert NAMES.map_rows(await transaction.rows(NAMES.compiled(database.name), {})) == ["premium"]
    assert await names(database) == []
    await transaction.commit()
    assert await names(database) == ["premium"]


async def test_rollback_discards_what_was_written(database: SQLite) -> None:
    transaction = await database.begin()
    await transaction.count(ADD.compiled(database.name), {})
    await transaction.rollback()
    assert await names(database) == []


async def test_transaction_is_rejected_as_busy_after_waiting_too_long_for_the_writer(
    database: SQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAIT_SECONDS", 0.01)
    first = await database.begin()
    with pytest.raises(DomainError) as error:
        await database.begin()
    assert error.value.parameters == {"retry_after": 2}
    await first.rollback()
    await (await database.begin()).rollback()


async def test_work_in_the_writer_finishes_when_its_caller_is_cancelled(database: SQLite) -> None:
    started, may_finish = threading.Event(), threading.Event()

    def work(connection: sqlite3.Connection) -> None:
        started.set()
        may_finish.wait(TIMEOUT)
        connection.execute("INSERT INTO labels (name) VALUES ('slow')")

    caller = asyncio.create_task(database.writer.run(work))
    await asyncio.to_thread(started.wait, 10)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    may_finish.set()
    await database.writer.run(lambda connection: None)
    assert await names(database) == ["slow"]


async def test_data_version_changes_with_a_commit_of_another_connection(database: SQLite) -> None:
    before = database.data_version()
    assert database.data_version() == before
    other = connect(database.path)
    other.execute("INSERT INTO labels (name) VALUES ('foreign')")
    other.close()
    assert database.data_version() != before


async def test_stats_count_open_and_waiting_writers(database: SQLite) -> None:
    assert database.stats() == {"writers": 0, "heavy_reads": 0}
    transaction = await database.begin()
    assert database.stats()["writers"] == 1
    await transaction.rollback()
    assert database.stats()["writers"] == 0
