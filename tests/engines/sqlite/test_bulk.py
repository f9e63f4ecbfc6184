"""Bulk writes beside a running server: one transaction, one process, undisturbed readers."""

import sqlite3
import time
from contextlib import closing

import pytest

from kinoteka.database.bulk import AlreadyRunning
from kinoteka.database.engines.sqlite.bulk import (
    bulk_transaction,
    exclusive_lock,
    is_interrupt,
    optimize,
)
from kinoteka.database.engines.sqlite.driver import connect


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "target.db"
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE things (name TEXT)")
    return path


@pytest.fixture
def attached_file(tmp_path):
    path = tmp_path / "attached.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE news (name TEXT)")
        connection.execute("INSERT INTO news VALUES ('new')")
    return path


def things(path):
    with closing(connect(path, read_only=True)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM things")]


def copy(connection):
    connection.execute("INSERT INTO main.things SELECT name FROM other.news")


def test_bulk_transaction_is_visible_to_others_once_it_commits(path, attached_file):
    with bulk_transaction(path, attached_file, "other") as connection:
        copy(connection)
        assert things(path) == []
    assert things(path) == ["new"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_bulk_transaction_stores_nothing_after_an_error(path, attached_file, error):
    with pytest.raises(error), bulk_transaction(path, attached_file, "other") as connection:
        copy(connection)
        raise error
    assert things(path) == []


def test_bulk_transaction_excludes_other_writers(path, attached_file):
    with closing(connect(path)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO things VALUES ('old')")
        writer.execute("COMMIT")
        with bulk_transaction(path, attached_file, "other") as connection:
            copy(connection)
            writer.execute("PRAGMA busy_timeout = 1")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                writer.execute("INSERT INTO things VALUES ('concurrent')")
    assert things(path) == ["old", "new"]


def test_optimize_empties_the_write_ahead_log(path, attached_file):
    log = path.with_name("target.db-wal")
    with closing(connect(path, read_only=True)) as reader:
        with bulk_transaction(path, attached_file, "other") as connection:
            copy(connection)
        assert log.stat().st_size > 0
        optimize(path)
        assert log.stat().st_size == 0
        assert reader.execute("SELECT count(*) FROM things").fetchone() == (1,)


def test_optimize_leaves_the_snapshot_of_an_open_reader(path, attached_file):
    with closing(connect(path, read_only=True)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM things").fetchone() == (0,)
        with bulk_transaction(path, attached_file, "other") as connection:
            copy(connection)
        optimize(path)
        assert reader.execute("SELECT count(*) FROM things").fetchone() == (0,)
    assert things(path) == ["new"]


def test_second_process_is_rejected_while_the_first_holds_the_lock(tmp_path):
    lock = tmp_path / "lock"
    with exclusive_lock(lock), pytest.raises(AlreadyRunning), exclusive_lock(lock):
        pytest.fail("the lock was taken twice")
    with exclusive_lock(lock):
        assert lock.exists()


def test_interrupt_is_distinguished_from_other_errors():
    with closing(sqlite3.connect(":memory:")) as connection:
        until = time.monotonic() + 0.05
        connection.set_progress_handler(lambda: time.monotonic() > until, 1000)
        with pytest.raises(sqlite3.OperationalError) as interrupted:
            connection.execute(
                "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i FROM n)"
                " SELECT count(*) FROM n"
            )
        with pytest.raises(sqlite3.OperationalError) as other:
            connection.execute("SELECT * FROM nowhere")
    assert is_interrupt(interrupted.value)
    assert not is_interrupt(other.value)


def test_optimize_stores_statistics_of_tables_that_nobody_has_read(path):
    with closing(connect(path)) as connection, connection:
        connection.execute("CREATE INDEX by_name ON things (name)")
        connection.execute("INSERT INTO things VALUES ('Alien')")
    optimize(path)
    with closing(connect(path)) as connection:
        statistics = connection.execute("SELECT tbl, idx, stat FROM sqlite_stat1").fetchall()
    assert statistics == [("things", "by_name", "1 1")]
