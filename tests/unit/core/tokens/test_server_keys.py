from pathlib import Path

import msgspec
import pytest

from kinoteka.core.tokens import server_keys
from kinoteka.core.tokens.server_keys import check_keys
from kinoteka.database.blocking import reading, writing
from kinoteka.infrastructure.keys import KeyUnusable
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import rows

OTHER_KEYS = {
    "secret_key": ("k" * 40, "secret key"),
    "token_issuer": ("elsewhere", "token issuer"),
    "token_audience": ("others", "token audience"),
}


@pytest.fixture
def stored(settings):
    """The settings of a server whose fingerprints the database holds."""
    with writing(settings) as writer:
        server_keys.store_fingerprints(settings, writer)
    return settings


def differing_keys(settings):
    with reading(settings) as reader:
        return server_keys.differing_keys(settings, reader)


class TestCheckKeys:
    def test_missing_keys_are_created(self, tmp_path: Path) -> None:
        check_keys(Settings(data=tmp_path))
        assert {path.name for path in tmp_path.iterdir()} == {"secret.key", "signing-key.pem"}

    @pytest.mark.parametrize("name", ["secret.key", "signing-key.pem"])
    def test_empty_key_is_rejected(self, tmp_path: Path, name: str) -> None:
        check_keys(Settings(data=tmp_path))
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(KeyUnusable, match=name):
            check_keys(Settings(data=tmp_path))


class TestFingerprints:
    def test_new_database_holds_no_fingerprints(self, settings):
        with reading(settings) as reader:
            assert not server_keys.are_fingerprints_stored(reader)
        assert differing_keys(settings) == []

    def test_same_keys_do_not_differ(self, stored):
        with reading(stored) as reader:
            assert server_keys.are_fingerprints_stored(reader)
        assert differing_keys(stored) == []

    @pytest.mark.parametrize("setting", OTHER_KEYS)
    def test_other_key_differs_until_it_is_accepted(self, stored, setting):
        value, name = OTHER_KEYS[setting]
        other = msgspec.structs.replace(stored, **{setting: value})
        assert differing_keys(other) == [name]
        with writing(other) as writer:
            server_keys.store_fingerprints(other, writer)  # as a starting server does
        assert differing_keys(other) == [name]
        with writing(other) as writer:
            assert server_keys.replace_fingerprints(other, writer) == [name]
        assert differing_keys(other) == []
        assert differing_keys(stored) == [name]

    def test_other_signing_key_differs(self, stored):
        (stored.data / "signing-key.pem").unlink()
        assert differing_keys(stored) == ["signing key"]

    def test_fingerprints_do_not_reveal_a_key(self, stored):
        secret = (stored.data / "secret.key").read_text()
        pem = (stored.data / "signing-key.pem").read_text()
        for value in rows(stored, "SELECT value FROM key_fingerprints"):
            assert len(value) == 64
            assert value not in secret + pem
            assert secret not in value
