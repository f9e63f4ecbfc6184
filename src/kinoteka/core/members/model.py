"""What operators ask for and get of accounts.

Shapes: `MemberQuery`, `MemberPage`, `MemberSessions`.
"""

import msgspec

from kinoteka.core.accounts.model import Account
from kinoteka.core.sessions.model import OwnSession

ACCOUNTS_MANAGE = "accounts.manage"


class MemberQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts: those that a text finds, or all before an id.

    Of all: those that are disabled alone, or who has been given a role.
    """

    text: str = ""
    before: int | None = None
    disabled: bool = False
    role_id: int | None = None


class MemberPage(msgspec.Struct, frozen=True):
    """Some accounts, newest first or, of those that a text finds, the best first.

    `next` goes into `MemberQuery.before`, None at the end. `is_cut`: a text finds more than these.
    """

    accounts: list[Account]
    next: int | None = None
    is_cut: bool = False


class MemberSessions(msgspec.Struct, frozen=True):
    """The sessions of an account that last, those used last first, and how many there are."""

    sessions: list[OwnSession]
    total: int
