"""A consistent copy of the database in a file."""

import sqlite3
import subprocess
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg

from kinoteka.database.backup import BackupFailed
from kinoteka.database.copy.interface import REVISION
from kinoteka.database.copy.rows import TABLES
from kinoteka.database.engines import database_path
from kinoteka.database.engines.postgresql import programs
from kinoteka.database.engines.postgresql.driver import connect
from kinoteka.database.engines.sqlite.driver import connect as open_file
from kinoteka.database.schema import metadata
from kinoteka.infrastructure.files import AVATAR_FOLDER, POSTER_FOLDER
from kinoteka.infrastructure.progress import Progress
from kinoteka.infrastructure.settings import Settings

PICTURES = {
    AVATAR_FOLDER: (
        "accounts",
        "SELECT avatar_file FROM accounts WHERE avatar_file IS NOT NULL ORDER BY id",
    ),
    POSTER_FOLDER: (
        "posters",
        "SELECT small_file FROM posters WHERE address IS NULL "
        "UNION ALL SELECT large_file FROM posters WHERE address IS NULL",
    ),
}
"""For each folder of pictures, a table and the names of the pictures to which it refers.

Fetched posters are a cache and not in backups.
"""
PAGES = 2048
"""The number of pages that are copied together."""
BATCH = 1000
OURS = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
AND (c.relname = ANY ($1) OR c.relname LIKE 'search\\_%') ORDER BY c.relname
"""
IS_THERE = {
    "sqlite": "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '{name}')",
    "postgresql": "SELECT to_regclass('{name}') IS NOT NULL",
}


class Snapshot(Protocol):
    """Facts about the copy; `schema` is the PostgreSQL schema with the tables."""

    engine: str
    revision: str
    schema: str
    counts: dict[str, int]

    def pictures(self, folder: str) -> Generator[str, None, None]:
        """The names of the pictures of one folder that the copy names."""


def snapshot(
    settings: Settings, path: Path, progress: Progress
) -> AbstractContextManager[Snapshot]:
    """Copy the database into a file at `path`; the facts about it hold within the block.

    Raises:
        BackupFailed
    """
    progress.begin("copying the database")
    if settings.database_url:
        return _of_postgresql(settings, path)
    return _of_sqlite(database_path(settings), path, progress)


FORMER_TABLES = ("directors", "film_directors")
"""Tables of earlier schemas. A backup before the migration contains them."""


def our_tables(connection: "psycopg.Connection[Any]") -> list[str]:
    """The tables of PostgreSQL that are ours, quoted, with their schema."""
    names = [*metadata.tables, *FORMER_TABLES, "alembic_version"]
    return [f'"{schema}"."{name}"' for schema, name in connection.execute(OURS, (names,))]


class _Taken:
    def __init__(
        self, engine: str, connection: "sqlite3.Connection | psycopg.Connection[Any]"
    ) -> None:
        self.engine = engine
        self.schema = ""
        self._connection: Any = connection
        self.revision = str(self._one(REVISION))
        self.counts = {
            table.name: int(self._one(f'SELECT count(*) FROM "{table.name}"'))
            for table in TABLES
            if self._one(IS_THERE[engine].format(name=table.name))  # else of a later schema
        }

    def pictures(self, folder: str) -> Generator[str, None, None]:
        table, query = PICTURES[folder]
        if table not in self.counts:
            return
        named = () if self.engine == "sqlite" else ("pictures",)  # its rows stay at the server
        with closing(self._connection.cursor(*named)) as cursor:
            cursor.execute(query)
            while batch := cursor.fetchmany(BATCH):
                yield from (name for (name,) in batch)

    def _one(self, query: str) -> Any:
        return self._connection.execute(query).fetchone()[0]


@contextmanager
def _of_sqlite(source: Path, path: Path, progress: Progress) -> Iterator[Snapshot]:
    if not source.exists():
        raise BackupFailed(f"there is no database at {source}")

    def note(_status: int, remaining: int, total: int) -> None:
        progress.done, progress.total = total - remaining, total

    try:
        with closing(open_file(source, read_only=True)) as live, closing(_new(path)) as copy:
            # With its own snapshot, the copy does not restart when a server writes.
            live.execute("BEGIN")
            live.execute(REVISION).fetchone()
            live.backup(copy, pages=PAGES, progress=note)
            live.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file
            check(copy)
            yield _Taken("sqlite", copy)
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"{source}: {error}") from error


def _new(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")  # what matters is the archive
    return connection


def check(connection: sqlite3.Connection) -> None:
    """See whether a file is a database that is whole.

    Raises:
        BackupFailed
        sqlite3.DatabaseError: it is no database at all.
    """
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupFailed(f"the database is damaged: {found}")


@contextmanager
def _of_postgresql(settings: Settings, path: Path) -> Iterator[Snapshot]:
    try:
        with connect(settings) as connection:
            connection.execute("SET idle_in_transaction_session_timeout = 0")
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            tables = our_tables(connection)
            if not tables:
                raise BackupFailed("the database has no tables of ours")
            _dump(settings, connection, tables, path)
            taken = _Taken("postgresql", connection)
            taken.schema = connection.execute("SELECT current_schema()").fetchone()[0]  # type: ignore[index]
            yield taken
    except psycopg.Error as error:
        raise BackupFailed(f"PostgreSQL: {str(error).strip()}") from error


def _dump(
    settings: Settings, connection: "psycopg.Connection[Any]", tables: list[str], path: Path
) -> None:
    """Run pg_dump on the transaction's own snapshot, so that the facts about it are true."""
    program = programs.find("pg_dump", connection.info.server_version // 10_000)
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    address, environment = programs.address(settings.database_url)
    options = [f"--table={table}" for table in tables]
    options += ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={row and row[0]}"]
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, names of ours
        [program, *options, f"--file={path}", f"--dbname={address}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise BackupFailed(programs.reason("pg_dump", done.stderr))
