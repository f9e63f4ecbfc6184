from pathlib import Path

import pytest

from kinoteka.core.tokens.keys import check_keys
from kinoteka.infrastructure.keys import KeyUnusable
from kinoteka.infrastructure.settings import Settings


def test_missing_keys_are_made(tmp_path: Path) -> None:
    check_keys(Settings(data=tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"secret.key", "signing-key.pem"}


@pytest.mark.parametrize("name", ["secret.key", "signing-key.pem"])
def test_empty_key_is_rejected(tmp_path: Path, name: str) -> None:
    check_keys(Settings(data=tmp_path))
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(KeyUnusable, match=name):
        check_keys(Settings(data=tmp_path))
