"""`kinoteka migrate`: databases reach the newest schema once, whole or not at all."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from kinoteka.database.engines import database_path
from kinoteka.database.migrations import DatabaseUnusable, LockRetries, current, migrate, newest
from kinoteka.database.schema import metadata
from kinoteka.database.unit import unit_of_work
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.settings import Settings
from kinoteka.server.app import close, wire
from tests.support.databases import database_environment, execute, rows
from tests.support.forked_commands import ForkedCommand
from tests.support.migration_checks import versions_until, versions_with
from tests.support.polling import TIMEOUT
from tests.support.servers import clean_environment, run_kinoteka

PROCESSES = 4


def test_new_database_is_migrated_to_the_newest_revision_once(new_settings):
    assert current(new_settings) is None
    assert migrate(new_settings) is True
    assert current(new_settings) == newest()
    assert migrate(new_settings) is False


def test_one_of_several_concurrent_processes_migrates(new_settings):
    environment = clean_environment(database_environment(new_settings))
    command = ("migrate", "--data", str(new_settings.data))
    processes = [ForkedCommand(command, environment) for _ in range(PROCESSES)]
    messages = []
    for process in processes:
        with process.stdout as output:
            messages.append(output.read().partition(" revision")[0])
        process.wait(TIMEOUT)
    messages.sort()
    assert messages == ["already at"] * (PROCESSES - 1) + ["migrated to"]
    assert len(rows(new_settings, "SELECT id FROM roles")) == 2


def test_migrated_schema_equals_the_schema_in_the_code(settings):
    engine = create_engine(sqlalchemy_url(settings), poolclass=NullPool)
    with engine.connect() as connection:
        opts = {"include_name": is_ours, "include_object": is_for(connection.dialect.name)}
        context = MigrationContext.configure(connection, opts=opts)
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_failed_migration_is_rolled_back(settings, tmp_path):
    body = 'op.create_table("notes", sa.Column("id", sa.Integer()))\nraise RuntimeError("no")'
    with pytest.raises(RuntimeError):
        migrate(settings, versions=versions_with(tmp_path, body))
    assert current(settings) == newest()
    migrate(settings, versions=versions_with(tmp_path / "data", "pass"))
    with pytest.raises(Exception, match="notes"):
        rows(settings, "SELECT * FROM notes")


def test_migration_fails_after_its_attempts_to_get_a_lock(settings, tmp_path, lock_films):
    body = 'op.add_column("films", sa.Column("note", sa.Text()))'
    versions = versions_with(tmp_path, body)
    impatient = LockRetries(attempts=2, lock_seconds=0.2, pause_seconds=0.1)
    with lock_films(), pytest.raises(DatabaseUnusable, match="2 attempts"):
        migrate(settings, versions=versions, retries=impatient)
    assert current(settings) == newest()
    assert migrate(settings, versions=versions, retries=impatient) is True
    assert rows(settings, "SELECT note FROM films") == []


async def test_migration_gets_the_lock_once_others_release_it(settings, tmp_path, lock_films):
    body = 'op.add_column("films", sa.Column("note", sa.Text()))'
    versions = versions_with(tmp_path, body)
    patient = LockRetries(attempts=100, lock_seconds=0.2, pause_seconds=0.1)
    with lock_films():
        migrating = asyncio.create_task(
            asyncio.to_thread(migrate, settings, versions=versions, retries=patient)
        )
        await asyncio.sleep(0.5)
        assert not migrating.done()
    assert await migrating is True


def test_command_reports_an_unreachable_database_without_a_traceback(tmp_path):
    url = "postgresql://kinoteka@127.0.0.1:1/kinoteka"
    done = run_kinoteka("migrate", "--data", str(tmp_path), KINOTEKA_DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith("kinoteka: PostgreSQL cannot be used")
    assert "Traceback" not in done.stderr


def test_database_of_a_newer_version_is_rejected(settings):
    execute(settings, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnusable, match=r"newer version of Kinoteka .* revision 9999"):
        migrate(settings)
    assert current(settings) == "9999"


def test_file_that_is_not_a_database_is_rejected(tmp_path):
    settings = Settings(data=tmp_path)
    database_path(settings).write_bytes(b"not a database" * 100)
    with pytest.raises(DatabaseUnusable, match="not a database"):
        migrate(settings)


@pytest.fixture
def lock_films(settings):
    """A context manager that locks the table of films."""
    import sqlite3
    from contextlib import closing, contextmanager

    import psycopg

    @contextmanager
    def lock():
        if settings.database_url:
            with psycopg.connect(settings.database_url) as connection:
                connection.execute("SELECT count(*) FROM films")
                yield
                connection.rollback()
        else:
            with closing(sqlite3.connect(database_path(settings), isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                yield
                other.execute("ROLLBACK")

    return lock


def sqlalchemy_url(settings):
    if settings.database_url:
        return settings.database_url.replace("postgresql:", "postgresql+psycopg:")
    return f"sqlite:///{database_path(settings)}"


def is_ours(name, kind, _parents):
    """Skip the tables of the search index, which each engine defines itself."""
    return kind != "table" or not name.startswith("search_")


def is_for(engine):
    """Return a filter that skips schema objects of the other engine."""

    def include(found, _name, _kind, _reflected, _counterpart):
        return getattr(found, "info", {}).get("engine", engine) == engine

    return include


@pytest.mark.parametrize(
    "rest",
    ["sec%ret@h/x", "sec%ff@h/x", "secret@h/x?colour=blue"],
    ids=["bad escape", "bad UTF-8", "bad option"],
)
def test_malformed_address_is_not_quoted_in_the_error(tmp_path, rest):
    settings = Settings(data=tmp_path, database_url=f"postgresql://me:{rest}")
    with pytest.raises(DatabaseUnusable) as error:
        current(settings)
    assert "sec" not in str(error.value)


async def test_sessions_of_the_previous_version_keep_the_time_and_method_of_their_sign_in(
    new_settings, tmp_path
):
    migrate(new_settings, versions=versions_until(tmp_path, "0010"))
    execute(
        new_settings,
        "INSERT INTO accounts (id, username, username_key, password_hash, created_at)"
        " VALUES (7, 'anna', 'anna', 'x', 1)",
    )
    at = now()
    execute(
        new_settings,
        "INSERT INTO sessions (id, account_id, token_hash, refresh_seed, refresh_generation,"
        " refreshed_at, created_at, last_seen_at, expires_at, address, user_agent, method)"
        " VALUES (5, 7, 'hash', 'seed', 1, ?, ?, ?, ?, '', '', 'messenger')",
        *(at, at - 1000, at, at + DAY),
    )
    migrate(new_settings)
    services = await wire(new_settings)
    async with unit_of_work(services.database) as unit:
        session = await services.sessions.get(unit, 5)
    await close(services)
    assert session is not None
    assert (session.proved_at, session.began_by) == (at - 1000, "messenger")
