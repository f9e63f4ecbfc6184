"""Passwords: which are taken (NIST SP 800-63B, OWASP ASVS 5 V6.2) and how they are hashed.

Hashing takes tens of milliseconds of a core, so it runs in threads of a lower priority, and
only so many may wait.
"""

import importlib.util
import os
import unicodedata
from base64 import b64encode
from functools import cache
from pathlib import Path

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from kinoteka.core.text import COMPOSED_MOST, has_heaps_of_marks
from kinoteka.core.workers import Load, Workers
from kinoteka.errors import Code, DomainError

SHORTEST = 8
LONGEST = 128
SECONDS_EACH = 0.05

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=argon2.Type.ID)


def normal_password(password: str) -> str:
    """The password as it is hashed: in NFKC, so that every keyboard gives the same.

    Raises:
        DomainError(PASSWORD_INVALID): so long, or of such characters, that nobody has it.
    """
    if len(password) > COMPOSED_MOST * LONGEST:
        raise DomainError(Code.PASSWORD_INVALID, reason="too_long", longest=LONGEST)
    if has_heaps_of_marks(password) or _has_lone_surrogates(password):
        raise DomainError(Code.PASSWORD_INVALID, reason="characters")
    return unicodedata.normalize("NFKC", password)


def check_password(password: str) -> str:
    """The normalised password, if it may be taken.

    Raises:
        DomainError(PASSWORD_INVALID): too short, too long, too common, or not storable.
    """
    normal = normal_password(password)
    if len(normal) < SHORTEST:
        raise DomainError(Code.PASSWORD_INVALID, reason="too_short", shortest=SHORTEST)
    if len(normal) > LONGEST:
        raise DomainError(Code.PASSWORD_INVALID, reason="too_long", longest=LONGEST)
    if any(unicodedata.category(character) == "Cn" for character in normal):
        raise DomainError(Code.PASSWORD_INVALID, reason="characters")
    if normal.casefold() in common_passwords():
        raise DomainError(Code.PASSWORD_INVALID, reason="common")
    return normal


@cache
def common_passwords() -> frozenset[str]:
    """The common passwords that are long enough to matter, from zxcvbn's list.

    Read from the module's text: importing it would keep 10 MB of other lists in memory.
    """
    package = importlib.util.find_spec("zxcvbn")
    if package is None or package.origin is None:
        raise LookupError("zxcvbn is not installed")
    text = Path(package.origin).with_name("frequency_lists.py").read_text(encoding="utf-8")
    words = text.partition('"passwords": "')[2].partition('"')[0].split(",")
    return frozenset(word for word in words if len(word) >= SHORTEST)


def hash_of_nobody() -> str:
    """What no password has as its hash; checking one against it takes as long as any other."""
    salt, digest = (
        b64encode(os.urandom(length)).decode().rstrip("=")
        for length in (HASHER.salt_len, HASHER.hash_len)
    )
    costs = f"m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


class PasswordHashing:
    """Hashes and checks passwords in threads; too many at once are refused."""

    def __init__(self, threads: int, queue: int) -> None:
        self._workers = Workers(
            "password-hashing",
            threads=threads or os.cpu_count() or 1,
            queue=queue,
            seconds_each=SECONDS_EACH,
        )
        self._nobody = hash_of_nobody()

    async def hash(self, password: str) -> str:
        """The hash of a normalised password.

        Raises:
            DomainError(BUSY): too many passwords are waiting already.
        """
        return await self._workers.run(lambda: HASHER.hash(password))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the hash's; without a hash it takes as long, and is not.

        Raises:
            DomainError(BUSY): too many passwords are waiting already.
        """
        try:
            normal = normal_password(password)
        except DomainError:
            normal, password_hash = "", None
        right = await self._workers.run(lambda: _verify(normal, password_hash or self._nobody))
        return right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return HASHER.check_needs_rehash(password_hash)

    @property
    def load(self) -> Load:
        """How many passwords wait, and how many are being hashed."""
        return self._workers.load

    def close(self) -> None:
        """Finish what is under way."""
        self._workers.close()


def _verify(password: str, password_hash: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _has_lone_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
