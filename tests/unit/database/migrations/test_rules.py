"""No migration after the first may block readers or writers of a large table."""

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

BLOCKING = {
    "create index": 'op.create_index("ix_t", "films", ["title"])',
    "drop index": 'op.drop_index("ix_films_hidden", "films")',
    "add column without NULL and default": (
        'op.execute("DELETE FROM films")\n'
        'op.add_column("films", sa.Column("n", sa.Integer(), nullable=False))'
    ),
    "add column with computed default": (
        'op.add_column("films", sa.Column("n", sa.Float(), server_default=sa.text("random()")))'
    ),
    "change type": 'op.alter_column("films", "votes", type_=sa.BigInteger())',
    "add foreign key": (
        'op.create_foreign_key("fk_t", "chats", "accounts", ["first_account_id"], ["id"])'
    ),
    "add column with foreign key": (
        'op.add_column("films", sa.Column("n", sa.BigInteger(), sa.ForeignKey("films.id")))'
    ),
    "add check": 'op.create_check_constraint("ck_t", "films", "votes >= 0")',
    "add unique constraint": 'op.create_unique_constraint("uq_t", "films", ["poster"])',
    "set not null": 'op.alter_column("bookmarks", "created_at", nullable=False)',
    "update all rows": "op.execute(\"UPDATE films SET title = 'x'\")",
    "lock table": 'op.execute("LOCK TABLE films")',
}
NON_BLOCKING = {
    "create index": 'online.create_index_concurrently("ix_t", "films", ["title"], unique=True)',
    "drop index": 'online.drop_index_concurrently("ix_films_hidden", "films")',
    "add column": 'op.add_column("films", sa.Column("note", sa.Text()))',
    "add column with constant default": (
        'op.add_column("films", sa.Column("n", sa.Integer(), nullable=False, server_default="0"))'
    ),
    "add foreign key": 'online.add_foreign_key("fk_t", "chats", "last_message_id", "messages")',
    "set not null": 'online.set_not_null("messages", "nonce")',
    "update in batches": 'online.update_in_batches("films", "votes = votes + 1")',
    "create table and index": (
        'op.create_table("notes", sa.Column("id", sa.BigInteger(), primary_key=True))\n'
        'op.create_index("ix_notes_id", "notes", ["id"])'
    ),
    "drop column": 'op.drop_column("films", "trailer")',
}


@pytest.fixture
def url(postgresql):
    url = postgresql.new_database(EMPTY)
    yield url
    postgresql.drop_database(url)


@pytest.fixture
def first_schema(fresh_postgresql, tmp_path):
    """A database with the first schema."""
    migrate(Settings(database_url=fresh_postgresql), versions=versions_until(tmp_path, "0001"))
    return fresh_postgresql


@pytest.fixture
def fresh_postgresql(postgresql):
    url = postgresql.new_database()
    yield url
    postgresql.drop_database(url)


def test_migrations_have_no_blocking_statements(first_schema):
    statements = executed_statements(first_schema, VERSIONS)
    assert any("ADD COLUMN disabled_at" in statement for statement in statements)
    assert blocking_statements(statements) == []


@pytest.mark.parametrize("body", BLOCKING.values(), ids=BLOCKING)
def test_blocking_statement_is_found(url, tmp_path, body):
    assert len(blocking_statements(executed_statements(url, versions_with(tmp_path, body)))) == 1


@pytest.mark.parametrize("body", NON_BLOCKING.values(), ids=NON_BLOCKING)
def test_non_blocking_statement_is_allowed(url, tmp_path, body):
    assert blocking_statements(executed_statements(url, versions_with(tmp_path, body))) == []
