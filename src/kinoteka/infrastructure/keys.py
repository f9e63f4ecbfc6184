"""The keys of one installation: files beside the database, never in it.

A leaked database then opens nothing: what it holds of tokens are HMACs under a key that it
does not hold.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

SECRET_FILE, SIGNING_FILE = KEY_FILES = ("secret.key", "signing-key.pem")
SECRET_SHORTEST = 32
"""Characters that the secret key has at least, here and in the setting; ours has 64."""


class KeyUnusable(ValueError):
    """A key with which the server must not start; the message says which, why and what to do."""


def keep_secret_file(path: Path, make: bytes) -> bytes:
    """The file's content; written as `make`, readable by its owner alone, where there is none.

    Two processes may start at once: the first one's file stays, whole.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make)
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
    """HMACs for named purposes, each under a key of its own derived from the one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._derived: dict[str, bytes] = {}

    @classmethod
    def load(cls, folder: Path, setting: str) -> "Keyring":
        """Load the keyring from the setting, or else from `secret.key` in the data folder.

        Raises:
            KeyUnusable: the key is empty or too short.
        """
        if setting:  # of the right length, as `config` has checked
            return cls(setting.encode())
        path = folder / SECRET_FILE
        secret = keep_secret_file(path, secrets.token_hex(32).encode()).strip()
        if len(secret) < SECRET_SHORTEST:
            raise KeyUnusable(
                f"{path} has {len(secret)} characters and needs {SECRET_SHORTEST}, else tokens "
                "could be forged. Put back the file from a backup; without one, delete it: the "
                "next start makes a new key, and everybody has to sign in again"
            )
        return cls(secret)

    def mac(self, purpose: str, message: str) -> str:
        """HMAC-SHA-256 of the message, as 64 hexadecimal digits."""
        return hmac.new(self._key(purpose), message.encode(), hashlib.sha256).hexdigest()

    def matches(self, purpose: str, message: str, mac: str) -> bool:
        """Whether `mac` is the message's, told in constant time."""
        return hmac.compare_digest(self.mac(purpose, message).encode(), mac.encode())

    def _key(self, purpose: str) -> bytes:
        key = self._derived.get(purpose)
        if key is None:
            key = hmac.digest(self._secret, purpose.encode(), "sha256")
            self._derived[purpose] = key
        return key
