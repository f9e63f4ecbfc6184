"""Fingerprints of the keys, kept in the database, by which servers notice that theirs differ.

Servers with different keys on one database reject each other's sessions and tokens. A fingerprint
is an HMAC under the key itself, or the hash of something public, and gives no key away.

Public operations: differing, is_noted, note, accept.
"""

import hashlib

from kinoteka.core.tokens import queries
from kinoteka.core.tokens.signing import SigningKey
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings

PURPOSE = "fingerprint"

SECRET_KEY, SIGNING_KEY = "secret key", "signing key"
ISSUER, AUDIENCE = "token issuer", "token audience"


KEYS_DIFFER = (
    "This server's {names} differs from what this database was first used with: sessions and "
    "tokens that other servers issue are rejected here, and the other way round. Give every server "
    "the same keys and settings. If the change is meant, 'kinoteka accept-keys' ends this warning."
)


def fingerprints(settings: Settings) -> dict[str, str]:
    """Return the fingerprint of each key and of what tokens name.

    Raises:
        KeyUnusable: a key is none.
    """
    keyring = Keyring.load(settings.data, settings.secret_key)
    signing = SigningKey.load(settings.data, settings.signing_key)
    return {
        SECRET_KEY: keyring.mac(PURPOSE, SECRET_KEY),
        SIGNING_KEY: _hash(signing.id),
        ISSUER: _hash(settings.token_issuer),
        AUDIENCE: _hash(settings.token_audience),
    }


def differing(settings: Settings, reader: Reader) -> list[str]:
    """Return which keys are others than those that the database was first used with."""
    stored = dict(reader.fetch(queries.ALL_FINGERPRINTS))
    present = fingerprints(settings)
    return [name for name, value in present.items() if stored.get(name, value) != value]


def is_noted(reader: Reader) -> bool:
    """Return whether the database knows the fingerprint of each key."""
    stored = dict(reader.fetch(queries.ALL_FINGERPRINTS))
    return stored.keys() >= {SECRET_KEY, SIGNING_KEY, ISSUER, AUDIENCE}


def note(settings: Settings, writer: Reader) -> None:
    """Store the fingerprints that are not there yet."""
    for name, value in fingerprints(settings).items():
        writer.fetch(queries.NOTE_FINGERPRINT, name=name, value=value)


def accept(settings: Settings, writer: Reader) -> list[str]:
    """Store the fingerprints in place of those that there are; return which keys are new."""
    changed = differing(settings, writer)
    for name, value in fingerprints(settings).items():
        writer.fetch(queries.CHANGE_FINGERPRINT, name=name, value=value)
    return changed


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
