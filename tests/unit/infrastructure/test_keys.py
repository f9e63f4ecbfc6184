import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kinoteka.infrastructure.keys import Keyring, KeyUnusable, read_or_create_secret


def test_secret_is_created_once_with_private_mode(tmp_path):
    path = tmp_path / "new" / "secret.key"
    assert read_or_create_secret(path, b"first") == b"first"
    assert read_or_create_secret(path, b"second") == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]


def test_same_folder_gives_the_same_keys(tmp_path):
    first, second = Keyring.load(tmp_path, ""), Keyring.load(tmp_path, "")
    assert second.matches("session", "message", first.mac("session", "message"))


def test_setting_replaces_the_file(tmp_path):
    keyring = Keyring.load(tmp_path, "x" * 40)
    assert not list(tmp_path.iterdir())
    assert keyring.mac("a", "b") == Keyring.load(tmp_path / "other", "x" * 40).mac("a", "b")


def test_each_purpose_has_its_own_key():
    keyring = Keyring(b"secret")
    assert keyring.mac("session", "message") != keyring.mac("csrf", "message")
    assert not keyring.matches("csrf", "message", keyring.mac("session", "message"))


def test_concurrent_processes_get_the_same_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = set(
            pool.map(lambda n: read_or_create_secret(tmp_path / "key", str(n).encode()), range(8))
        )
    assert len(found) == 1


@pytest.mark.parametrize("content", ["", "\n", " " * 64, "s" * 31, "s" * 31 + " \n"])
def test_empty_or_short_secret_is_rejected(tmp_path: Path, content: str):
    (tmp_path / "secret.key").write_text(content)
    with pytest.raises(KeyUnusable, match=r"secret.key has .* needs 32"):
        Keyring.load(tmp_path, "")


def test_secret_of_32_characters_is_accepted(tmp_path: Path):
    (tmp_path / "secret.key").write_text("s" * 32 + "\n")
    assert Keyring.load(tmp_path, "").mac("a", "b") == Keyring(b"s" * 32).mac("a", "b")
