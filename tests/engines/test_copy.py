"""Copying between the engines: whole, equal, or not at all."""

import asyncio
import sys

import pytest

from kinoteka.database.copy import CopyFailed
from kinoteka.database.copy import copy as copy_database
from kinoteka.database.copy import rows as copied_rows
from kinoteka.database.engines import database_path
from kinoteka.database.engines.postgresql.copy import filling
from kinoteka.database.engines.sqlite.copy import snapshot
from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.progress import Progress
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, rows
from tests.support.polling import wait_until
from tests.support.sample_rows import FILM_COUNT, fill_all_tables
from tests.support.servers import clean_environment, run_kinoteka

MANY_FILMS = """
WITH RECURSIVE numbers (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000)
INSERT INTO films (id, source, external_id, title, description, votes, genre_id, director_id,
    fingerprint) SELECT n, 'many', n, 'Film ' || n, '', 0, 7, 9, n FROM numbers
"""
COPYING_FILMS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'COPY "films"%'
"""
TABLES = [table.name for table in copied_rows.TABLES]


@pytest.fixture
def embedded(tmp_path):
    """An embedded installation with something in every table."""
    settings = Settings(data=tmp_path / "embedded")
    migrate(settings)
    fill_all_tables(settings)
    return settings


@pytest.fixture
def grown(postgresql):
    """An empty PostgreSQL database."""
    url = postgresql.new_database()
    yield Settings(database_url=url)
    postgresql.drop(url)


def copy(source, target):
    return run_kinoteka("copy-database", place(source), place(target))


def place(settings):
    return settings.database_url or str(settings.data)


def test_every_table_arrives_and_is_compared(embedded, grown):
    done = copy(embedded, grown)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == TABLES
    assert f"films: {FILM_COUNT} rows, the same" in lines
    assert lines[-1] == "copied"
    for table in TABLES:
        assert rows(grown, f"SELECT count(*) FROM {table}") != [0]
    title = "SELECT title FROM films WHERE id IN (11, 12) ORDER BY id"
    assert rows(grown, title) == ["Брат 11", '"12"\t\n\\ 👽'] == rows(embedded, title)


def test_and_back_again(embedded, grown, tmp_path):
    copy(embedded, grown)
    again = Settings(data=tmp_path / "again")
    done = copy(grown, again)
    assert done.stdout.splitlines()[-1] == "copied"
    for table in copied_rows.TABLES:
        everything = copied_rows.in_key_order(table)
        assert rows(again, everything) == rows(embedded, everything)


def test_ids_that_were_given_once_are_not_given_again(embedded, grown, tmp_path):
    copy(embedded, grown)
    new = "INSERT INTO messages (chat_id, text, created_at) VALUES (8, '', 1) RETURNING id"
    assert rows(grown, new) == [31]
    again = Settings(data=tmp_path / "again")
    copy(grown, again)
    assert rows(again, new) == [32]
    assert rows(again, "INSERT INTO labels (name) VALUES ('x') RETURNING id") == [4]


def test_films_are_found_on_the_other_side(embedded, grown):
    copy(embedded, grown)
    from kinoteka.database import film_search as search
    from kinoteka.database.engines.postgresql import driver as postgresql

    with postgresql.connect(grown, read_only=True) as connection:
        found = search.find(postgresql.PostgreSQLReader(connection), "brat 11", None)
    assert found[:1] == [11]


def test_revisions_are_higher_than_on_either_side(embedded, grown):
    migrate(grown)
    execute(grown, "UPDATE revisions SET value = 90 WHERE name = 'library'")
    copy(embedded, grown)
    assert dict(rows(grown, "SELECT name, value FROM revisions")) == {
        "access": 2,
        "accounts": 2,
        "catalogue": 42,
        "library": 91,
        "sessions": 2,
    }


def test_a_second_time_there_is_nothing_to_do(embedded, grown):
    copy(embedded, grown)
    done = copy(embedded, grown)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "nothing to do: both are the same already"


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE films SET rating = rating + 0.0000001 WHERE id = 14", "films"),
        ("UPDATE accounts SET superuser = true WHERE id = 2", "accounts"),
        ("DELETE FROM bookmarks", "bookmarks"),
        ("INSERT INTO labels (id, name) VALUES (99, 'other')", "labels"),
    ],
)
def test_a_target_with_other_data_is_refused_and_left_alone(embedded, grown, change, table):
    copy(embedded, grown)
    execute(grown, change)
    before = rows(grown, f"SELECT * FROM {table}")
    done = copy(embedded, grown)
    assert done.returncode == 1
    assert f"the target holds other data: {table} (" in done.stderr
    assert rows(grown, f"SELECT * FROM {table}") == before


async def test_killed_half_way_it_leaves_an_empty_target_and_can_be_run_again(embedded, grown):
    migrate(grown)
    execute(embedded, MANY_FILMS)
    command = [sys.executable, "-m", "kinoteka.cli", "copy-database"]
    process = await asyncio.create_subprocess_exec(
        *command, place(embedded), place(grown), env=clean_environment({})
    )
    await wait_until(lambda: rows(grown, COPYING_FILMS) == [1])
    process.kill()
    await process.wait()
    await wait_until(lambda: rows(grown, COPYING_FILMS) == [0])
    assert rows(grown, "SELECT count(*) FROM films") == [0]
    assert copy(embedded, grown).stdout.splitlines()[-1] == "copied"


def test_a_connection_that_is_lost_leaves_the_target_empty(embedded, grown):
    migrate(grown)
    progress = Progress()
    with (
        pytest.raises(CopyFailed),
        filling(grown) as target,
        snapshot(database_path(embedded)) as source,
    ):
        copy_database(source, target, progress)
        execute(grown, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                "datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
    assert rows(grown, "SELECT count(*) FROM films") == [0]


def test_a_value_that_postgresql_cannot_hold_is_named_and_nothing_stored(embedded, grown):
    execute(embedded, "UPDATE films SET votes = 3000000000 WHERE id = 200")
    done = copy(embedded, grown)
    assert done.returncode == 1
    assert 'films: value "3000000000" is out of range' in done.stderr
    assert rows(grown, "SELECT count(*) FROM genres") == [1]
    execute(embedded, "UPDATE films SET votes = 3, title = ? WHERE id = 200", "a\0b")
    assert "films" in copy(embedded, grown).stderr


def test_a_source_of_an_older_schema_is_to_be_migrated_first(embedded, grown):
    execute(embedded, "UPDATE alembic_version SET version_num = '0000'")
    assert "kinoteka migrate" in copy(embedded, grown).stderr


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("./data", "./other", 2),
        ("postgresql://a/b", "postgresql://a/c", 2),
        ("./nothing-there", "postgresql://kinoteka@127.0.0.1:1/x", 1),
    ],
)
def test_what_cannot_be_copied_is_told_in_a_line(source, target, code):
    done = run_kinoteka("copy-database", source, target)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
