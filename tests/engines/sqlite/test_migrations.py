"""The schema revision of an SQLite file."""

import sqlite3
from contextlib import closing

import pytest

from kinoteka.database.engines import DATABASE, database_path
from kinoteka.database.engines.sqlite.migrations import SQLiteMigrationTarget
from kinoteka.database.migrations import DatabaseUnusable
from kinoteka.infrastructure.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path)


def test_file_without_our_tables_has_no_revision(settings):
    assert SQLiteMigrationTarget(settings).current() is None
    with closing(sqlite3.connect(database_path(settings))) as connection:
        connection.execute("CREATE TABLE other (id INTEGER)")
    assert SQLiteMigrationTarget(settings).current() is None


def test_error_names_the_file_when_it_is_not_a_database(settings):
    database_path(settings).write_text("not a database but a text" * 50)
    with pytest.raises(DatabaseUnusable, match=DATABASE):
        SQLiteMigrationTarget(settings).current()
