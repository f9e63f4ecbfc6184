"""The keys of this installation, and their fingerprints in the database.

Public operations: check_keys, differing_keys, are_fingerprints_stored, store_fingerprints,
replace_fingerprints.

Servers with different keys on one database reject each other's sessions and tokens. The
fingerprints show an administrator that this is the case. A fingerprint is an HMAC under the key
itself, or the hash of public data, and does not reveal the key.
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
    "This server's keys are not the ones that this database was first used with ({names}). "
    "Sessions and tokens of other servers are rejected here, and the other way round. Give every "
    "server the same keys and settings. If the change is intended, run 'kinoteka accept-keys' to "
    "end this warning."
)


def check_keys(settings: Settings) -> None:
    """Load the secret key and the signing key. Create those that do not exist.

    Raises:
        KeyUnusable: a key is malformed, so the server must not start.
    """
    Keyring.load(settings.data, settings.secret_key)
    SigningKey.load(settings.data, settings.signing_key)


def fingerprints(settings: Settings) -> dict[str, str]:
    """Return the fingerprints of both keys and of the issuer and audience of tokens, by name.

    Raises:
        KeyUnusable: a key is malformed.
    """
    keyring = Keyring.load(settings.data, settings.secret_key)
    signing = SigningKey.load(settings.data, settings.signing_key)
    return {
        SECRET_KEY: keyring.mac(PURPOSE, SECRET_KEY),
        SIGNING_KEY: _hash(signing.id),
        ISSUER: _hash(settings.token_issuer),
        AUDIENCE: _hash(settings.token_audience),
    }


def differing_keys(settings: Settings, reader: Reader) -> list[str]:
    """Return the names of keys that differ from those whose fingerprints are stored."""
    stored = dict(reader.fetch(queries.ALL_FINGERPRINTS))
    current = fingerprints(settings)
    return [name for name, value in current.items() if stored.get(name, value) != value]


def are_fingerprints_stored(reader: Reader) -> bool:
    """Return whether the database holds the fingerprint of each key."""
    stored = dict(reader.fetch(queries.ALL_FINGERPRINTS))
    return stored.keys() >= {SECRET_KEY, SIGNING_KEY, ISSUER, AUDIENCE}


def store_fingerprints(settings: Settings, writer: Reader) -> None:
    """Store the fingerprints that the database does not hold yet."""
    for name, value in fingerprints(settings).items():
        writer.fetch(queries.INSERT_FINGERPRINT, name=name, value=value)


def replace_fingerprints(settings: Settings, writer: Reader) -> list[str]:
    """Store the fingerprints in place of the stored ones. Return the names of changed keys."""
    changed = differing_keys(settings, writer)
    for name, value in fingerprints(settings).items():
        writer.fetch(queries.REPLACE_FINGERPRINT, name=name, value=value)
    return changed


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
