"""The import into PostgreSQL compared with a bare COPY of the same rows.

    python -m benchmarks.import_postgresql 200000 [rounds]

A PostgreSQL server with default settings, including durability, runs only for the benchmark. It
does both in turn, each into a new, migrated database after a checkpoint. The results are medians.

**The import** is the whole command, `kinoteka import imdb` with four files, from the start of its
process to its end: it reads and joins the files, stages and compares films, and writes films,
genres, directors, counts and the search index. Then it runs VACUUM and ANALYZE. It is measured with
a role that may skip foreign key checks (by a grant, or as a superuser) and with a plain role.

**A bare COPY** is the lower bound for everything that leaves the same tables: one connection copies
the rows of every table, including the search index and counts, in one transaction from files in
PostgreSQL's binary format. The tables have their indexes, keys and constraints. It reads no source,
looks up no ids, compares nothing and does not vacuum. Writing the files is not measured.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from benchmarks.import_data import write_imdb
from benchmarks.import_parsing import seconds_to_parse
from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import EMPTY, PostgreSQLServer, postgresql_server

ROUNDS = 3
GRANTED, PLAIN = "granted", "plain"
BLOCK = 1 << 18
FIRST = ("labels", "genres", "people", "films")
"""Tables to which others refer."""
FILLED = """
SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname = 'public' ORDER BY relname
"""


def measure(folder: Path, films: int, rounds: int, show: Callable[..., None]) -> None:
    """Import films and copy the resulting rows, in turn, and show the medians."""
    files = write_imdb(folder, films)
    seconds: dict[str, list[float]] = {"": [], GRANTED: [], PLAIN: []}
    with postgresql_server() as server:
        _make_template(server)
        copied: list[tuple[str, Path]] = []
        for _ in range(rounds):
            for role in (GRANTED, PLAIN):
                url = _new(server, role)
                seconds[role].append(_import(url, files, folder))
                copied = copied or _dump(url, folder)
                server.drop_database(url)
            url = _new(server, PLAIN)
            seconds[""].append(_copy(url, copied))
            server.drop_database(url)
    if "-v" in sys.argv:
        print(seconds)
    parsing = seconds_to_parse("imdb", files)
    copying = statistics.median(seconds[""])
    for role in (GRANTED, PLAIN):
        imported = statistics.median(seconds[role])
        for what, taken in (("all told", imported), ("beside parsing", imported - parsing)):
            show(
                f"{films:,} films imported into PostgreSQL a second, {role} role, {what}"
                " (reference: a bare COPY)",
                films / copying,
                films / taken,
                copying / taken,
                "≥ 0.5",
            )


def _make_template(server: PostgreSQLServer) -> None:
    """Create a migrated database whose tables belong to a plain role."""
    server.execute(f"CREATE ROLE {PLAIN} LOGIN")
    server.execute(f"CREATE ROLE {GRANTED} LOGIN IN ROLE {PLAIN}")
    server.execute(f"GRANT SET ON PARAMETER session_replication_role TO {GRANTED}")
    server.execute(f"CREATE DATABASE {EMPTY} OWNER {PLAIN}")
    migrate(Settings(database_url=_as(PLAIN, server.url(EMPTY))))


def _as(role: str, url: str) -> str:
    return url.replace("kinoteka@", f"{role}@")


def _new(server: PostgreSQLServer, role: str) -> str:
    url = server.new_database(EMPTY)
    server.execute("CHECKPOINT")
    return _as(role, url)


def _import(url: str, files: list[Path], folder: Path) -> float:
    command = [sys.executable, "-m", "kinoteka.cli", "import", "imdb", *map(str, files)]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, "--data", str(folder)],
        env=os.environ | {"KINOTEKA_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(done.stderr)
    return seconds


def _dump(url: str, folder: Path) -> list[tuple[str, Path]]:
    """Write the imported rows to one file per table, in an order that foreign keys allow."""
    seeded = {"roles", "revisions", "alembic_version"}
    with psycopg.connect(url) as connection:
        tables = [name for (name,) in connection.execute(FILLED) if name not in seeded]
        tables.sort(key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
        written = []
        for table in tables:
            rows = f"SELECT * FROM {table}"
            if table in ("genres", "people"):
                rows += " WHERE id > 1"  # the first one is there in every database
            path = folder / f"{table}.copy"
            with (
                path.open("wb") as file,
                connection.cursor().copy(f"COPY ({rows}) TO STDOUT (FORMAT BINARY)") as copy,
            ):
                for block in copy:
                    file.write(block)
            written.append((table, path))
    return written


def _copy(url: str, files: list[tuple[str, Path]]) -> float:
    began = time.perf_counter()
    with psycopg.connect(url) as connection:
        for table, path in files:
            with (
                path.open("rb") as file,
                connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy,
            ):
                while block := file.read(BLOCK):
                    copy.write(block)
    return time.perf_counter() - began


def run(folder: Path, films: int, show: Callable[..., None]) -> None:
    """Measure with this number of films."""
    folder.mkdir(parents=True, exist_ok=True)
    measure(folder, films, ROUNDS, show)


def main() -> None:
    """Run the measurement that the command line names."""

    def show(what: str, reference: float, measured: float, ratio: float, target: str) -> None:
        print(f"{what}: {reference:,.0f} → {measured:,.0f}, {ratio:.2f} {target}", flush=True)

    films = int(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), films, rounds, show)


if __name__ == "__main__":
    main()
