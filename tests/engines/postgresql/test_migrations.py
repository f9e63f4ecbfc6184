"""One process migrates a database at a time, under an advisory lock."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from kinoteka.database.engines.postgresql.migrations import PostgreSQLMigrationTarget
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import EMPTY
from tests.support.polling import TIMEOUT, wait_until


@pytest.fixture
def settings(postgresql):
    url = postgresql.new_database(EMPTY)
    yield Settings(database_url=url)
    postgresql.drop_database(url)


def can_enter(target):
    with target.exclusive():
        return True


async def test_waiting_process_is_idle_between_its_attempts(settings):
    target = PostgreSQLMigrationTarget(settings)
    with ThreadPoolExecutor(1) as pool:
        with target.exclusive():
            other = pool.submit(can_enter, target)
            # CREATE INDEX CONCURRENTLY waits for running statements, not for idle connections.
            await wait_until(lambda: idle_connections(settings) == 2)
            assert not other.done()
        assert other.result(TIMEOUT) is True


def test_lock_is_released_when_its_connection_is_terminated(settings):
    target = PostgreSQLMigrationTarget(settings)
    with (
        psycopg.connect(settings.database_url, autocommit=True) as other,
        target.exclusive(),
    ):
        other.execute(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d "
            "ON d.oid = l.database AND d.datname = current_database() WHERE l.locktype = 'advisory'"
        )
        assert can_enter(target) is True


def idle_connections(settings) -> int:
    sql = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND query LIKE '%pg_try_advisory_lock%' AND state = 'idle' "
    )
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute(sql).fetchone()
        return row[0] if row else 0
