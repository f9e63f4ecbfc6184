"""The keys of one installation, stored in files beside the database and never in it.

So a leaked database gives no access: it contains only HMACs of tokens, under a key that is not in
it.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

SECRET_FILE, SIGNING_FILE = KEY_FILES = ("secret.key", "signing-key.pem")
MIN_SECRET_LENGTH = 32
"""The minimum number of characters of a secret key; a generated one has 64."""


class KeyUnusable(ValueError):
    """A key is missing or unsafe; the message says which, why and what to do."""


def read_or_create_secret(path: Path, content: bytes) -> bytes:
    """Return the content of a file; create it with `content`, for its owner only, if necessary.

    If two processes start at the same moment, both use the file of the first.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


class Keyring:
    """HMACs for named purposes, each under its own key derived from the secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._derived: dict[str, bytes] = {}

    @classmethod
    def load(cls, folder: Path, setting: str) -> "Keyring":
        """Load the secret from the setting, or otherwise from `secret.key` in the data folder.

        Raises:
            KeyUnusable: the key is empty or too short.
        """
        if setting:  # the settings have checked its length
            return cls(setting.encode())
        path = folder / SECRET_FILE
        secret = read_or_create_secret(path, secrets.token_hex(32).encode()).strip()
        if len(secret) < MIN_SECRET_LENGTH:
            raise KeyUnusable(
                f"{path} has {len(secret)} characters and needs {MIN_SECRET_LENGTH}, else tokens "
                "could be forged. Restore the file from a backup. Without a backup, delete it: the "
                "next start makes a new key, and everybody has to sign in again"
            )
        return cls(secret)

    def mac(self, purpose: str, message: str) -> str:
        """Return the HMAC-SHA-256 of a message as 64 hexadecimal digits."""
        return hmac.new(self._key(purpose), message.encode(), hashlib.sha256).hexdigest()

    def matches(self, purpose: str, message: str, mac: str) -> bool:
        """Return whether `mac` belongs to the message; takes constant time."""
        return hmac.compare_digest(self.mac(purpose, message).encode(), mac.encode())

    def _key(self, purpose: str) -> bytes:
        key = self._derived.get(purpose)
        if key is None:
            key = hmac.digest(self._secret, purpose.encode(), "sha256")
            self._derived[purpose] = key
        return key
