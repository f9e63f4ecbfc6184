"""Migrations on trial: versions of a test's own, and what each of them runs on PostgreSQL."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool

from kinoteka.database.migrations import VERSIONS, _upgrade, newest

TRIAL = '''"""On trial"""

import sqlalchemy as sa
from alembic import op

from kinoteka.database.migrations import online

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
{body}
'''


def versions_with(folder: Path, *bodies: str) -> Path:
    """A folder of versions: all that there are, and then one for each body of `upgrade`."""
    versions = versions_until(folder, newest())
    for number, body in enumerate(bodies, start=int(newest()) + 1):
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        text = TRIAL.format(revision=f"{number:04}", before=f"{number - 1:04}", body=lines)
        (versions / f"{number:04}_trial.py").write_text(text, encoding="utf-8")
    return versions


def versions_until(folder: Path, last: str) -> Path:
    """A folder of the versions up to `last`, as an older server has them."""
    versions = folder / "versions"
    versions.mkdir()
    for path in VERSIONS.glob("[0-9]*.py"):
        if path.stem.partition("_")[0] <= last:
            shutil.copy(path, versions)
    return versions


def executed_statements(url: str, versions: Path) -> list[str]:
    """Everything that the versions that it lacks run on the PostgreSQL database at `url`."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    seen: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_connection, _cursor, statement, _parameters, _context, _many) -> None:  # type: ignore[no-untyped-def]
        seen.append(" ".join(statement.split()))

    with engine.connect() as connection:
        _upgrade(connection, versions)
    engine.dispose()
    return seen


# What locks a table for as long as its rows take to read or to write anew, each with a way out.
BLOCKING_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)", "online.create_index_concurrently"),
    (r"DROP INDEX (?!CONCURRENTLY)", "online.drop_index_concurrently"),
    (r"ADD COLUMN (?!.* DEFAULT ).*NOT NULL", "no NULL yet: fill it, then online.set_not_null"),
    (r"ADD COLUMN .* DEFAULT ('[^']*'|[^'(])*\(", "a default that is no constant: fill it later"),
    (r"ADD COLUMN .*(SERIAL|GENERATED)", "rewrites the table: fill it later"),
    (r"ALTER COLUMN .* TYPE ", "a new column instead, filled by online.update_in_batches"),
    (r"ADD (CONSTRAINT \S+ )?(FOREIGN KEY|CHECK)(?!.* NOT VALID)", "online.add_foreign_key"),
    (r"ADD COLUMN .* REFERENCES ", "online.add_foreign_key"),
    (
        r"ADD (CONSTRAINT \S+ )?(UNIQUE|PRIMARY KEY|EXCLUDE)(?! USING INDEX)",
        "online.create_index_concurrently, then USING INDEX",
    ),
    (r"^UPDATE (?!alembic_version)(?!.* BETWEEN )", "online.update_in_batches"),
    (r"^(LOCK|CLUSTER|VACUUM FULL|REINDEX(?!.* CONCURRENTLY)|TRUNCATE)", "not in a migration"),
)
TABLE = re.compile(r'(?:TABLE|UPDATE|ON)(?: ONLY)? "?(\w+)"?', re.IGNORECASE)


def blocking_statements(statements: Iterable[str]) -> list[str]:
    """The statements that would keep others from a large table, and what to do instead.

    A table that the same migrations make is not large.
    """
    found: list[str] = []
    made: set[str] = set()
    validated: set[str] = set()
    for statement in statements:
        table = _table(statement)
        if statement.upper().startswith("CREATE TABLE"):
            made.add(table)
        if " VALIDATE CONSTRAINT " in statement.upper():
            validated.add(table)
        if table in made:
            continue
        if re.search(r"ALTER COLUMN .* SET NOT NULL", statement) and table not in validated:
            found.append(f"{statement}: online.set_not_null")
        found += [f"{statement}: {instead}" for instead in _broken_rules(statement)]
    return found


def _broken_rules(statement: str) -> Iterable[str]:
    return [
        instead for rule, instead in BLOCKING_PATTERNS if re.search(rule, statement, re.IGNORECASE)
    ]


def _table(statement: str) -> str:
    found = TABLE.search(statement)
    return found[1] if found else ""
