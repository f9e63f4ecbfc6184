"""The audit log's entries.

Shapes: `Action` (what was done), `Subject` (to what), `Entry` (as stored), `EntryQuery` (which of
them), `EntryPage`, `Who` (what the log needs of an actor).
"""

from enum import StrEnum
from typing import Any, Literal, Protocol

import msgspec

AUDIT_VIEW = "audit.view"

Kind = Literal["account", "role", "label", "film", "selection", "import"]


class Action(StrEnum):
    """Everything that is recorded."""

    SUPERUSER_MADE = "superuser_made"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    PASSWORD_RESET = "password_reset"
    LOGIN_CHANGED = "login_changed"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"

    ROLE_CREATED = "role_created"
    ROLE_CHANGED = "role_changed"
    ROLE_DELETED = "role_deleted"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN_AWAY = "role_taken_away"

    LABEL_CREATED = "label_created"
    FILM_LABELLED = "film_labelled"
    FILM_CREATED = "film_created"
    FILM_CHANGED = "film_changed"
    FILM_UNLOCKED = "film_unlocked"
    FILM_DELETED = "film_deleted"
    FILM_HIDDEN = "film_hidden"
    FILM_SHOWN = "film_shown"

    SELECTION_FEATURED = "selection_featured"
    SELECTION_UNFEATURED = "selection_unfeatured"
    SELECTION_CHANGED = "selection_changed"
    SELECTION_DELETED = "selection_deleted"

    IMPORT_REQUESTED = "import_requested"
    IMPORT_CANCELLED = "import_cancelled"
    IMPORT_FINISHED = "import_finished"


class Who(Protocol):
    """Whoever did it."""

    @property
    def account_id(self) -> int | None:
        """The account; None is somebody at the console."""


class Subject(msgspec.Struct, frozen=True):
    """What something was done to; an account's name is looked up."""

    kind: Kind
    id: int | None = None
    name: str = ""


class Entry(msgspec.Struct, frozen=True):
    """What somebody did at a time (milliseconds), from an address, empty for the console.

    Names are those of that time, and empty for who had no username. Without an `account_id` it
    was somebody at the console. Of what the reader may not see, name and details are `withheld`.
    """

    id: int
    at: int
    account_id: int | None
    actor_name: str
    action: str
    subject_kind: str
    subject_id: int | None
    subject_name: str
    details: dict[str, Any]
    address: str
    withheld: bool = False


class EntryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries: those before an id, by whom, to what, of which action."""

    before: int | None = None
    who: int | None = None
    subject_kind: Kind | None = None
    subject_id: int | None = None
    action: Action | None = None


class EntryPage(msgspec.Struct, frozen=True):
    """Some entries, newest first; `next` goes into `EntryQuery.before`, None at the end."""

    entries: list[Entry]
    next: int | None
