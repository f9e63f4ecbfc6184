"""Search accounts by id or by the beginning of a username, an e-mail address or a name.

Public operations: search_accounts.
"""

from collections.abc import Iterator
from typing import Any

from kinoteka.core.accounts.model import Account
from kinoteka.core.accounts.names import email_key, part_key
from kinoteka.core.members import queries
from kinoteka.database.interface import Reader
from kinoteka.database.statement import Statement
from kinoteka.errors import DomainError

MAX_CHARACTER = "\U0010ffff"
"""Appended to a prefix, it sorts after every text with this prefix."""
ID_MAX_DIGITS = 18


def search_accounts(reader: Reader, text: str, limit: int) -> list[Account]:
    """Return up to `limit` accounts that match the text, best match first."""
    found: dict[int, Account] = {}
    for statement, parameters in _statements(text):
        for account in reader.fetch(statement, limit=limit, **parameters):
            found.setdefault(account.id, account)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _statements(text: str) -> Iterator[tuple[Statement[Account], dict[str, Any]]]:
    if text.isascii() and text.isdigit() and len(text) <= ID_MAX_DIGITS:
        yield queries.BY_ID, {"account_id": int(text)}
    key = part_key(text)
    if key is not None:
        yield queries.BY_USERNAME, _prefix_range(key)
    for email in _email_keys(text):
        yield queries.BY_EMAIL, _prefix_range(email)
    given, _, family = text.partition(" ")
    for name in _case_variants(text):
        yield queries.BY_FAMILY_NAME, _prefix_range(name)
        yield queries.BY_GIVEN_NAME, _prefix_range(name)
    if family:
        for one, other in ((given, family), (family, given)):
            for first, last in zip(_case_variants(one), _case_variants(other), strict=False):
                yield queries.BY_NAMES, {"given": first, **_prefix_range(last)}


def _email_keys(text: str) -> list[str]:
    """Return the keys of an address or a prefix of one. A non-ASCII domain must be complete."""
    try:
        return list(dict.fromkeys((email_key(text), text.casefold())))
    except DomainError:
        return [text.casefold()]


def _case_variants(name: str) -> list[str]:
    """Return the name in the usual cases. The index of names is case-sensitive."""
    return list(dict.fromkeys((name, name.title(), name.lower(), name.upper())))


def _prefix_range(text: str) -> dict[str, Any]:
    return {"first": text, "last": text + MAX_CHARACTER}
