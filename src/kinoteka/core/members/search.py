"""Finding accounts by the beginning of a username, an e-mail address or a name, or by an id.

Public operations: find.
"""

from collections.abc import Iterator
from typing import Any

from kinoteka.core.accounts.model import Account
from kinoteka.core.accounts.names import email_key, part_key
from kinoteka.core.members import queries
from kinoteka.database.interface import Reader
from kinoteka.database.statement import Statement
from kinoteka.errors import DomainError

LAST = "\U0010ffff"
"""After everything that begins like what it is put behind."""
ID_LONGEST = 18


def find(reader: Reader, text: str, most: int) -> list[Account]:
    """The accounts that the text finds, the best first; `most` at most."""
    found: dict[int, Account] = {}
    for statement, given in _statements(text):
        for account in reader.fetch(statement, most=most, **given):
            found.setdefault(account.id, account)
        if len(found) >= most:
            break
    return list(found.values())[:most]


def _statements(text: str) -> Iterator[tuple[Statement[Account], dict[str, Any]]]:
    if text.isascii() and text.isdigit() and len(text) <= ID_LONGEST:
        yield queries.BY_ID, {"account_id": int(text)}
    key = part_key(text)
    if key is not None:
        yield queries.BY_USERNAME, _beginning(key)
    for email in _email_keys(text):
        yield queries.BY_EMAIL, _beginning(email)
    given, _, family = text.partition(" ")
    for written in _writings(text):
        yield queries.BY_FAMILY_NAME, _beginning(written)
        yield queries.BY_GIVEN_NAME, _beginning(written)
    if family:
        for one, other in ((given, family), (family, given)):
            for first, last in zip(_writings(one), _writings(other), strict=False):
                yield queries.BY_NAMES, {"given": first, **_beginning(last)}


def _email_keys(text: str) -> list[str]:
    """Return how an address, or its beginning, is stored; a domain beyond ASCII as a whole."""
    try:
        return list(dict.fromkeys((email_key(text), text.casefold())))
    except DomainError:
        return [text.casefold()]


def _writings(name: str) -> list[str]:
    """Names are kept as they were written; this is how most of them are."""
    return list(dict.fromkeys((name, name.title(), name.lower(), name.upper())))


def _beginning(text: str) -> dict[str, Any]:
    return {"first": text, "last": text + LAST}
