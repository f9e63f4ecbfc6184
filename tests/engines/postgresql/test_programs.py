"""PostgreSQL's programs are found, and told where to go without showing a password."""

import subprocess

import pytest

from kinoteka.database.backup import BackupFailed
from kinoteka.database.engines.postgresql.programs import address, find, reason


def test_the_server_s_own_version_is_taken():
    told = subprocess.run([find("pg_dump", 15), "--version"], capture_output=True, text=True)
    assert ") 15." in told.stdout


def test_one_older_than_the_server_will_not_do():
    with pytest.raises(BackupFailed, match=r"pg_dump of PostgreSQL 99 or newer .*; found: \d+"):
        find("pg_dump", 99)


def test_one_that_is_not_there_is_named():
    with pytest.raises(BackupFailed, match="pg_nothing"):
        find("pg_nothing", 15)


def test_a_password_stays_out_of_the_command_line():
    url, environment = address("postgresql://anna:s%40cret@a:1,b:2/films?target_session_attrs=any")
    assert "cret" not in url
    assert environment["PGPASSWORD"] == "s@cret"
    assert "host=a,b port=1,2" in url
    assert "target_session_attrs=any" in url


def test_a_program_s_first_line_says_why():
    assert reason("pg_dump", b"\npg_dump: error: no\nDETAIL: x\n") == "pg_dump: pg_dump: error: no"
    assert reason("pg_dump", b"") == "pg_dump: it failed"
