"""Find accounts that are older than a rule of uniqueness and violate it.

Public operations: look_alikes, unreachable_addresses.
"""

from kinoteka.core.accounts import queries
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.comparison import email_addresses


def look_alikes(reader: Reader, limit: int) -> list[tuple[str, str]]:
    """Return pairs of usernames that look alike, at most `limit`."""
    return reader.fetch(queries.LOOK_ALIKES, limit=limit)


def unreachable_addresses(reader: Reader) -> list[int]:
    """Return the ids of accounts whose e-mail address also belongs to an older account.

    Signing in with such an address opens the older account.
    """
    return [
        account_id
        for account_id, email, key in reader.fetch(queries.DUPLICATE_EMAILS)
        if email_addresses.key_of(email_addresses.parse(email)) != key
    ]
