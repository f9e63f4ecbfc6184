"""Bulk writes into PostgreSQL: one session at a time, messages of errors, Ctrl+C."""

import os
import signal
import threading

import psycopg
import pytest

from kinoteka.database.bulk import AlreadyRunning, BulkFailed
from kinoteka.database.engines.postgresql.bulk import (
    bulk_session,
    copy_rows,
    optimize,
    run,
    translated_errors,
)
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import rows


def test_second_session_is_rejected_while_the_first_is_open(settings):
    with bulk_session(settings), pytest.raises(AlreadyRunning), bulk_session(settings):
        pytest.fail("a second session opened")
    with bulk_session(settings):
        pass


def test_sessions_of_different_databases_are_independent(settings, postgresql):
    url = postgresql.new_database()
    with bulk_session(settings), bulk_session(Settings(database_url=url)):
        pass
    postgresql.drop_database(url)


def test_session_can_be_opened_after_the_previous_one_was_terminated(settings, postgresql):
    with pytest.raises(psycopg.OperationalError), bulk_session(settings) as connection:
        terminate = f"SELECT pg_terminate_backend({connection.info.backend_pid})"
        threading.Timer(0.2, postgresql.execute, (terminate,)).start()
        connection.execute("SELECT pg_sleep(60)")
    with bulk_session(settings):
        pass


def test_session_has_no_statement_timeout(settings):
    name = settings.database_url.rpartition("/")[2]
    with bulk_session(settings) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET statement_timeout = 1')
    with bulk_session(settings) as connection:
        assert connection.execute("SELECT pg_sleep(0.1)").fetchone() is not None


def test_copied_rows_equal_their_source(settings):
    expected = [(1, "Зеркало\t\\N\n", None), (2, "", 8.5)]
    with bulk_session(settings) as connection:
        connection.execute("CREATE TABLE things (id BIGINT, name TEXT, rating FLOAT)")
        copy_rows(connection, "things", ("int8", "text", "float8"), expected)
    assert rows(settings, "SELECT * FROM things ORDER BY id") == expected


def test_copy_stores_no_row_when_one_is_invalid(settings):
    with bulk_session(settings) as connection:
        connection.execute("CREATE TABLE things (name TEXT)")
        with pytest.raises(psycopg.DataError):
            copy_rows(connection, "things", ("text",), [("valid",), ("in\0valid",)])
    assert rows(settings, "SELECT * FROM things") == []


def test_failure_has_the_message_of_the_server(settings):
    with (
        pytest.raises(BulkFailed, match=r'^relation "nowhere" does not exist$'),
        translated_errors(),
        bulk_session(settings) as connection,
    ):
        run(connection, "SELECT * FROM nowhere WHERE id = %(id)s", {"id": 1})


def test_ctrl_c_cancels_a_statement(settings):
    with pytest.raises(KeyboardInterrupt), bulk_session(settings) as connection:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        connection.execute("SELECT pg_sleep(3600)")


def test_optimize_skips_tables_that_are_locked_or_missing(settings):
    lock = "LOCK TABLE genres IN ACCESS EXCLUSIVE MODE"
    with psycopg.connect(settings.database_url) as other, bulk_session(settings) as connection:
        other.execute(lock)
        optimize(connection, ("genres", "people"))
        optimize(connection, ("nowhere",))
    counts = "SELECT relname, reltuples FROM pg_class WHERE relname IN ('genres', 'people')"
    assert dict(rows(settings, counts)) == {"genres": -1, "people": 1}
