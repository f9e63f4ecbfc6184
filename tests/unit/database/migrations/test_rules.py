"""No migration after the first may keep readers or writers from a large table."""

import pytest

from kinoteka.database.migrations import VERSIONS, migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import EMPTY
from tests.support.migration_checks import (
    blocking_statements,
    executed_statements,
    versions_until,
    versions_with,
)

LOCKING = {
    "an index": 'op.create_index("ix_t", "films", ["title"])',
    "an index that is dropped": 'op.drop_index("ix_films_hidden", "films")',
    "no NULL and no default": (
        'op.execute("DELETE FROM films")\n'
        'op.add_column("films", sa.Column("n", sa.Integer(), nullable=False))'
    ),
    "a default that is computed": (
        'op.add_column("films", sa.Column("n", sa.Float(), server_default=sa.text("random()")))'
    ),
    "a type": 'op.alter_column("films", "votes", type_=sa.BigInteger())',
    "a foreign key": (
        'op.create_foreign_key("fk_t", "chats", "accounts", ["first_account_id"], ["id"])'
    ),
    "a foreign key with its column": (
        'op.add_column("films", sa.Column("n", sa.BigInteger(), sa.ForeignKey("films.id")))'
    ),
    "a check": 'op.create_check_constraint("ck_t", "films", "votes >= 0")',
    "a unique constraint": 'op.create_unique_constraint("uq_t", "films", ["imdb_id"])',
    "no NULL any more": 'op.alter_column("bookmarks", "created_at", nullable=False)',
    "all rows at once": "op.execute(\"UPDATE films SET title = 'x'\")",
    "a lock": 'op.execute("LOCK TABLE films")',
}
HARMLESS = {
    "an index": 'online.create_index_concurrently("ix_t", "films", ["title"], unique=True)',
    "an index that is dropped": 'online.drop_index_concurrently("ix_films_hidden", "films")',
    "a column": 'op.add_column("films", sa.Column("note", sa.Text()))',
    "a column with a constant": (
        'op.add_column("films", sa.Column("n", sa.Integer(), nullable=False, server_default="0"))'
    ),
    "a foreign key": 'online.add_foreign_key("fk_t", "chats", "last_message_id", "messages")',
    "no NULL any more": 'online.set_not_null("messages", "nonce")',
    "rows by and by": 'online.update_in_batches("films", "votes = votes + 1")',
    "a table with its index": (
        'op.create_table("notes", sa.Column("id", sa.BigInteger(), primary_key=True))\n'
        'op.create_index("ix_notes_id", "notes", ["id"])'
    ),
    "a column less": 'op.drop_column("films", "trailer")',
}


@pytest.fixture
def url(postgresql):
    url = postgresql.new_database(EMPTY)
    yield url
    postgresql.drop(url)


@pytest.fixture
def first(fresh_postgresql, tmp_path):
    """A database with the first schema."""
    migrate(Settings(database_url=fresh_postgresql), versions=versions_until(tmp_path, "0001"))
    return fresh_postgresql


@pytest.fixture
def fresh_postgresql(postgresql):
    url = postgresql.new_database()
    yield url
    postgresql.drop(url)


def test_the_migrations_keep_nobody_from_a_large_table(first):
    run = executed_statements(first, VERSIONS)
    assert any("ADD COLUMN disabled_at" in statement for statement in run)
    assert blocking_statements(run) == []


@pytest.mark.parametrize("body", LOCKING.values(), ids=LOCKING)
def test_what_would_is_found(url, tmp_path, body):
    assert len(blocking_statements(executed_statements(url, versions_with(tmp_path, body)))) == 1


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_what_would_not_is_let_be(url, tmp_path, body):
    assert blocking_statements(executed_statements(url, versions_with(tmp_path, body))) == []
