"""Passwords: which are taken (NIST SP 800-63B, OWASP ASVS 5 V6.2) and how they are hashed.

Hashing takes tens of milliseconds of a core, so it runs in threads of a lower priority, and
only so many may wait.
"""

import os
import unicodedata
from base64 import b64encode
from collections.abc import Iterable

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from kinoteka.core.accounts.common_passwords import common_passwords
from kinoteka.core.text import COMPOSITION_FACTOR, has_excessive_marks, has_visible_character
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.worker_threads import Load, Workers

SHORTEST = 8
LONGEST = 128
SITE_NAME = "kinoteka"
SECONDS_EACH = 0.05

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=argon2.Type.ID)


def normalize_password(password: str) -> str:
    """The password as it is hashed: in NFKC, so that every keyboard gives the same.

    Raises:
        DomainError(PASSWORD_INVALID): so long, or of such characters, that nobody has it.
    """
    if len(password) > COMPOSITION_FACTOR * LONGEST:
        raise DomainError(Code.PASSWORD_INVALID, reason="too_long", longest=LONGEST)
    if has_excessive_marks(password) or _has_lone_surrogates(password):
        raise DomainError(Code.PASSWORD_INVALID, reason="characters")
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, names: Iterable[str | None] = ()) -> str:
    """Return the normalised password of an account that is known by these names.

    Raises:
        DomainError(PASSWORD_INVALID): too short, too long, too common, one of the names, or not
            storable.
    """
    normal = normalize_password(password)
    if len(normal) < SHORTEST:
        raise DomainError(Code.PASSWORD_INVALID, reason="too_short", shortest=SHORTEST)
    if len(normal) > LONGEST:
        raise DomainError(Code.PASSWORD_INVALID, reason="too_long", longest=LONGEST)
    if any(unicodedata.category(character) in ("Cn", "Cc") for character in normal):
        raise DomainError(Code.PASSWORD_INVALID, reason="characters")
    if not has_visible_character(normal):
        raise DomainError(Code.PASSWORD_INVALID, reason="blank")
    folded = normal.casefold()
    if len(set(folded)) == 1:
        raise DomainError(Code.PASSWORD_INVALID, reason="repeated")
    if folded in common_passwords():
        raise DomainError(Code.PASSWORD_INVALID, reason="common")
    if matches_name(normal, names):
        raise DomainError(Code.PASSWORD_INVALID, reason="personal")
    return normal


def matches_name(password: str, names: Iterable[str | None]) -> bool:
    """Return whether a password is one of these names, or the site's, give or take its end.

    Case, and digits and punctuation at the end, make no difference.
    """
    known = [name for name in names if name]
    parts = [part for name in known if "@" in name for part in name.split("@")]
    return not _spellings(password).isdisjoint(
        spelling for name in (SITE_NAME, *known, *parts) for spelling in _spellings(name)
    )


def site_names(settings: Settings) -> tuple[str, ...]:
    """Return the names of the site that its address adds: of films.example also films."""
    host = settings.public_url.partition("://")[2].partition(":")[0]
    return (host, host.removeprefix("www.").partition(".")[0]) if host else ()


def dummy_hash() -> str:
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
        self._nobody = dummy_hash()

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
            normal = normalize_password(password)
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
        """Begin nothing more, without waiting for what is under way."""
        self._workers.close()


def _verify(password: str, password_hash: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _spellings(text: str) -> set[str]:
    """Return the text as it is compared: folded, as it is and without its end."""
    if len(text) > COMPOSITION_FACTOR * LONGEST or has_excessive_marks(text):
        return set()
    folded = unicodedata.normalize("NFKC", text).casefold()
    end = len(folded)
    while end and unicodedata.category(folded[end - 1])[0] in "NPSZ":
        end -= 1
    return {folded, folded[:end]} - {""}


def _has_lone_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
