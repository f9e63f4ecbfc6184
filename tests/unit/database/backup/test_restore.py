"""A backup put back: everything as it was, but for what it cannot know."""

import msgspec
import pytest

from kinoteka.database.backup import BackupFailed
from kinoteka.database.copy.rows import TABLES, in_key_order
from kinoteka.database.migrations import current, migrate, newest
from kinoteka.infrastructure.settings import Settings
from tests.support.backups import archive_members, back_up, restore, write_archive
from tests.support.databases import execute, rows
from tests.support.migration_checks import versions_until
from tests.support.sample_rows import fill_all_tables

PICTURE = b"a picture"
CONTENT = [table for table in TABLES if table.name != "sessions"]


@pytest.fixture
def filled(settings):
    fill_all_tables(settings)
    (settings.data / "avatars").mkdir()
    (settings.data / "avatars" / "picture-1.jpg").write_bytes(PICTURE)
    (settings.data / "secret.key").write_text("secret")
    return settings


@pytest.fixture
def backup(filled, tmp_path):
    file = tmp_path / "backup.tar.gz"
    back_up(filled, file)
    return file


def content(settings):
    return {table.name: rows(settings, in_key_order(table)) for table in CONTENT}


def test_everything_is_as_it_was(filled, backup):
    before = content(filled)
    execute(filled, "DELETE FROM films")
    execute(filled, "UPDATE accounts SET superuser = true")
    execute(filled, "INSERT INTO labels (id, name) VALUES (50, 'new')")
    (filled.data / "avatars" / "picture-1.jpg").unlink()
    restore(filled, backup)
    assert content(filled) == before
    assert (filled.data / "avatars" / "picture-1.jpg").read_bytes() == PICTURE
    assert not list(filled.data.glob(".restoring*"))


def test_on_another_machine_it_is_the_same(filled, backup, new_settings):
    restore(new_settings, backup)
    assert content(new_settings) == content(filled)
    assert current(new_settings) == newest()
    key = new_settings.data / "secret.key"
    assert (key.read_text(), key.stat().st_mode & 0o777) == ("secret", 0o600)
    assert (new_settings.data / "avatars" / "picture-1.jpg").read_bytes() == PICTURE


def test_caches_learn_of_it(filled, backup):
    for value, expected in ((90, 91), (3, 42)):
        execute(filled, "UPDATE revisions SET value = ? WHERE name = 'catalogue'", value)
        restore(filled, backup)
        assert rows(filled, "SELECT value FROM revisions WHERE name = 'catalogue'") == [expected]


def test_ids_given_since_are_not_given_again(filled, backup):
    new = "INSERT INTO messages (chat_id, text, created_at) VALUES (8, 'since', 1) RETURNING id"
    assert rows(filled, new) == [31]
    restore(filled, backup)
    assert rows(filled, "SELECT text FROM messages") == ["Привет"]
    assert rows(filled, new) == [32]


def test_one_of_an_older_schema_is_brought_to_the_newest(filled, new_settings, tmp_path):
    migrate(new_settings, versions=versions_until(tmp_path, "0001"))
    execute(new_settings, "INSERT INTO labels (id, name) VALUES (7, 'older')")
    assert "audit_entries" not in back_up(new_settings, tmp_path / "older")
    new = (
        "INSERT INTO audit_entries (at, actor_name, action, subject_kind, subject_name, details,"
        " address) VALUES (1, '', '', '', '', '', '') RETURNING id"
    )
    given = rows(filled, new)[0]
    restore(filled, tmp_path / "older")
    assert current(filled) == newest()
    assert rows(filled, "SELECT name FROM labels") == ["older"]
    assert rows(filled, "SELECT id FROM audit_entries") == []
    assert rows(filled, new) == [given + 1]


class TestSessions:
    sessions = "SELECT id, refresh_generation FROM sessions ORDER BY id"

    def test_those_that_last_are_as_they_are_now(self, filled, backup):
        execute(filled, "UPDATE sessions SET refresh_generation = 7 WHERE id = 5")
        restore(filled, backup)
        assert rows(filled, self.sessions) == [(5, 7), (6, 1)]

    def test_those_that_have_ended_since_do_not_come_back(self, filled, backup):
        execute(filled, "DELETE FROM sessions WHERE id = 5")
        execute(filled, "UPDATE sessions SET token_hash = 'another' WHERE id = 6")
        restore(filled, backup)
        assert rows(filled, self.sessions) == []

    def test_elsewhere_nobody_is_signed_in(self, backup, new_settings):
        restore(new_settings, backup)
        assert rows(new_settings, self.sessions) == []

    def test_all_come_back_when_they_are_to(self, filled, backup, new_settings):
        execute(filled, "DELETE FROM sessions")
        for settings in (filled, new_settings):
            restore(settings, backup, with_sessions=True)
            assert rows(settings, self.sessions) == [(5, 1), (6, 1)]


class TestKeys:
    def test_those_that_there_are_stay(self, filled, backup):
        (filled.data / "secret.key").write_text("another")
        assert restore(filled, backup) == ["secret.key"]
        assert (filled.data / "secret.key").read_text() == "another"

    def test_and_are_replaced_with_the_sessions_that_they_open(self, filled, backup):
        (filled.data / "secret.key").write_text("another")
        assert restore(filled, backup, with_sessions=True) == []
        assert (filled.data / "secret.key").read_text() == "secret"


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"engine": "sqlite"}, "no database|copy-database"),
            ({"engine": "postgresql"}, "no database|copy-database"),
            ({"revision": "9999"}, f"revision 9999, and this version knows {newest()}"),
        ],
    )
    def test_what_does_not_suit_is_refused(self, filled, backup, engine, change, reason):
        if change == {"engine": engine}:
            return
        changed = archive_members(backup)
        manifest = msgspec.json.decode(changed["manifest.json"])
        changed["manifest.json"] = msgspec.json.encode(manifest | change)
        self.refused(filled, write_archive(backup, changed), reason)

    def test_one_of_the_other_engine_names_the_way(self, filled, backup, tmp_path, engine):
        other = (
            Settings(data=tmp_path / "other")
            if engine == "postgresql"
            else Settings(data=tmp_path / "other", database_url="postgresql://127.0.0.1:1/x")
        )
        with pytest.raises(BackupFailed, match="kinoteka copy-database"):
            restore(other, backup)

    def test_a_database_that_is_damaged_is_refused(self, filled, backup):
        changed = archive_members(backup)
        name = next(name for name in changed if name.startswith("database"))
        half = len(changed[name]) // 2
        changed[name] = changed[name][:half] + b"\xff" * half
        self.refused(
            filled, write_archive(backup, changed), r"damaged|cannot be read|pg_restore|psql"
        )

    def test_a_database_of_a_newer_version_is_left_alone(self, filled, backup):
        execute(filled, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(BackupFailed, match="the database is at revision 9999"):
            restore(filled, backup)

    @staticmethod
    def refused(settings, file, reason):
        before = content(settings)
        with pytest.raises(BackupFailed, match=reason):
            restore(settings, file)
        assert content(settings) == before
