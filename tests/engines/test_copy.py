"""`kinoteka copy-database`: it copies everything to the other engine, or nothing."""

import asyncio
import sys

import pytest

from kinoteka.database.copy import CopyFailed
from kinoteka.database.copy import copy as copy_database
from kinoteka.database.copy import rows as copied_rows
from kinoteka.database.engines import database_path
from kinoteka.database.engines.postgresql.copy import locked_target
from kinoteka.database.engines.sqlite.copy import snapshot
from kinoteka.database.migrations import migrate
from kinoteka.database.revisions import FILM_PARTS
from kinoteka.infrastructure.progress import Progress
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, rows
from tests.support.polling import wait_until
from tests.support.sample_rows import FILM_COUNT, fill_all_tables
from tests.support.servers import clean_environment, run_kinoteka

MANY_FILMS = """
WITH RECURSIVE numbers (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000)
INSERT INTO films (id, title, description, votes, genre_id, director_id)
SELECT n, 'Film ' || n, '', 0, 7, 9 FROM numbers
"""
COPYING_FILMS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'COPY "films"%'
"""
TABLES = [table.name for table in copied_rows.TABLES]


@pytest.fixture
def embedded(tmp_path):
    """An embedded installation with rows in every table."""
    settings = Settings(data=tmp_path / "embedded")
    migrate(settings)
    fill_all_tables(settings)
    return settings


@pytest.fixture
def grown(postgresql):
    """An empty PostgreSQL database."""
    url = postgresql.new_database()
    yield Settings(database_url=url)
    postgresql.drop_database(url)


# What each installation has of its own, and the search index, which the target builds itself.
NOT_COPIED = ("alembic_version", "revisions", "key_fingerprints", "sqlite_", "search_")


def test_copy_knows_every_table_of_the_database(embedded):
    names = rows(embedded, "SELECT name FROM sqlite_master WHERE type = 'table'")
    assert {name for name in names if not name.startswith(NOT_COPIED)} == set(TABLES)


def test_sample_of_the_copy_has_rows_in_every_table(embedded):
    assert [name for name in TABLES if not rows(embedded, f"SELECT count(*) FROM {name}")[0]] == []


def copy(source, target):
    return run_kinoteka("copy-database", address(source), address(target))


def address(settings):
    """Return the argument of the command that means the database of `settings`."""
    return settings.database_url or str(settings.data)


def test_copy_reports_every_table_as_copied_and_compared(embedded, grown):
    process = copy(embedded, grown)
    assert process.returncode == 0, process.stderr
    lines = process.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == TABLES
    assert f"films: {FILM_COUNT} rows, the same" in lines
    assert lines[-1] == "copied"
    for table in TABLES:
        assert rows(grown, f"SELECT count(*) FROM {table}") != [0]
    title = "SELECT title FROM films WHERE id IN (11, 12) ORDER BY id"
    assert rows(grown, title) == ["Брат 11", '"12"\t\n\\ 👽'] == rows(embedded, title)


def test_copy_back_to_sqlite_restores_every_row(embedded, grown, tmp_path):
    copy(embedded, grown)
    copied_back = Settings(data=tmp_path / "copied-back")
    process = copy(grown, copied_back)
    assert process.stdout.splitlines()[-1] == "copied"
    for table in copied_rows.TABLES:
        everything = copied_rows.in_key_order(table)
        assert rows(copied_back, everything) == rows(embedded, everything)


def test_copy_continues_the_ids_of_deleted_rows(embedded, grown, tmp_path):
    copy(embedded, grown)
    new = "INSERT INTO messages (chat_id, text, created_at) VALUES (8, '', 1) RETURNING id"
    assert rows(grown, new) == [31]
    copied_back = Settings(data=tmp_path / "copied-back")
    copy(grown, copied_back)
    assert rows(copied_back, new) == [32]
    assert rows(copied_back, "INSERT INTO labels (name) VALUES ('x') RETURNING id") == [4]


def test_copied_films_are_found_by_the_other_engine(embedded, grown):
    copy(embedded, grown)
    from kinoteka.database import film_search as search
    from kinoteka.database.engines.postgresql import driver as postgresql

    with postgresql.connect(grown, read_only=True) as connection:
        found = search.find(postgresql.PostgreSQLReader(connection), "brat 11", None)
    assert found[:1] == [11]


def test_copied_revisions_are_higher_than_those_of_source_and_target(embedded, grown):
    migrate(grown)
    execute(grown, "UPDATE revisions SET value = 90 WHERE name = 'library'")
    copy(embedded, grown)
    expected = {"access": 2, "accounts": 2, "catalogue": 42, "library": 91, "sessions": 2}
    expected |= dict.fromkeys(FILM_PARTS, 2)
    assert dict(rows(grown, "SELECT name, value FROM revisions")) == expected


def test_second_copy_reports_that_there_is_nothing_to_do(embedded, grown):
    copy(embedded, grown)
    process = copy(embedded, grown)
    assert process.returncode == 0
    assert process.stdout.splitlines()[-1] == "nothing to do: both are the same already"


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE films SET rating = rating + 0.0000001 WHERE id = 14", "films"),
        ("UPDATE accounts SET superuser = true WHERE id = 2", "accounts"),
        ("DELETE FROM bookmarks", "bookmarks"),
        ("INSERT INTO labels (id, name) VALUES (99, 'other')", "labels"),
    ],
    ids=["changed number", "changed flag", "deleted rows", "added row"],
)
def test_target_with_other_data_is_rejected_and_unchanged(embedded, grown, change, table):
    copy(embedded, grown)
    execute(grown, change)
    before = rows(grown, f"SELECT * FROM {table}")
    process = copy(embedded, grown)
    assert process.returncode == 1
    assert f"the target holds other data: {table} (" in process.stderr
    assert rows(grown, f"SELECT * FROM {table}") == before


async def test_copy_can_be_repeated_after_it_was_killed(embedded, grown):
    migrate(grown)
    execute(embedded, MANY_FILMS)
    command = [sys.executable, "-m", "kinoteka.cli", "copy-database"]
    process = await asyncio.create_subprocess_exec(
        *command, address(embedded), address(grown), env=clean_environment({})
    )
    await wait_until(lambda: rows(grown, COPYING_FILMS) == [1])
    process.kill()
    await process.wait()
    await wait_until(lambda: rows(grown, COPYING_FILMS) == [0])
    assert rows(grown, "SELECT count(*) FROM films") == [0]
    assert copy(embedded, grown).stdout.splitlines()[-1] == "copied"


def test_copy_leaves_the_target_empty_when_the_connection_is_lost(embedded, grown):
    migrate(grown)
    progress = Progress()
    with (
        pytest.raises(CopyFailed),
        locked_target(grown) as target,
        snapshot(database_path(embedded)) as source,
    ):
        copy_database(source, target, progress)
        execute(grown, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                "datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
    assert rows(grown, "SELECT count(*) FROM films") == [0]


def test_value_that_postgresql_cannot_store_is_named_and_nothing_is_copied(embedded, grown):
    execute(embedded, "UPDATE films SET votes = 3000000000 WHERE id = 200")
    process = copy(embedded, grown)
    assert process.returncode == 1
    assert 'films: value "3000000000" is out of range' in process.stderr
    assert rows(grown, "SELECT count(*) FROM genres") == [1]
    execute(embedded, "UPDATE films SET votes = 3, title = ? WHERE id = 200", "a\0b")
    assert "films" in copy(embedded, grown).stderr


def test_source_with_an_older_schema_is_rejected_with_the_command_to_migrate(embedded, grown):
    execute(embedded, "UPDATE alembic_version SET version_num = '0000'")
    assert "kinoteka migrate" in copy(embedded, grown).stderr


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("./data", "./other", 2),
        ("postgresql://a/b", "postgresql://a/c", 2),
        ("./nothing-there", "postgresql://kinoteka@127.0.0.1:1/x", 1),
    ],
    ids=["SQLite to SQLite", "PostgreSQL to PostgreSQL", "source is missing"],
)
def test_impossible_copy_fails_without_a_traceback(source, target, code):
    process = run_kinoteka("copy-database", source, target)
    assert process.returncode == code
    assert "Traceback" not in process.stderr
