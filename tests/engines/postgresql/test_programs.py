"""How PostgreSQL's client programs are found, called without a visible password and quoted."""

import subprocess

import pytest

from kinoteka.database.backup import BackupFailed
from kinoteka.database.engines.postgresql.programs import address, find, reason


def test_find_returns_the_program_of_the_servers_version():
    process = subprocess.run([find("pg_dump", 15), "--version"], capture_output=True, text=True)
    assert ") 15." in process.stdout


def test_find_rejects_programs_older_than_the_server():
    with pytest.raises(BackupFailed, match=r"pg_dump of PostgreSQL 99 or newer .*; found: \d+"):
        find("pg_dump", 99)


def test_find_names_a_missing_program():
    with pytest.raises(BackupFailed, match="pg_nothing"):
        find("pg_nothing", 15)


def test_password_is_passed_in_the_environment():
    url, environment = address("postgresql://anna:s%40cret@a:1,b:2/films?target_session_attrs=any")
    assert "cret" not in url
    assert environment["PGPASSWORD"] == "s@cret"
    assert "host=a,b port=1,2" in url
    assert "target_session_attrs=any" in url


def test_reason_is_the_first_line_of_the_programs_errors():
    assert reason("pg_dump", b"\npg_dump: error: no\nDETAIL: x\n") == "pg_dump: pg_dump: error: no"
    assert reason("pg_dump", b"") == "pg_dump: it failed"
