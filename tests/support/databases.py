"""Databases of both engines for tests, created quickly, and plain SQL on them.

PostgreSQL is a real server in a temporary folder, started for the test run.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from kinoteka.database.engines import database_path
from kinoteka.database.engines.postgresql import driver as postgresql
from kinoteka.database.engines.sqlite import driver as sqlite
from kinoteka.database.interface import Reader
from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.ports import free_port
from tools.prerequisites import find_postgresql

ENGINES = ("sqlite", "postgresql")
PROGRAMS = find_postgresql() or Path("PostgreSQL is not installed")
# PostgreSQL does not run as root.
USER = "nobody" if os.geteuid() == 0 else None

# In memory, a new database takes a twentieth of the time that it takes on a disk.
MEMORY = Path("/dev/shm")  # noqa: S108 (mkdtemp makes a folder of its own there)
DISK_STATE = 4 << 30

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
EMPTY = "empty"


class PostgreSQLServer:
    """A server with a folder of its own. `FAST` turns off everything that survives a crash."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._options = options
        self._count = 0
        self._connection: psycopg.Connection | None = None

    @property
    def is_new(self) -> bool:
        """Return whether the folder has no database cluster yet."""
        return not (self.folder / "PG_VERSION").exists()

    @property
    def is_running(self) -> bool:
        """Return whether the server runs."""
        return (self.folder / "postmaster.pid").exists()

    def url(self, database: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql://kinoteka@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Create the cluster if there is none, start the server and wait until it answers."""
        if self.is_new:
            run = ["initdb", "-D", ".", "-U", "kinoteka", "-A", "trust", "-E", "UTF8"]
            self._run(*run, "--locale=C.UTF-8", "--no-sync", "--no-instructions")
        options = ["listen_addresses=127.0.0.1", f"port={self.port}", *self._options]
        options += [f"unix_socket_directories={self.folder}", "max_connections=300"]
        given = " ".join(f"-c {option}" for option in options)
        self._run("pg_ctl", "-D", ".", "-l", "log", "-w", "-t", "60", "-o", given, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is like a crash."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._run("pg_ctl", "-D", ".", "-m", mode, "-w", "-t", "60", "stop")

    def freeze(self) -> None:
        """Let it accept connections but not answer, like a hanging machine."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it continue."""
        self._signal(signal.SIGCONT)

    def new_database(self, template: str = "template0") -> str:
        """Create a copy of the template database. Return its address."""
        self._count += 1
        name = f"test_{os.getpid()}_{self._count}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, even if clients are still connected."""
        self.execute(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def execute(self, sql: str) -> None:
        """Run a statement that belongs to no database."""
        if self._connection is None:  # reused, because every test creates and drops a database
            self._connection = psycopg.connect(self.url("postgres"), autocommit=True)
        self._connection.execute(sql.encode())

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to the server's first process and then to all its children."""
        first = int((self.folder / "postmaster.pid").read_text().split()[0])
        os.kill(first, number)
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in map(int, children):
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [PROGRAMS / program, *arguments],
            cwd=self.folder,
            user=USER,
            check=True,
            capture_output=program == "initdb",
            stdout=None if program == "initdb" else subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )


@contextmanager
def postgresql_server(*options: str) -> Iterator[PostgreSQLServer]:
    """Run a new server until the end of the block."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > DISK_STATE
    folder = Path(tempfile.mkdtemp(prefix="kinoteka-postgresql-", dir=MEMORY if roomy else None))
    if USER:
        shutil.chown(folder, USER)
    server = PostgreSQLServer(folder, *options)
    try:
        server.start()
        try:
            yield server
        finally:
            if server.is_running:
                server.thaw()
                server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_empty_template(server: PostgreSQLServer) -> None:
    """Create a migrated database without content as a template: `new_database(EMPTY)`."""
    server.execute(f"CREATE DATABASE {EMPTY}")
    migrate(Settings(database_url=server.url(EMPTY)))


def rows(settings: Settings, sql: str, *given: Any) -> list[Any]:
    """Return the rows of a query, or its values if it has one column. `?` is a parameter."""
    found = _run(settings, sql, given)
    return [row[0] if len(row) == 1 else tuple(row) for row in found]


def execute(settings: Settings, sql: str, *given: Any) -> None:
    """Run a statement that changes data, as another process would."""
    _run(settings, sql, given)


def execute_many(settings: Settings, sql: str, given: Sequence[Sequence[Any]]) -> None:
    """Run a statement once for each row of parameters."""
    if not settings.database_url:
        with closing(_sqlite(settings)) as database, database:
            database.executemany(sql, given)
        return
    with psycopg.connect(settings.database_url) as connection:
        connection.cursor().executemany(_placeholders(sql), given)


@contextmanager
def write_transaction(settings: Settings) -> Iterator[Reader]:
    """Open a transaction for Statements, like an import or another process."""
    if settings.database_url:
        with postgresql.connect(settings) as connection, connection.transaction():
            yield postgresql.PostgreSQLReader(connection)
    else:
        with closing(sqlite.connect(database_path(settings))) as database:
            database.execute("BEGIN IMMEDIATE")
            yield sqlite.SQLiteReader(database)
            database.execute("COMMIT")


def database_environment(settings: Settings) -> Mapping[str, str]:
    """Return the environment with which a command finds the database."""
    return {"KINOTEKA_DATABASE_URL": settings.database_url} if settings.database_url else {}


def _run(settings: Settings, sql: str, given: Sequence[Any]) -> list[Any]:
    if not settings.database_url:
        with closing(_sqlite(settings)) as database, database:
            return database.execute(sql, given).fetchall()
    with psycopg.connect(settings.database_url, row_factory=tuple_row) as connection:
        cursor = connection.execute(_placeholders(sql), given or None)
        return cursor.fetchall() if cursor.description else []


def _placeholders(sql: str) -> bytes:
    """Return a statement as psycopg reads it."""
    return sql.replace("?", "%s").encode()


def _sqlite(settings: Settings) -> sqlite3.Connection:
    connection = sqlite3.connect(database_path(settings), timeout=10)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
