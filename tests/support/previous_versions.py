"""A data folder that version 0.2.0 made: 82 films of two sources, labels, locks, a hidden film."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from kinoteka.database.engines import database_path
from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.migration_checks import versions_until

FOLDER = Path(__file__).parents[1] / "data"
SCHEMA_REVISION = "0012"
SKIPPED = ("alembic_version", "sqlite_%", "search_%")


def create_previous_database(settings: Settings, folder: Path) -> None:
    """Create the database of version 0.2.0, with the same rows on both engines.

    The search index is empty on PostgreSQL.
    """
    file = database_path(settings) if not settings.database_url else folder / "previous.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.decompress((FOLDER / "kinoteka-0.2.0.db.gz").read_bytes()))
    if settings.database_url:
        migrate(settings, versions=versions_until(folder, SCHEMA_REVISION))
        _copy_rows(file, settings.database_url)


def _copy_rows(file: Path, url: str) -> None:
    conditions = " AND ".join(f"name NOT LIKE '{pattern}'" for pattern in SKIPPED)
    with closing(sqlite3.connect(file)) as source, psycopg.connect(url) as target:
        target.execute("SET session_replication_role = replica")
        query = f"SELECT name FROM sqlite_master WHERE type = 'table' AND {conditions}"
        for (table,) in source.execute(query).fetchall():
            _copy_table(source, target, table)


def _copy_table(source: sqlite3.Connection, target: psycopg.Connection, table: str) -> None:
    rows = source.execute(f"SELECT * FROM {table}")
    columns = [name for name, *_ in rows.description]
    types: dict[str, str] = dict(
        target.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
            (table,),
        ).fetchall()
    )
    casts = {name: "integer::boolean" if of == "boolean" else of for name, of in types.items()}
    values = ", ".join(f"%s::{casts[name]}" for name in columns)
    target.execute(f"DELETE FROM {table}".encode())
    with target.cursor() as cursor:
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"
        cursor.executemany(insert.encode(), rows.fetchall())
    last = source.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    if last and last[0]:
        target.execute(f"SELECT setval('{table}_id_seq', {last[0]})".encode())
