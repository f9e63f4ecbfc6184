"""The list of common passwords, and the errors for a damaged file."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinoteka.cli.main import main
from kinoteka.core.accounts import common_passwords as module
from kinoteka.core.accounts.common_passwords import (
    COUNT,
    PATH,
    CommonPasswordsDamaged,
    common_passwords,
    read_common_passwords,
)
from kinoteka.core.accounts.passwords import PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH
from tools.common_passwords import listed


def test_list_has_more_than_ten_thousand_passwords_of_allowed_length() -> None:
    assert len(common_passwords()) == COUNT > 10_000
    assert {
        PASSWORD_MIN_LENGTH <= len(each) <= PASSWORD_MAX_LENGTH for each in common_passwords()
    } == {True}


@pytest.mark.parametrize(
    "password",
    ["password1", "qwerty123", "iloveyou", "987654321", "elizabeth", "november", "12341234"],
)
def test_list_contains_known_common_passwords(password: str) -> None:
    assert password in common_passwords()


def test_passwords_are_sorted_normalized_and_case_folded() -> None:
    passwords = PATH.read_text(encoding="utf-8").splitlines()
    assert passwords == sorted(passwords)
    assert passwords == [unicodedata.normalize("NFKC", each).casefold() for each in passwords]


def test_rebuilt_list_is_folded_and_sorted_without_short_passwords() -> None:
    rebuilt = listed(["Qwerty123", "ｐａｓｓｗｏｒｄ", "123456", "qwerty123", "abc45678"])
    assert rebuilt == ["abc45678", "password", "qwerty123"]


class TestDamagedFile:
    @pytest.mark.parametrize("content", [b"", b"password1\nqwerty123\n"])
    def test_file_with_another_number_of_passwords_is_rejected(
        self, tmp_path: Path, content: bytes
    ) -> None:
        path = tmp_path / "list.txt"
        path.write_bytes(content)
        with pytest.raises(CommonPasswordsDamaged, match=f"instead of {COUNT}"):
            read_common_passwords(path)

    def test_missing_file_is_rejected(self, tmp_path: Path) -> None:
        with pytest.raises(CommonPasswordsDamaged, match=r"missing\.txt cannot be read"):
            read_common_passwords(tmp_path / "missing.txt")

    def test_file_that_is_not_text_is_rejected(self, tmp_path: Path) -> None:
        path = tmp_path / "list.txt"
        path.write_bytes(b"\xff" * COUNT)
        with pytest.raises(CommonPasswordsDamaged, match="cannot be read"):
            read_common_passwords(path)

    @pytest.fixture(autouse=True)
    def _same_umask(self) -> Iterator[None]:
        """Restore the process's umask, which the command changes."""
        before = os.umask(0o022)
        yield
        os.umask(before)

    def test_server_does_not_start_and_explains_the_remedy(
        self, tmp_path, monkeypatch, capsys
    ) -> None:
        path = tmp_path / "list.txt"
        path.write_text("password1\n")
        monkeypatch.setattr(module, "PATH", path)
        monkeypatch.setattr("sys.argv", ["kinoteka", "serve", "--data", str(tmp_path / "data")])
        common_passwords.cache_clear()
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 1
        message = capsys.readouterr().err
        assert message.startswith(f"kinoteka: the list of common passwords {path} has 1 passwords")
        assert message.endswith("install Kinoteka again to restore it\n")
        assert not (tmp_path / "data").exists()
