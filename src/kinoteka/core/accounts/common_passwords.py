"""The common passwords, which are rejected (NIST SP 800-63B, OWASP ASVS 5 6.2.4)."""

from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("data") / "common_passwords.txt"
COUNT = 21_648
"""Passwords in the file. A shorter or longer file is damaged."""


class CommonPasswordsDamaged(Exception):
    """The list of common passwords is unusable, so the server must not start."""


@cache
def common_passwords() -> frozenset[str]:
    """Return the common passwords, each in NFKC and case-folded.

    Raises:
        CommonPasswordsDamaged: the file is missing, unreadable or has a different length.
    """
    return read_common_passwords(PATH)


def read_common_passwords(path: Path) -> frozenset[str]:
    """Read the list from a file with one password per line.

    Raises:
        CommonPasswordsDamaged: the file is missing, unreadable or has a different length.
    """
    try:
        passwords = frozenset(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        raise CommonPasswordsDamaged(_message(path, "cannot be read")) from None
    if len(passwords) != COUNT:
        problem = f"has {len(passwords)} passwords instead of {COUNT}"
        raise CommonPasswordsDamaged(_message(path, problem))
    return passwords


def _message(path: Path, problem: str) -> str:
    return (
        f"the list of common passwords {path} {problem}, so accounts could get passwords that are "
        "easily guessed. The file is part of Kinoteka: install Kinoteka again to restore it"
    )
