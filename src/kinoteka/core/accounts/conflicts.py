"""Accounts and addresses from before a rule, of which the rule would allow one.

Public operations: look_alikes, unreachable_addresses.
"""

from kinoteka.core.accounts import queries
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.comparison import email_addresses


def look_alikes(reader: Reader, most: int) -> list[tuple[str, str]]:
    """Return pairs of usernames that a reader may take for each other, at most so many."""
    return reader.fetch(queries.LOOK_ALIKES, most=most)


def unreachable_addresses(reader: Reader) -> list[int]:
    """Return the ids of accounts whose e-mail address belongs to an older account, too.

    Nobody can sign in with it: the older account does.
    """
    return [
        account_id
        for account_id, email, key in reader.fetch(queries.MARKED_EMAILS)
        if email_addresses.key_of(email_addresses.parse(email)) != key
    ]
