"""Checks of the database."""

from collections.abc import Iterator

from kinoteka.cli.doctor.findings import Finding, error, fine, warning
from kinoteka.core.tokens.service import MAX_CLOCK_SKEW
from kinoteka.database.engines import database_path
from kinoteka.database.inspection import (
    PostgreSQLFacts,
    inspect_postgresql,
    inspect_sqlite,
    supports_prepared_statements,
)
from kinoteka.database.migrations import DatabaseUnusable, current, newest
from kinoteka.database.reading_threads import THREADS
from kinoteka.infrastructure.settings import Settings

OLDEST_POSTGRESQL = 15
MAX_CLOCK_DIFFERENCE_SECONDS = 2.0
MAX_FILLED_SHARE = 0.8
"""The share of PostgreSQL's connections that one machine may use without a warning."""


def check_database(settings: Settings) -> Iterator[Finding]:
    """Check that the database can be used, is intact and has the newest schema."""
    try:
        if settings.database_url:
            yield from _postgresql(settings)
        elif database_path(settings).exists():
            yield from _sqlite(settings)
        yield from _schema(settings)
    except DatabaseUnusable as problem:
        yield error("database", f"{problem}.")


def judge_postgresql(settings: Settings, facts: PostgreSQLFacts) -> Iterator[Finding]:
    """Return findings about the facts."""
    version = facts.version // 10000
    if version < OLDEST_POSTGRESQL:
        yield error("database", f"PostgreSQL {version} is too old: {OLDEST_POSTGRESQL} or newer.")
    if facts.encoding != "UTF8":
        yield error(
            "database",
            f"Its encoding is {facts.encoding}, which lacks most letters. Create the database "
            "again with ENCODING 'UTF8' TEMPLATE template0.",
        )
    if not (facts.has_trigrams or facts.may_have_trigrams):
        yield error(
            "database",
            "Search needs the extension pg_trgm: install PostgreSQL's contrib package and let a "
            "superuser CREATE EXTENSION pg_trgm in this database.",
        )
    if facts.is_replica:
        yield error("database", "This is a replica, which only reads: name the primary.")
    yield from _clocks(abs(facts.seconds_ahead))
    yield from _connections(settings, facts)


def _clocks(seconds: float) -> Iterator[Finding]:
    apart = f"PostgreSQL's clock and this machine's are {seconds:.1f} seconds apart"
    if seconds > MAX_CLOCK_SKEW:
        yield error(
            "clock",
            f"{apart}: with more than {MAX_CLOCK_SKEW} between two machines, they reject each "
            "other's access tokens. Let NTP set both.",
        )
    elif seconds > MAX_CLOCK_DIFFERENCE_SECONDS:
        yield warning(
            "clock",
            f"{apart}: sessions and tokens end too early or too late. Let NTP set both.",
        )


def _connections(settings: Settings, facts: PostgreSQLFacts) -> Iterator[Finding]:
    wanted = settings.workers * (settings.database_pool + THREADS)
    shown = (
        f"{settings.workers} × ({settings.database_pool} + {THREADS}) = {wanted} of PostgreSQL's "
        f"{facts.connections}"
    )
    advice = "Lower KINOTEKA_DATABASE_POOL or raise max_connections."
    if wanted > facts.connections:
        yield error("connections", f"{shown}: under load it refuses them. {advice}")
    elif wanted > MAX_FILLED_SHARE * facts.connections:
        yield warning("connections", f"{shown}: little is left for tools and backups. {advice}")
    else:
        yield fine("connections", f"At most {shown}; other machines take as many.")


def _postgresql(settings: Settings) -> Iterator[Finding]:
    facts = inspect_postgresql(settings)
    major, minor = divmod(facts.version, 10000)
    yield fine("database", f"PostgreSQL {major}.{minor} answers.")
    yield from judge_postgresql(settings, facts)
    yield from _statements(settings)


def _statements(settings: Settings) -> Iterator[Finding]:
    if settings.database_prepared_statements == "off":
        yield fine("statements", "Nothing is prepared, so any PgBouncer will do.")
    elif supports_prepared_statements(settings):
        yield fine("statements", "Prepared statements are kept.")
    else:
        yield error(
            "statements",
            "A pooler in front of PostgreSQL loses prepared statements: requests fail under load. "
            "Use PgBouncer 1.21 or newer with max_prepared_statements = 1000, or set "
            "KINOTEKA_DATABASE_PREPARED_STATEMENTS=off.",
        )


def _sqlite(settings: Settings) -> Iterator[Finding]:
    path = database_path(settings)
    facts = inspect_sqlite(path)
    if not facts.has_full_text:
        yield error(
            "database",
            f"This Python's SQLite {facts.version} is built without FTS5, which search needs: use "
            "another Python, such as Debian's.",
        )
    if facts.problems:
        yield error(
            "database",
            f"{path} is damaged: {'; '.join(facts.problems)}. Stop the server, make a copy, and "
            "restore the last backup.",
        )
    else:
        yield fine("database", f"SQLite {facts.version}; {path} is intact.")


def _schema(settings: Settings) -> Iterator[Finding]:
    present, known = current(settings), newest()
    if present is None:
        yield fine("schema", "None yet; `kinoteka serve` makes it.")
    elif present < known:
        yield warning("schema", f"At {present}, the newest is {known}: run `kinoteka migrate`.")
    elif present > known:
        yield error("schema", f"At {present}, created by a newer Kinoteka. This one knows {known}.")
    else:
        yield fine("schema", f"At {present}, the newest.")
