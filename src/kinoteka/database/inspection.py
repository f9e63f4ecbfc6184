"""Facts about the database engines and Redis, for `kinoteka doctor`."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import psycopg
from psycopg.pq import ExecStatus
from psycopg.rows import dict_row
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError
from redis.retry import Retry

from kinoteka.database.engines.postgresql.driver import connect
from kinoteka.database.engines.postgresql.migrations import unusable
from kinoteka.database.migrations import DatabaseUnusable
from kinoteka.infrastructure.settings import Settings
from kinoteka.realtime.redis_bus import redis_address

MAX_PROBLEMS = 3
REDIS_SECONDS = 5
POOLER_SECONDS = 2.0
PREPARED = b"kinoteka_doctor"

POSTGRESQL = """
SELECT current_setting('server_version_num')::int AS version,
       current_setting('server_encoding') AS encoding,
       EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS has_trigrams,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')
           AND has_database_privilege(current_database(), 'CREATE') AS may_have_trigrams,
       pg_is_in_recovery() AS is_replica,
       current_setting('max_connections')::int
           - current_setting('superuser_reserved_connections')::int AS connections,
       extract(epoch FROM clock_timestamp())::float8 AS clock
"""


@dataclass(frozen=True, slots=True)
class SQLiteFacts:
    """Facts about SQLite and a database file; `problems` is empty if the file is intact."""

    version: str
    has_full_text: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostgreSQLFacts:
    """Facts about a PostgreSQL server and database.

    `version` is a number such as 150004. `connections` excludes those reserved for superusers.
    `seconds_ahead` is the difference of its clock to ours.
    """

    version: int
    encoding: str
    has_trigrams: bool
    may_have_trigrams: bool
    is_replica: bool
    connections: int
    seconds_ahead: float


@dataclass(frozen=True, slots=True)
class RedisFacts:
    """Facts about a Redis server; `memory` is in bytes, 0 without a limit."""

    name: str
    version: str
    memory: int
    policy: str


def inspect_sqlite(path: Path) -> SQLiteFacts:
    """Check the whole file, which takes about one second per gigabyte.

    Raises:
        DatabaseUnusable: the file cannot be opened.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as file:
            file.execute("PRAGMA query_only = ON")
            options = {row[0] for row in file.execute("PRAGMA compile_options")}
            return SQLiteFacts(sqlite3.sqlite_version, "ENABLE_FTS5" in options, _problems(file))
    except sqlite3.OperationalError as error:
        raise DatabaseUnusable(
            f"{path} cannot be opened as a database ({error}). Check that KINOTEKA_DATA is right "
            "and that this user may read and write it"
        ) from error


def inspect_postgresql(settings: Settings) -> PostgreSQLFacts:
    """Query the server and database in the settings.

    Raises:
        DatabaseUnusable: the server is unavailable or rejects the connection.
    """
    try:
        with connect(settings) as connection:
            begin = time.time()
            facts = connection.cursor(row_factory=dict_row).execute(POSTGRESQL).fetchall()[0]
            middle = (begin + time.time()) / 2
    except (psycopg.Error, ValueError) as error:  # ValueError: an invalid address
        raise unusable(error) from error
    ahead = facts.pop("clock") - middle
    return PostgreSQLFacts(**facts, seconds_ahead=ahead)


def supports_prepared_statements(settings: Settings) -> bool:
    """Return whether a prepared statement survives a transaction of another client.

    It does not survive behind a pooler in transaction mode that does not track prepared statements.

    Raises:
        DatabaseUnusable: the server is unavailable or rejects the connection.
    """
    try:
        with connect(settings) as one, connect(settings) as other:
            prepared = one.pgconn.prepare(PREPARED, b"SELECT 1")
            other.execute("BEGIN")  # takes the server connection that `one` just used
            other.execute("SELECT 1", prepare=False)
            # If the pooler has only one server connection, `one` waits until it is free.
            leaving = Timer(POOLER_SECONDS, other.rollback)
            leaving.start()
            try:
                done = one.pgconn.exec_prepared(PREPARED, [])
            finally:
                leaving.cancel()
                leaving.join()
    except psycopg.Error as error:
        raise unusable(error) from error
    return prepared.status == ExecStatus.COMMAND_OK and done.status == ExecStatus.TUPLES_OK


def inspect_redis(url: str) -> RedisFacts | None:
    """Query a Redis or Valkey server. Return None if this user may not run INFO.

    Raises:
        RedisError, OSError: the server is unavailable or rejects the connection.
        ValueError: the address is invalid.
    """
    server = Redis.from_url(
        redis_address(url),
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    with closing(server):
        try:
            server.ping()
            info = server.info()
        except NoPermissionError:
            return None
        except TypeError as error:  # for example ssl_ca_certs in an address without TLS
            raise ValueError("the address has an option that its scheme does not have") from error
    return RedisFacts(
        name=str(info.get("server_name", "redis")),
        version=str(info.get("valkey_version", info["redis_version"])),
        memory=int(info.get("maxmemory", 0)),
        policy=str(info.get("maxmemory_policy", "noeviction")),
    )


def _problems(file: sqlite3.Connection) -> tuple[str, ...]:
    try:
        found = [str(row[0]) for row in file.execute(f"PRAGMA quick_check({MAX_PROBLEMS})")]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        found = [str(error)]  # the file is too damaged to be checked
    return () if found == ["ok"] else tuple(found)
