"""Facts about SQLite files, PostgreSQL and Redis for the doctor."""

from pathlib import Path

import pytest

from kinoteka.database.inspection import inspect_postgresql, inspect_redis, inspect_sqlite
from kinoteka.database.migrations import DatabaseUnusable
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import PostgreSQLServer
from tests.support.redis_servers import redis_server


def test_sqlite_facts_are_version_full_text_search_and_problems(empty_database: Path) -> None:
    facts = inspect_sqlite(empty_database)
    assert (facts.has_full_text, facts.problems) == (True, ())
    assert facts.version.startswith("3.")


def test_missing_sqlite_file_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable):
        inspect_sqlite(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_postgresql_facts_are_version_encoding_extensions_and_limits(
    postgresql: PostgreSQLServer, tmp_path: Path
) -> None:
    url = postgresql.new_database()
    facts = inspect_postgresql(Settings(data=tmp_path, database_url=url))
    postgresql.drop_database(url)
    assert facts.version >= 150000
    assert facts.encoding == "UTF8"
    assert (facts.has_trigrams, facts.may_have_trigrams, facts.is_replica) == (False, True, False)
    assert facts.connections == 297
    assert abs(facts.seconds_ahead) < 5


def test_redis_facts_are_name_memory_and_eviction_policy() -> None:
    with redis_server("--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl") as server:
        facts = inspect_redis(server.url)
    assert facts is not None
    assert (facts.memory, facts.policy) == (64 * 1024 * 1024, "volatile-ttl")
    assert facts.name in ("redis", "valkey")
