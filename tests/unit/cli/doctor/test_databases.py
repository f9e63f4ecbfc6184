"""Findings about databases."""

from dataclasses import asdict
from pathlib import Path

import msgspec
import pytest

from kinoteka.cli.doctor.databases import check_database, judge_postgresql
from kinoteka.database.engines import database_path
from kinoteka.database.inspection import PostgreSQLFacts
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import PostgreSQLServer, execute

SOUND = PostgreSQLFacts(
    version=170005,
    encoding="UTF8",
    has_trigrams=False,
    may_have_trigrams=True,
    is_replica=False,
    connections=97,
    seconds_ahead=0.1,
)


def reported(settings: Settings) -> list[tuple[str, str]]:
    return [(f.severity.name, f.subject) for f in check_database(settings)]


def test_intact_database_is_fine(settings: Settings) -> None:
    assert {severity for severity, _ in reported(settings)} == {"FINE"}
    assert ("FINE", "schema") in reported(settings)


def test_older_or_newer_schema_is_reported(settings: Settings) -> None:
    execute(settings, "UPDATE alembic_version SET version_num = '0000'")
    assert ("WARNING", "schema") in reported(settings)
    execute(settings, "UPDATE alembic_version SET version_num = '9999'")
    assert ("ERROR", "schema") in reported(settings)


def test_missing_database_is_fine(tmp_path: Path) -> None:
    assert reported(Settings(data=tmp_path)) == [("FINE", "schema")]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("broken_from", [100, 0])
def test_damaged_file_is_an_error(tmp_path: Path, empty_database: Path, broken_from: int) -> None:
    settings = Settings(data=tmp_path)
    content = bytearray(empty_database.read_bytes())
    content[broken_from:40_000] = b"\xa5" * (40_000 - broken_from)
    database_path(settings).write_bytes(content)
    assert reported(settings)[0] == ("ERROR", "database")


class TestPostgreSQL:
    def test_unreachable_server_is_an_error(self, tmp_path: Path) -> None:
        url = "postgresql://kinoteka:hidden-word@127.0.0.1:1/films"
        (finding,) = check_database(Settings(data=tmp_path, database_url=url))
        assert finding.severity.name == "ERROR"
        assert "hidden-word" not in finding.text

    def test_empty_database_is_fine(self, postgresql: PostgreSQLServer, tmp_path: Path) -> None:
        url = postgresql.new_database()
        settings = Settings(data=tmp_path, database_url=url)
        assert {severity for severity, _ in reported(settings)} == {"FINE"}
        postgresql.drop_database(url)

    def test_other_encoding_is_an_error(self, postgresql: PostgreSQLServer, tmp_path: Path) -> None:
        name = "latin"
        postgresql.execute(
            f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
        )
        settings = Settings(data=tmp_path, database_url=postgresql.url(name))
        assert ("ERROR", "database") in reported(settings)
        postgresql.drop_database(postgresql.url(name))

    @pytest.mark.parametrize(
        ("different", "severity", "says"),
        [
            ({}, "FINE", "12 of PostgreSQL's 97"),
            ({"version": 140011}, "ERROR", "PostgreSQL 14"),
            ({"encoding": "SQL_ASCII"}, "ERROR", "SQL_ASCII"),
            ({"may_have_trigrams": False}, "ERROR", "pg_trgm"),
            ({"may_have_trigrams": False, "has_trigrams": True}, "FINE", "12 of"),
            ({"is_replica": True}, "ERROR", "replica"),
            ({"seconds_ahead": -30.0}, "WARNING", "30.0 seconds"),
            ({"seconds_ahead": 90.0}, "ERROR", "90.0 seconds"),
            ({"connections": 14}, "WARNING", "12 of"),
            ({"connections": 10}, "ERROR", "12 of"),
        ],
    )
    def test_unsuitable_postgresql_server_is_reported(
        self, different: dict[str, object], severity: str, says: str
    ) -> None:
        findings = judge_postgresql(
            Settings(), msgspec.convert(asdict(SOUND) | different, PostgreSQLFacts)
        )
        worst = min(findings, key=lambda finding: finding.severity)
        assert worst.severity.name == severity
        assert says in worst.text
