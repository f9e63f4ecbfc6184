"""Findings about keys and shared settings."""

import os
from pathlib import Path

import msgspec
import pytest

from kinoteka.cli.doctor.keys import (
    check_fingerprints,
    check_key_files,
    check_names,
    check_own_files,
    check_secret_key,
    check_several_machines,
    check_signing_key,
)
from kinoteka.core.tokens.server_keys import store_fingerprints
from kinoteka.core.tokens.signing import SigningKey
from kinoteka.database.blocking import writing
from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings


def test_misspelt_setting_is_reported_with_a_suggestion(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("KINOTEKA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KINOTEKA_SUPERUSER_PASSWORD", "no setting, but read")
    monkeypatch.setenv("KINOTEKA_PORT", "8000")
    assert list(check_names(Settings())) == []
    monkeypatch.setenv("KINOTEKA_DATABSE_URL", "secret")
    (finding,) = check_names(Settings())
    assert "KINOTEKA_DATABSE_URL" in finding.text
    assert "KINOTEKA_DATABASE_URL is meant" in finding.text
    assert "secret" not in finding.text


class TestFiles:
    @pytest.fixture
    def files(self, tmp_path: Path) -> Path:
        (tmp_path / "secret.key").write_text("s" * 64)
        SigningKey.load(tmp_path)
        for path in tmp_path.iterdir():
            path.chmod(0o600)
        return tmp_path

    def severities(self, settings: Settings) -> list[str]:
        return [finding.severity.name for finding in check_key_files(settings)]

    def test_keys_that_only_their_owner_can_read_are_fine(self, files: Path) -> None:
        assert self.severities(Settings(data=files)) == ["FINE", "FINE"]
        assert list(check_signing_key(Settings(data=files))) == []

    @pytest.mark.parametrize("mode", [0o604, 0o640, 0o644])
    def test_keys_that_others_can_read_are_an_error(self, files: Path, mode: int) -> None:
        (files / "secret.key").chmod(mode)
        assert self.severities(Settings(data=files)) == ["ERROR", "FINE"]

    def test_key_files_are_ignored_when_the_keys_are_settings(self, files: Path) -> None:
        (files / "secret.key").chmod(0o644)
        assert self.severities(Settings(data=files, secret_key="k" * 40)) == ["FINE", "FINE"]

    def test_missing_keys_are_fine(self, tmp_path: Path) -> None:
        assert self.severities(Settings(data=tmp_path)) == ["FINE", "FINE"]
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("content", ["", "short", " " * 64])
    def test_empty_or_short_secret_is_an_error(self, files: Path, content: str) -> None:
        (files / "secret.key").write_text(content)
        (finding,) = check_secret_key(Settings(data=files))
        assert finding.severity.name == "ERROR"
        assert "The server does not start with it" in finding.text
        assert list(check_secret_key(Settings(data=files, secret_key="k" * 40))) == []

    def test_mounted_secret_that_others_can_read_is_a_warning(self, files: Path) -> None:
        (files / "mounted").write_text("s" * 64)
        (files / "mounted").chmod(0o444)
        (files / "secret.key").unlink()
        (files / "secret.key").symlink_to(files / "mounted")
        assert self.severities(Settings(data=files)) == ["WARNING", "FINE"]

    def test_database_that_others_can_read_is_a_warning(self, files: Path) -> None:
        assert list(check_own_files(Settings(data=files))) == []
        (files / "kinoteka.db").touch(0o600)
        assert list(check_own_files(Settings(data=files))) == []
        (files / "kinoteka.db").chmod(0o640)
        (finding,) = check_own_files(Settings(data=files))
        assert finding.severity.name == "WARNING"
        assert "kinoteka.db (mode 640)" in finding.text

    def test_invalid_signing_key_is_an_error(self, files: Path) -> None:
        (files / "signing-key.pem").write_text("none")
        (finding,) = check_signing_key(Settings(data=files))
        assert finding.severity.name == "ERROR"

    def test_invalid_signing_key_in_the_settings_is_an_error(self, tmp_path: Path) -> None:
        (finding,) = check_signing_key(Settings(data=tmp_path, signing_key="none at all"))
        assert finding.severity.name == "ERROR"
        assert "none at all" not in finding.text


def test_missing_shared_settings_of_several_machines_are_named() -> None:
    url = "postgresql://database/films"
    assert list(check_several_machines(Settings())) == []
    (alone,) = check_several_machines(Settings(database_url=url, secret_key="k" * 40))
    assert alone.severity.name == "WARNING"
    assert "KINOTEKA_SIGNING_KEY, KINOTEKA_REDIS_URL, KINOTEKA_FILES_URL" in alone.text
    (many,) = check_several_machines(
        Settings(
            database_url=url,
            secret_key="k" * 40,
            signing_key="key",
            redis_url="redis://valkey/0",
            files_url="s3://films",
        )
    )
    assert many.severity.name == "FINE"


def test_keys_that_differ_from_the_databases_are_a_warning(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    migrate(settings)
    assert list(check_fingerprints(settings)) == []  # the first start makes the keys
    with writing(settings) as writer:
        store_fingerprints(settings, writer)
    (same,) = check_fingerprints(settings)
    assert same.severity.name == "FINE"
    (other,) = check_fingerprints(msgspec.structs.replace(settings, secret_key="k" * 40))
    assert other.severity.name == "WARNING"
    assert "was first used with (secret key)" in other.text
    assert "kinoteka accept-keys" in other.text
