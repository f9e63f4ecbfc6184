"""Replace all tables of a PostgreSQL database in one transaction, while servers use it.

pg_restore writes the statements, and psql runs them between statements of this module. COMMIT is
sent only after pg_restore succeeded: a failure before that leaves the database unchanged.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg

from kinoteka.database.backup import BackupFailed
from kinoteka.database.backup.snapshots import our_tables
from kinoteka.database.copy.rows import WITH_IDS
from kinoteka.database.engines.postgresql import programs
from kinoteka.database.engines.postgresql.driver import connect
from kinoteka.infrastructure.progress import Progress
from kinoteka.infrastructure.settings import Settings

WAIT_SECONDS = 60
"""How long to wait for requests that use the tables."""
CHUNK = 1024 * 1024

BEFORE = """
BEGIN;
SET LOCAL lock_timeout = '{seconds}s';
LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE;
CREATE TEMPORARY TABLE live_revisions ON COMMIT DROP AS SELECT name, value FROM revisions;
CREATE TEMPORARY TABLE live_sessions ON COMMIT DROP AS SELECT * FROM sessions;
CREATE TEMPORARY TABLE live_ids ON COMMIT DROP AS {ids};
DROP TABLE {tables};
"""
AFTER = """
SELECT set_config('search_path', '{schema}', true);
UPDATE revisions AS mine SET value = 1 + greatest(mine.value, live.value)
    FROM pg_temp.live_revisions AS live WHERE live.name = mine.name;
SELECT setval(to_regclass(name), value) FROM pg_temp.live_ids
    WHERE value > coalesce(pg_sequence_last_value(to_regclass(name)), 0);
"""
SESSIONS = """
DELETE FROM sessions AS mine WHERE NOT EXISTS (SELECT FROM pg_temp.live_sessions AS live WHERE
    (live.id, live.account_id, live.token_hash) = (mine.id, mine.account_id, mine.token_hash));
UPDATE sessions AS mine SET refresh_generation = live.refresh_generation,
    refreshed_at = live.refreshed_at, last_seen_at = live.last_seen_at
    FROM pg_temp.live_sessions AS live WHERE live.id = mine.id;
"""
# Only the tables in the dump.
ANALYZE = """
SELECT 'ANALYZE ' || to_regclass(name)::text FROM unnest(ARRAY[{names}]) AS name
    WHERE to_regclass(name) IS NOT NULL \\gexec
"""
ADVANCE_SEQUENCE = """
SELECT setval(to_regclass($1), $2)
    WHERE $2 > coalesce(pg_sequence_last_value(to_regclass($1)), 0)
"""
LAST_ID = "SELECT '{name}_id_seq' AS name, last_value AS value FROM {name}_id_seq WHERE is_called"


def replace(
    settings: Settings, dump: Path, work: Path, progress: Progress, *, with_sessions: bool
) -> dict[str, int]:
    """Replace the tables, which are at the newest revision, with those of a dump.

    Return the highest ids so far, for tables that an older dump lacks (`advance_sequences`).

    Raises:
        BackupFailed: the tables stayed locked, the disk is full, or a program failed; the
            database is unchanged.
    """
    progress.begin("replacing the database")
    ids = " UNION ALL ".join(LAST_ID.format(name=table.name) for table in WITH_IDS)
    try:
        with connect(settings) as connection:
            major = connection.info.server_version // 10_000
            ours = our_tables(connection)
            given = dict(connection.execute(ids).fetchall())
            row = connection.execute("SELECT quote_ident(current_schema())").fetchone()
            schema = row[0] if row else ""
    except psycopg.OperationalError as error:
        raise BackupFailed(f"PostgreSQL: {str(error).strip()}") from error
    before = BEFORE.format(seconds=WAIT_SECONDS, tables=", ".join(ours), ids=ids)
    after = AFTER.format(schema=schema) + ("" if with_sessions else SESSIONS)
    command = [programs.find("pg_restore", major), "--no-owner", "--no-privileges", "--file=-"]
    with _psql(settings, major, work / "psql.log") as statements:
        statements.write(before.encode())
        with (work / "pg_restore.log").open("w+b") as log:
            writing = subprocess.Popen(  # noqa: S603 - a program of PostgreSQL's
                [*command, str(dump)], stdout=subprocess.PIPE, stderr=log
            )
            with writing:
                assert writing.stdout is not None  # noqa: S101 - for mypy
                shutil.copyfileobj(writing.stdout, statements, CHUNK)
            if writing.returncode:
                log.seek(0)
                raise BackupFailed(programs.reason("pg_restore", log.read()))
        analyze = ANALYZE.format(names=", ".join(f"'{name}'" for name in ours))
        statements.write(f"{after}COMMIT;\n{analyze}".encode())
    return given


def advance_sequences(settings: Settings, given: dict[str, int]) -> None:
    """Advance the sequences beyond the ids that `replace` returned."""
    with connect(settings) as connection:
        for sequence, value in given.items():
            connection.execute(ADVANCE_SEQUENCE, (sequence, value))


@contextmanager
def _psql(settings: Settings, major: int, errors: Path) -> Iterator[IO[bytes]]:
    """Run psql and yield its input; a failed statement ends it and the transaction."""
    address, environment = programs.address(settings.database_url)
    options = ["-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", f"--dbname={address}"]
    with errors.open("w+b") as log:
        process = subprocess.Popen(  # noqa: S603 - a program of PostgreSQL's
            [programs.find("psql", major), *options],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        assert process.stdin is not None  # noqa: S101 - for mypy
        try:
            yield process.stdin
            process.stdin.close()
        except BrokenPipeError:
            pass  # it ended, and its log says why
        except BaseException:
            process.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()
        log.seek(0)
        if process.returncode:
            raise BackupFailed(programs.reason("psql", log.read()))
