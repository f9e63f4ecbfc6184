"""Online migrations: PostgreSQL reads and writes 100,000 films while they are migrated."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from kinoteka.database.migrations import DatabaseUnusable, LockRetries, migrate, newest
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import EMPTY, rows
from tests.support.migration_checks import versions_with
from tests.support.polling import TIMEOUT, wait_until

FILMS = 100_000
FILL = f"""
INSERT INTO films (title, description, votes, genre_id, director_id)
SELECT 'Film ' || n, repeat('x', 200), n, 1, 1
FROM generate_series(1, {FILMS}) AS n
"""
WRITE = "UPDATE films SET votes = votes + 1 WHERE id = 1 + (random() * 99999)::int"
STEPS = (
    'online.create_index_concurrently("ix_films_trial", "films", ["title", "votes"])',
    'op.add_column("films", sa.Column("note_id", sa.BigInteger()))\n'
    'op.add_column("films", sa.Column("n", sa.Integer(), nullable=False, server_default="7"))',
    'online.update_in_batches("films", "note_id = id", where="note_id IS NULL")',
    'online.set_not_null("films", "note_id")',
    'online.add_foreign_key("fk_films_note_id", "films", "note_id", "films")',
    'online.drop_index_concurrently("ix_films_hidden", "films")',
)
PATIENT = LockRetries(attempts=200, lock_seconds=0.2, pause_seconds=0.05)


@pytest.fixture
def large(postgresql) -> Iterator[Settings]:
    url = postgresql.new_database(EMPTY)
    with psycopg.connect(url) as connection:
        connection.execute(FILL)
    yield Settings(database_url=url)
    postgresql.drop_database(url)


@contextmanager
def repeat_in_background(settings: Settings, sql: str) -> Iterator[list[int]]:
    """Repeat a statement in a thread. Yield the row counts of the finished runs."""
    row_counts: list[int] = []
    stop = threading.Event()

    def run() -> None:
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            # A migration that blocks the statement for longer fails the test.
            connection.execute("SET statement_timeout = '20s'")
            while not stop.is_set():
                row_counts.append(connection.execute(sql).rowcount)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            yield row_counts
        finally:
            stop.set()
            running.result()


async def test_every_step_runs_beside_readers_and_writers(large, tmp_path):
    versions = versions_with(tmp_path, *STEPS)
    with (
        repeat_in_background(large, WRITE) as writes,
        repeat_in_background(large, "SELECT count(*) FROM films") as reads,
    ):
        await wait_until(lambda: bool(writes and reads))
        before = len(writes), len(reads)
        assert migrate(large, versions=versions, retries=PATIENT) is True
        assert (len(writes), len(reads)) > before
    unfilled = "SELECT count(*) FROM films WHERE note_id IS DISTINCT FROM id OR n <> 7"
    assert rows(large, unfilled) == [0]
    assert valid_constraints(large) == ["fk_films_note_id"]


async def test_writers_continue_while_an_index_waits_for_a_long_transaction(large, tmp_path):
    versions = versions_with(tmp_path, STEPS[0])
    with psycopg.connect(large.database_url) as long, ThreadPoolExecutor(1) as pool:
        long.execute("UPDATE films SET votes = 0 WHERE id = 5")
        migrating = pool.submit(migrate, large, versions=versions)
        await wait_until(
            lambda: statements_waiting_for_locks(large) == ["CREATE INDEX CONCURRENTLY"]
        )
        with psycopg.connect(large.database_url, autocommit=True) as other:
            other.execute("SET lock_timeout = '100ms'")
            assert other.execute("UPDATE films SET votes = 0 WHERE id = 6").rowcount == 1
        assert not migrating.done()
        long.rollback()
        assert migrating.result(TIMEOUT) is True


def test_migration_gives_up_its_short_lock_beside_a_long_reader_and_writers_continue(
    large, tmp_path
):
    versions = versions_with(tmp_path, STEPS[1])
    with psycopg.connect(large.database_url) as long:
        long.execute("SELECT count(*) FROM films")
        with repeat_in_background(large, WRITE) as writes, pytest.raises(DatabaseUnusable):
            migrate(large, versions=versions, retries=LockRetries(3, 0.2, 0.05))
        assert writes
    assert rows(large, "SELECT version_num FROM alembic_version") == [newest()]
    assert migrate(large, versions=versions) is True


def test_invalid_index_is_rebuilt(large, tmp_path):
    body = 'online.create_index_concurrently("ix_films_trial", "films", ["genre_id"], unique=True)'
    versions = versions_with(tmp_path, body)
    with pytest.raises(Exception, match="ix_films_trial"):  # all films have the same genre
        migrate(large, versions=versions)
    assert valid_indexes(large) == [False]
    with psycopg.connect(large.database_url) as connection:
        connection.execute("DELETE FROM films WHERE id > 1")
    assert migrate(large, versions=versions) is True
    assert valid_indexes(large) == [True]


def test_steps_can_be_repeated(large, tmp_path):
    migrate(large, versions=versions_with(tmp_path, *STEPS))
    (tmp_path / "again").mkdir()
    again = [*STEPS[:1], "pass", *STEPS[2:]]
    with psycopg.connect(large.database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", (newest(),))
    assert migrate(large, versions=versions_with(tmp_path / "again", *again)) is True


def test_steps_run_on_sqlite(tmp_path):
    settings = Settings(data=tmp_path / "data")
    migrate(settings)
    assert migrate(settings, versions=versions_with(tmp_path, *STEPS)) is True
    assert rows(settings, "SELECT note_id, n FROM films") == []


def statements_waiting_for_locks(settings: Settings) -> list[str]:
    """Return the first words of the migration's statements that wait for a lock."""
    sql = "SELECT query FROM pg_stat_activity WHERE application_name = 'kinoteka migrate' "
    waiting = rows(settings, sql + "AND wait_event_type = 'Lock' AND datname = current_database()")
    return [" ".join(query.split()[:3]) for query in waiting]


def valid_constraints(settings: Settings) -> list[str]:
    return rows(settings, "SELECT conname FROM pg_constraint WHERE conname LIKE '%note_id%' "
                "AND convalidated ORDER BY 1")  # fmt: skip


def valid_indexes(settings: Settings) -> list[bool]:
    sql = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_films_trial')"
    return rows(settings, sql)
