"""What the engines tell of themselves."""

from pathlib import Path

import pytest

from kinoteka.database.inspection import inspect_postgresql, inspect_redis, inspect_sqlite
from kinoteka.database.migrations import DatabaseUnusable
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import PostgreSQLServer
from tests.support.redis_servers import redis_server


def test_an_sqlite_file(empty_database: Path) -> None:
    facts = inspect_sqlite(empty_database)
    assert (facts.has_full_text, facts.problems) == (True, ())
    assert facts.version.startswith("3.")


def test_no_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable):
        inspect_sqlite(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_postgresql(postgresql: PostgreSQLServer, tmp_path: Path) -> None:
    url = postgresql.new_database()
    facts = inspect_postgresql(Settings(data=tmp_path, database_url=url))
    postgresql.drop(url)
    assert facts.version >= 150000
    assert facts.encoding == "UTF8"
    assert (facts.has_trigrams, facts.may_have_trigrams, facts.is_replica) == (False, True, False)
    assert facts.connections == 297
    assert abs(facts.seconds_ahead) < 5


def test_a_redis() -> None:
    with redis_server("--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl") as server:
        facts = inspect_redis(server.url)
    assert (facts.memory, facts.policy) == (64 * 1024 * 1024, "volatile-ttl")
    assert facts.name in ("redis", "valkey")
