"""The keys of one installation: files beside the database, never in it.

A leaked database then opens nothing: what it holds of tokens are HMACs under a key that it
does not hold.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path


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
        """The keyring from the setting, or else from `secret.key` in the data folder."""
        if setting:
            return cls(setting.encode())
        fresh = secrets.token_hex(32).encode()
        return cls(keep_secret_file(folder / "secret.key", fresh).strip())

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
