"""Accept, hash and verify passwords (NIST SP 800-63B, OWASP ASVS 5 V6.2).

Hashing takes tens of milliseconds of a core. So it runs in threads with lower priority, and a
request is rejected if too many are waiting.
"""

import os
import unicodedata
from collections.abc import Iterable

from kinoteka.core.accounts.argon2id import Argon2id
from kinoteka.core.accounts.common_passwords import common_passwords
from kinoteka.core.text import COMPOSITION_FACTOR, has_excessive_marks, has_visible_character
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.worker_threads import Load, Workers

PASSWORD_MIN_LENGTH = 8
PASSWORD_MAX_LENGTH = 128
SITE_NAME = "kinoteka"
SECONDS_PER_HASH = 0.05

# Parameters of the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
HASHER = Argon2id(memory=19456, passes=2)


def normalize_password(password: str) -> str:
    """Return the password in NFKC, so that its hash does not depend on the keyboard.

    Raises:
        DomainError(PASSWORD_INVALID): it is longer than any password, or cannot be normalized.
    """
    if len(password) > COMPOSITION_FACTOR * PASSWORD_MAX_LENGTH:
        raise DomainError(Code.PASSWORD_INVALID, reason="too_long", longest=PASSWORD_MAX_LENGTH)
    if has_excessive_marks(password) or _has_lone_surrogates(password):
        raise DomainError(Code.PASSWORD_INVALID, reason="characters")
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, names: Iterable[str | None] = ()) -> str:
    """Return the normalized new password of an account with these names.

    Raises:
        DomainError(PASSWORD_INVALID): it is too short, too long, too common, one of the names, or
            not storable.
    """
    normal = normalize_password(password)
    if len(normal) < PASSWORD_MIN_LENGTH:
        raise DomainError(Code.PASSWORD_INVALID, reason="too_short", shortest=PASSWORD_MIN_LENGTH)
    if len(normal) > PASSWORD_MAX_LENGTH:
        raise DomainError(Code.PASSWORD_INVALID, reason="too_long", longest=PASSWORD_MAX_LENGTH)
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
    """Return whether a password is one of these names or a name of the site.

    Case is ignored, and so are digits and punctuation at the end.
    """
    known = [name for name in names if name]
    parts = [part for name in known if "@" in name for part in name.split("@")]
    return not _comparison_forms(password).isdisjoint(
        form for name in (SITE_NAME, *known, *parts) for form in _comparison_forms(name)
    )


def site_names(settings: Settings) -> tuple[str, ...]:
    """Return the names of the site in its public URL: for films.example also films."""
    host = settings.public_url.partition("://")[2].partition(":")[0]
    return (host, host.removeprefix("www.").partition(".")[0]) if host else ()


class PasswordHashing:
    """Hashes and verifies passwords in threads. Rejects requests if too many are waiting."""

    def __init__(self, threads: int, queue: int) -> None:
        self._workers = Workers(
            "password-hashing",
            threads=threads or os.cpu_count() or 1,
            queue=queue,
            seconds_each=SECONDS_PER_HASH,
        )
        self._dummy_hash = HASHER.dummy_hash()

    async def hash(self, password: str) -> str:
        """Return the hash of a normalized password.

        Raises:
            DomainError(BUSY): too many passwords are waiting to be hashed.
        """
        return await self._workers.run(lambda: HASHER.hash(password))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Return whether the password matches the hash.

        Without a hash the result is false, after the time that a verification takes.

        Raises:
            DomainError(BUSY): too many passwords are waiting to be hashed.
        """
        try:
            normal = normalize_password(password)
        except DomainError:
            normal, password_hash = "", None
        matches = await self._workers.run(
            lambda: HASHER.verify(normal, password_hash or self._dummy_hash)
        )
        return matches and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Return whether the hash has other parameters than the current ones."""
        return HASHER.is_outdated(password_hash)

    @property
    def load(self) -> Load:
        """The numbers of passwords that are waiting and that are being hashed."""
        return self._workers.load

    def close(self) -> None:
        """Reject further work. Do not wait for work in progress."""
        self._workers.close()


def _comparison_forms(text: str) -> set[str]:
    """Return the text case-folded, with and without the digits and punctuation at its end."""
    if len(text) > COMPOSITION_FACTOR * PASSWORD_MAX_LENGTH or has_excessive_marks(text):
        return set()
    folded = unicodedata.normalize("NFKC", text).casefold()
    end = len(folded)
    while end and unicodedata.category(folded[end - 1])[0] in "NPSZ":
        end -= 1
    return {folded, folded[:end]} - {""}


def _has_lone_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
