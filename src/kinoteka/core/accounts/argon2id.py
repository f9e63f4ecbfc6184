"""Hash and verify passwords with argon2id.

libsodium, which PyNaCl brings, is the fastest maintained implementation: its wheels use the widest
vector instructions of the processor, and those of argon2-cffi the oldest. Both write and read the
same strings. argon2-cffi verifies hashes with other parameters, and replaces libsodium on
platforms for which PyNaCl has no wheel.
"""

import os
import re
from base64 import b64encode
from typing import TYPE_CHECKING

try:
    from nacl.exceptions import InvalidkeyError
    from nacl.pwhash import argon2id as libsodium
except ImportError:
    HAS_LIBSODIUM = False
else:
    HAS_LIBSODIUM = True

if TYPE_CHECKING:
    from kinoteka.core.accounts.argon2_cffi_hasher import Argon2CffiHasher

SALT_BYTES = 16
HASH_BYTES = 32
KIBIBYTE = 1024


class Argon2id:
    """argon2id with these parameters and one lane; `memory` is in KiB.

    A hash is a string `$argon2id$v=19$m=<memory>,t=<passes>,p=1$<salt>$<hash>`.
    """

    def __init__(self, *, memory: int, passes: int, has_libsodium: bool = HAS_LIBSODIUM) -> None:
        self.memory = memory
        self.passes = passes
        self._has_libsodium = has_libsodium
        self._prefix = f"$argon2id$v=19$m={memory},t={passes},p=1$"
        salt, digest = (-(-length * 4 // 3) for length in (SALT_BYTES, HASH_BYTES))
        self._is_current = re.compile(
            rf"{re.escape(self._prefix)}[A-Za-z0-9+/]{{{salt}}}\$[A-Za-z0-9+/]{{{digest}}}"
        ).fullmatch

    def hash(self, password: str) -> str:
        """Return a hash of the password with a random salt."""
        if self._has_libsodium:
            memory = self.memory * KIBIBYTE
            return libsodium.str(password.encode(), self.passes, memory).decode()
        return self._argon2_cffi().hash(password)

    def verify(self, password: str, password_hash: str) -> bool:
        """Return whether the password matches the hash, which may have any parameters."""
        if not self._has_libsodium or self.is_outdated(password_hash):
            return self._argon2_cffi().verify(password, password_hash)
        try:
            return libsodium.verify(password_hash.encode(), password.encode())
        except InvalidkeyError:
            return False

    def is_outdated(self, password_hash: str) -> bool:
        """Return whether the hash has other parameters than these."""
        return self._is_current(password_hash) is None

    def dummy_hash(self) -> str:
        """Return a hash with these parameters that no password matches.

        Verifying against it takes as long as for an existing account.
        """
        salt, digest = (
            b64encode(os.urandom(length)).decode().rstrip("=")
            for length in (SALT_BYTES, HASH_BYTES)
        )
        return f"{self._prefix}{salt}${digest}"

    def _argon2_cffi(self) -> "Argon2CffiHasher":
        # Imported here because most servers never need it.
        from kinoteka.core.accounts.argon2_cffi_hasher import Argon2CffiHasher

        return Argon2CffiHasher(memory=self.memory, passes=self.passes)
