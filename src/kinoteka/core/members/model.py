"""Queries of operators for accounts, and their results.

Structs: `MemberQuery`, `MemberPage`, `MemberSessions`.
"""

import msgspec

from kinoteka.core.accounts.model import Account
from kinoteka.core.sessions.model import OwnSession

ACCOUNTS_MANAGE = "accounts.manage"


class MemberQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts to return: those that match `text`, or without it all accounts.

    `before` (an id), `disabled` and `role_id` restrict the list of all accounts.
    """

    text: str = ""
    before: int | None = None
    disabled: bool = False
    role_id: int | None = None


class MemberPage(msgspec.Struct, frozen=True):
    """A page of accounts: newest first, or the best match first if the query has a text.

    `next` is the `before` of the next page; None: no more. `is_truncated`: more accounts match the
    text than the page holds.
    """

    accounts: list[Account]
    next: int | None = None
    is_truncated: bool = False


class MemberSessions(msgspec.Struct, frozen=True):
    """The active sessions of an account, most recently used first, and their total number."""

    sessions: list[OwnSession]
    total: int
