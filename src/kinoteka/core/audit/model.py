"""Audit entries: who changed what, and when.

Structs: `Action` (what was done), `Subject` (the object of the action), `AuditEntry` (an entry as
stored), `AuditFilter`, `AuditPage`. `AuditActor` is the part of an actor that an entry needs.
"""

from enum import StrEnum
from typing import Any, Literal, Protocol

import msgspec

AUDIT_VIEW = "audit.view"

SubjectKind = Literal["account", "role", "label", "film", "genre", "selection", "import", "source"]


class Action(StrEnum):
    """The actions that are recorded. The values are stored."""

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
    FILM_MERGED = "film_merged"
    FILM_MERGE_UNDONE = "film_merge_undone"
    FILM_SPLIT = "film_split"
    FILMS_DIFFER = "films_differ"
    GENRE_MERGED = "genre_merged"
    GENRE_CHANGED = "genre_changed"
    FILM_HIDDEN = "film_hidden"
    FILM_SHOWN = "film_shown"

    SELECTION_FEATURED = "selection_featured"
    SELECTION_UNFEATURED = "selection_unfeatured"
    SELECTION_CHANGED = "selection_changed"
    SELECTION_DELETED = "selection_deleted"

    IMPORT_REQUESTED = "import_requested"
    IMPORT_CANCELLED = "import_cancelled"
    IMPORT_FINISHED = "import_finished"
    IMPORT_UNDONE = "import_undone"
    SOURCE_MOVED = "source_moved"


class AuditActor(Protocol):
    """The actor who performs an action."""

    @property
    def account_id(self) -> int | None:
        """The actor's account. None means the command line on the server."""


class Subject(msgspec.Struct, frozen=True):
    """The object of an action. The name of an account is looked up when the entry is stored."""

    kind: SubjectKind
    id: int | None = None
    name: str = ""


class AuditEntry(msgspec.Struct, frozen=True):
    """An action, its actor and its subject, at a time in milliseconds.

    An entry of the command line has no `account_id` and an empty `address`. Names are those at the
    time of the action, and empty for accounts without a username. The subject's name and the
    details are `withheld` (empty) if the reader may not see the subject.
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


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries to return: `before` is an id, `actor_id` an account. None means any."""

    before: int | None = None
    actor_id: int | None = None
    subject_kind: SubjectKind | None = None
    subject_id: int | None = None
    action: Action | None = None


class AuditPage(msgspec.Struct, frozen=True):
    """A page of entries, newest first. `next` is the `before` of the next page; None: no more."""

    entries: list[AuditEntry]
    next: int | None
