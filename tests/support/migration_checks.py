"""Additional migrations for tests, and the statements that migrations run on PostgreSQL."""

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
    """Create a folder with all versions and one more for each body of `upgrade`."""
    versions = versions_until(folder, newest())
    for number, body in enumerate(bodies, start=int(newest()) + 1):
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        text = TRIAL.format(revision=f"{number:04}", before=f"{number - 1:04}", body=lines)
        (versions / f"{number:04}_trial.py").write_text(text, encoding="utf-8")
    return versions


def versions_until(folder: Path, last: str) -> Path:
    """Create a folder with the versions up to `last`, as an older server has them."""
    versions = folder / "versions"
    versions.mkdir()
    for path in VERSIONS.glob("[0-9]*.py"):
        if path.stem.partition("_")[0] <= last:
            shutil.copy(path, versions)
    return versions


def executed_statements(url: str, versions: Path) -> list[str]:
    """Migrate the PostgreSQL database at `url`, and return the executed statements."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    executed: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_connection, _cursor, statement, _parameters, _context, _many) -> None:  # type: ignore[no-untyped-def]
        executed.append(" ".join(statement.split()))

    with engine.connect() as connection:
        _upgrade(connection, versions)
    engine.dispose()
    return executed


# Statements that lock a table while all its rows are read or written, each with an alternative.
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
    """Return the statements that would lock a large table for long, with alternatives.

    A table that the same migrations create is not large.
    """
    found: list[str] = []
    created: set[str] = set()
    validated: set[str] = set()
    for statement in statements:
        table = _table(statement)
        if statement.upper().startswith("CREATE TABLE"):
            created.add(table)
        if " VALIDATE CONSTRAINT " in statement.upper():
            validated.add(table)
        if table in created:
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
