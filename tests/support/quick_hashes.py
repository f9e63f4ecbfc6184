"""Password hashes at low cost, because many tests create accounts and few are about the hash."""

from collections.abc import Iterator
from contextlib import contextmanager

from kinoteka.core.accounts import passwords
from kinoteka.core.accounts.argon2id import Argon2id

QUICK = Argon2id(memory=64, passes=1)


def use_quick_hashes() -> None:
    """Hash at low cost until this process ends."""
    passwords.HASHER = QUICK


@contextmanager
def quick_hashes() -> Iterator[None]:
    """Hash at low cost until the end of the block."""
    real = passwords.HASHER
    use_quick_hashes()
    try:
        yield
    finally:
        passwords.HASHER = real
