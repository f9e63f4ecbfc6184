import asyncio
import subprocess
import sys

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
from tests.support.migration_checks import versions_until, versions_with
from tests.support.polling import TIMEOUT
from tests.support.servers import clean_environment, run_kinoteka

AT_ONCE = 4


def test_a_new_database_gets_the_newest_schema_once(fresh):
    assert current(fresh) is None
    assert migrate(fresh) is True
    assert current(fresh) == newest()
    assert migrate(fresh) is False


def test_of_several_processes_at_once_one_does_it(fresh):
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "kinoteka.cli", "migrate", "--data", str(fresh.data)],
            env=clean_environment(database_environment(fresh)),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(AT_ONCE)
    ]
    said = sorted(
        process.communicate(timeout=TIMEOUT)[0].partition(" revision")[0] for process in processes
    )
    assert said == ["already at"] * (AT_ONCE - 1) + ["migrated to"]
    assert len(rows(fresh, "SELECT id FROM roles")) == 2


def test_the_migrations_end_at_the_schema_of_the_code(settings):
    engine = create_engine(sqlalchemy_url(settings), poolclass=NullPool)
    with engine.connect() as connection:
        opts = {"include_name": is_ours, "include_object": is_for(connection.dialect.name)}
        context = MigrationContext.configure(connection, opts=opts)
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_one_that_fails_leaves_nothing_behind(settings, tmp_path):
    body = 'op.create_table("notes", sa.Column("id", sa.Integer()))\nraise RuntimeError("no")'
    with pytest.raises(RuntimeError):
        migrate(settings, versions=versions_with(tmp_path, body))
    assert current(settings) == newest()
    migrate(settings, versions=versions_with(tmp_path / "data", "pass"))
    with pytest.raises(Exception, match="notes"):
        rows(settings, "SELECT * FROM notes")


def test_one_that_gets_no_lock_tries_again(settings, tmp_path, held):
    body = 'op.add_column("films", sa.Column("note", sa.Text()))'
    versions = versions_with(tmp_path, body)
    impatient = LockRetries(attempts=2, lock_seconds=0.2, pause_seconds=0.1)
    with held(), pytest.raises(DatabaseUnusable, match="2 attempts"):
        migrate(settings, versions=versions, retries=impatient)
    assert current(settings) == newest()
    assert migrate(settings, versions=versions, retries=impatient) is True
    assert rows(settings, "SELECT note FROM films") == []


async def test_and_gets_it_once_the_others_are_done(settings, tmp_path, held):
    body = 'op.add_column("films", sa.Column("note", sa.Text()))'
    versions = versions_with(tmp_path, body)
    patient = LockRetries(attempts=100, lock_seconds=0.2, pause_seconds=0.1)
    with held():
        migrating = asyncio.create_task(
            asyncio.to_thread(migrate, settings, versions=versions, retries=patient)
        )
        await asyncio.sleep(0.5)
        assert not migrating.done()
    assert await migrating is True


def test_the_command_says_in_one_line_why_it_cannot(tmp_path):
    url = "postgresql://kinoteka@127.0.0.1:1/kinoteka"
    done = run_kinoteka("migrate", "--data", str(tmp_path), KINOTEKA_DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith("kinoteka: PostgreSQL cannot be used")
    assert "Traceback" not in done.stderr


def test_database_of_a_newer_version_is_rejected_in_a_sentence(settings):
    execute(settings, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnusable, match=r"newer version of Kinoteka .* revision 9999"):
        migrate(settings)
    assert current(settings) == "9999"


def test_a_database_of_something_else_is_refused(tmp_path):
    settings = Settings(data=tmp_path)
    database_path(settings).write_bytes(b"no database at all" * 100)
    with pytest.raises(DatabaseUnusable, match="not a database"):
        migrate(settings)


@pytest.fixture
def held(settings):
    """What keeps others from the table of films within its block."""
    import sqlite3
    from contextlib import closing, contextmanager

    import psycopg

    @contextmanager
    def hold():
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

    return hold


def sqlalchemy_url(settings):
    if settings.database_url:
        return settings.database_url.replace("postgresql:", "postgresql+psycopg:")
    return f"sqlite:///{database_path(settings)}"


def is_ours(name, kind, _parents):
    """The search index has tables of its own, which its engine keeps."""
    return kind != "table" or not name.startswith("search_")


def is_for(engine):
    """Whether the schema has an object on this engine, and not on the other alone."""

    def include(found, _name, _kind, _reflected, _counterpart):
        only = getattr(found, "_ddl_if", None)
        return only is None or only.dialect == engine

    return include


@pytest.mark.parametrize("rest", ["sec%ret@h/x", "sec%ff@h/x", "secret@h/x?colour=blue"])
def test_an_address_that_cannot_be_read_is_not_shown(tmp_path, rest):
    settings = Settings(data=tmp_path, database_url=f"postgresql://me:{rest}")
    with pytest.raises(DatabaseUnusable) as refused:
        current(settings)
    assert "sec" not in str(refused.value)


async def test_sessions_of_the_version_before_keep_when_and_how_they_began(fresh, tmp_path):
    migrate(fresh, versions=versions_until(tmp_path, "0010"))
    execute(
        fresh,
        "INSERT INTO accounts (id, username, username_key, password_hash, created_at)"
        " VALUES (7, 'anna', 'anna', 'x', 1)",
    )
    at = now()
    execute(
        fresh,
        "INSERT INTO sessions (id, account_id, token_hash, refresh_seed, refresh_generation,"
        " refreshed_at, created_at, last_seen_at, expires_at, address, user_agent, method)"
        " VALUES (5, 7, 'hash', 'seed', 1, ?, ?, ?, ?, '', '', 'messenger')",
        *(at, at - 1000, at, at + DAY),
    )
    migrate(fresh)
    services = await wire(fresh)
    async with unit_of_work(services.database) as unit:
        session = await services.sessions.get(unit, 5)
    await close(services)
    assert (session.proved_at, session.began_by) == (at - 1000, "messenger")
