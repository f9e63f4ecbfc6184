"""Bulk writing into PostgreSQL: one session at a time, errors told, Ctrl+C."""

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


@pytest.fixture(scope="module")
def engine():
    return "postgresql"


def test_one_session_at_a_time(settings):
    with bulk_session(settings), pytest.raises(AlreadyRunning), bulk_session(settings):
        pytest.fail("two at a time")
    with bulk_session(settings):
        pass


def test_each_database_has_one_of_its_own(settings, postgresql):
    url = postgresql.new_database()
    with bulk_session(settings), bulk_session(Settings(database_url=url)):
        pass
    postgresql.drop(url)


def test_one_that_was_cut_off_is_in_nobodys_way(settings, postgresql):
    with pytest.raises(psycopg.OperationalError), bulk_session(settings) as connection:
        cut = f"SELECT pg_terminate_backend({connection.info.backend_pid})"
        threading.Timer(0.2, postgresql.execute, (cut,)).start()
        connection.execute("SELECT pg_sleep(60)")
    with bulk_session(settings):
        pass


def test_a_statement_may_take_long(settings):
    name = settings.database_url.rpartition("/")[2]
    with bulk_session(settings) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET statement_timeout = 1')
    with bulk_session(settings) as connection:
        assert connection.execute("SELECT pg_sleep(0.1)").fetchone() is not None


def test_rows_are_copied_as_they_are(settings):
    given = [(1, "Зеркало\t\\N\n", None), (2, "", 8.5)]
    with bulk_session(settings) as connection:
        connection.execute("CREATE TABLE things (id BIGINT, name TEXT, rating FLOAT)")
        copy_rows(connection, "things", ("int8", "text", "float8"), given)
    assert rows(settings, "SELECT * FROM things ORDER BY id") == given


def test_no_row_is_copied_if_one_cannot_be(settings):
    with bulk_session(settings) as connection:
        connection.execute("CREATE TABLE things (name TEXT)")
        with pytest.raises(psycopg.DataError):
            copy_rows(connection, "things", ("text",), [("sound",), ("not\0sound",)])
    assert rows(settings, "SELECT * FROM things") == []


def test_errors_are_told_as_the_server_tells_them(settings):
    with (
        pytest.raises(BulkFailed, match=r'^relation "nowhere" does not exist$'),
        translated_errors(),
        bulk_session(settings) as connection,
    ):
        run(connection, "SELECT * FROM nowhere WHERE id = %(id)s", {"id": 1})


def test_ctrl_c_ends_a_statement(settings):
    with pytest.raises(KeyboardInterrupt), bulk_session(settings) as connection:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        connection.execute("SELECT pg_sleep(3600)")


def test_tidying_leaves_what_somebody_is_using(settings):
    execute = "LOCK TABLE genres IN ACCESS EXCLUSIVE MODE"
    with psycopg.connect(settings.database_url) as other, bulk_session(settings) as connection:
        other.execute(execute)
        optimize(connection, ("genres", "directors"))
        optimize(connection, ("nowhere",))
    counted = "SELECT relname, reltuples FROM pg_class WHERE relname IN ('genres', 'directors')"
    assert dict(rows(settings, counted)) == {"genres": -1, "directors": 1}
