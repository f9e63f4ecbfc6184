"""argon2id with argon2-cffi, for hashes and platforms that libsodium does not cover (argon2id)."""

import argon2
from argon2.exceptions import VerificationError


class Argon2CffiHasher:
    """Hashes with these parameters and one lane. Verifies hashes with any parameters."""

    def __init__(self, *, memory: int, passes: int) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1)

    def hash(self, password: str) -> str:
        """Return a hash of the password with a random salt."""
        return self._hasher.hash(password)

    def verify(self, password: str, password_hash: str) -> bool:
        """Return whether the password matches the hash."""
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, ValueError):  # ValueError: the hash is malformed
            return False
