"""One process migrates at a time; what holds the others off goes with the one."""

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
    postgresql.drop(url)


def enter(target):
    with target.exclusive():
        return True


async def test_others_wait_without_a_statement_that_an_index_would_wait_for(settings):
    target = PostgreSQLMigrationTarget(settings)
    with ThreadPoolExecutor(1) as pool:
        with target.exclusive():
            other = pool.submit(enter, target)
            await wait_until(lambda: idle(settings) == 2)
            assert not other.done()
        assert other.result(TIMEOUT) is True


def test_a_process_that_is_gone_holds_nobody_off(settings):
    target = PostgreSQLMigrationTarget(settings)
    with (
        psycopg.connect(settings.database_url, autocommit=True) as other,
        target.exclusive(),
    ):
        other.execute(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d "
            "ON d.oid = l.database AND d.datname = current_database() WHERE l.locktype = 'advisory'"
        )
        assert enter(target) is True


def idle(settings) -> int:
    sql = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND query LIKE '%pg_try_advisory_lock%' AND state = 'idle' "
    )
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute(sql).fetchone()
        return row[0] if row else 0
