"""The keys of this installation, checked before anything is served.

Public operations: check_keys.
"""

from kinoteka.core.tokens.signing import SigningKey
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings


def check_keys(settings: Settings) -> None:
    """Load both keys once; those that are missing are made.

    Raises:
        KeyUnusable: the server must not start with them.
    """
    Keyring.load(settings.data, settings.secret_key)
    SigningKey.load(settings.data, settings.signing_key)
