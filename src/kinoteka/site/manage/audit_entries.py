"""The texts of the audit log: a sentence for each action, and its details."""

from typing import Any

import msgspec

from kinoteka.core.access.model import ROLES_MANAGE, Actor
from kinoteka.core.audit.model import Action, AuditEntry
from kinoteka.core.import_runs.model import RunState
from kinoteka.core.members.model import ACCOUNTS_MANAGE
from kinoteka.site.manage.import_texts import STATES
from kinoteka.site.ui.languages import N_

SENTENCES: dict[str, str] = {
    Action.SUPERUSER_MADE: N_("%(who)s made %(what)s a superuser"),
    Action.ACCOUNT_DISABLED: N_("%(who)s disabled %(what)s"),
    Action.ACCOUNT_ENABLED: N_("%(who)s enabled %(what)s"),
    Action.PASSWORD_RESET: N_("%(who)s reset %(what)s’s password"),
    Action.LOGIN_CHANGED: N_("%(who)s changed %(what)s’s sign-in name"),
    Action.SESSION_ENDED: N_("%(who)s ended one of %(what)s’s sessions"),
    Action.SESSIONS_ENDED: N_("%(who)s ended all of %(what)s’s sessions"),
    Action.ROLE_CREATED: N_("%(who)s created the role %(what)s"),
    Action.ROLE_CHANGED: N_("%(who)s changed the role %(what)s"),
    Action.ROLE_DELETED: N_("%(who)s deleted the role %(what)s"),
    Action.ROLE_GIVEN: N_("%(who)s gave %(what)s the role %(role)s"),
    Action.ROLE_TAKEN_AWAY: N_("%(who)s removed the role %(role)s from %(what)s"),
    Action.LABEL_CREATED: N_("%(who)s created the label %(what)s"),
    Action.FILM_LABELLED: N_("%(who)s changed the label of the film %(what)s"),
    Action.FILM_CREATED: N_("%(who)s added the film %(what)s"),
    Action.FILM_CHANGED: N_("%(who)s edited the film %(what)s"),
    Action.FILM_UNLOCKED: N_("%(who)s unlocked a field of the film %(what)s"),
    Action.FILM_DELETED: N_("%(who)s deleted the film %(what)s"),
    Action.FILM_MERGED: N_("%(who)s merged another film into %(what)s"),
    Action.FILM_MERGE_UNDONE: N_("%(who)s undid the merge of the film %(what)s"),
    Action.FILM_SPLIT: N_("%(who)s split the film %(what)s into two"),
    Action.FILMS_DIFFER: N_("%(who)s noted that %(what)s is not the same film as another"),
    Action.GENRE_MERGED: N_("%(who)s merged another genre into %(what)s"),
    Action.GENRE_CHANGED: N_("%(who)s edited the names of the genre %(what)s"),
    Action.FILM_HIDDEN: N_("%(who)s hid the film %(what)s"),
    Action.FILM_SHOWN: N_("%(who)s made the film %(what)s visible"),
    Action.SELECTION_FEATURED: N_("%(who)s featured the selection %(what)s"),
    Action.SELECTION_UNFEATURED: N_("%(who)s stopped featuring the selection %(what)s"),
    Action.SELECTION_CHANGED: N_("%(who)s edited the selection %(what)s"),
    Action.SELECTION_DELETED: N_("%(who)s deleted the selection %(what)s"),
    Action.IMPORT_REQUESTED: N_("%(who)s started the import of %(what)s"),
    Action.IMPORT_CANCELLED: N_("%(who)s cancelled the import of %(what)s"),
    Action.IMPORT_FINISHED: N_("%(who)s’s import of %(what)s finished"),
    Action.IMPORT_UNDONE: N_("%(who)s undid the import of %(what)s"),
    Action.SOURCE_MOVED: N_("%(who)s moved the source %(what)s in the order of sources"),
}
UNKNOWN = N_("%(who)s changed %(what)s")

ACTIONS: dict[Action, str] = {
    Action.ACCOUNT_DISABLED: N_("Account disabled"),
    Action.ACCOUNT_ENABLED: N_("Account enabled"),
    Action.SESSION_ENDED: N_("Session ended"),
    Action.SESSIONS_ENDED: N_("All sessions ended"),
    Action.PASSWORD_RESET: N_("Password reset"),
    Action.LOGIN_CHANGED: N_("Sign-in name changed"),
    Action.SUPERUSER_MADE: N_("Superuser added"),
    Action.ROLE_CREATED: N_("Role created"),
    Action.ROLE_CHANGED: N_("Role changed"),
    Action.ROLE_DELETED: N_("Role deleted"),
    Action.ROLE_GIVEN: N_("Role assigned"),
    Action.ROLE_TAKEN_AWAY: N_("Role removed"),
    Action.LABEL_CREATED: N_("Label created"),
    Action.FILM_LABELLED: N_("Film label changed"),
    Action.FILM_CREATED: N_("Film added"),
    Action.FILM_CHANGED: N_("Film edited"),
    Action.FILM_UNLOCKED: N_("Film field unlocked"),
    Action.FILM_DELETED: N_("Film deleted"),
    Action.FILM_MERGED: N_("Films merged"),
    Action.FILM_MERGE_UNDONE: N_("Merge of films undone"),
    Action.FILM_SPLIT: N_("Film split"),
    Action.FILMS_DIFFER: N_("Films marked as different"),
    Action.GENRE_MERGED: N_("Genres merged"),
    Action.GENRE_CHANGED: N_("Genre names edited"),
    Action.FILM_HIDDEN: N_("Film hidden"),
    Action.FILM_SHOWN: N_("Film made visible"),
    Action.SELECTION_FEATURED: N_("Selection featured"),
    Action.SELECTION_UNFEATURED: N_("Selection no longer featured"),
    Action.SELECTION_CHANGED: N_("Selection edited"),
    Action.SELECTION_DELETED: N_("Selection deleted"),
    Action.IMPORT_REQUESTED: N_("Import started"),
    Action.IMPORT_CANCELLED: N_("Import cancelled"),
    Action.IMPORT_FINISHED: N_("Import finished"),
    Action.IMPORT_UNDONE: N_("Import undone"),
    Action.SOURCE_MOVED: N_("Source moved"),
}
KINDS: dict[str, str] = {
    "account": N_("Members"),
    "role": N_("Roles"),
    "label": N_("Labels"),
    "film": N_("Films"),
    "genre": N_("Genres"),
    "selection": N_("Selections"),
    "import": N_("Imports"),
    "source": N_("Sources"),
}
DETAILS: dict[str, str] = {
    "reason": N_("Reason"),
    "role": N_("Role"),
    "session": N_("Session"),
    "sessions": N_("Sessions"),
    "permissions": N_("Permissions"),
    "granted": N_("Granted"),
    "revoked": N_("Revoked"),
    "renamed_from": N_("Previous name"),
    "label": N_("Label"),
    "before": N_("Before"),
    "after": N_("After"),
    "fields": N_("Fields"),
    "locked": N_("Locked"),
    "merged": N_("Merged"),
    "merged_into": N_("Merged into"),
    "other": N_("Other film"),
    "new_film": N_("New film"),
    "records": N_("Sources"),
    "title": N_("Title"),
    "description": N_("Description"),
    "public": N_("Public"),
    "format": N_("Format"),
    "state": N_("State"),
    "read": N_("Read"),
    "added": N_("Added"),
    "changed": N_("Changed"),
    "unchanged": N_("Unchanged"),
    "refused": N_("Rejected"),
    "removed": N_("Removed"),
}
"""The names of details. Other details are shown under their stored names."""

IMPORT_FAILED = N_("%(who)s’s import of %(what)s failed")
MAX_VALUE_LENGTH = 500


class AuditRow(msgspec.Struct, frozen=True):
    """An entry as a page shows it: sentence, links, and details as pairs of name and value."""

    entry: AuditEntry
    sentence: str
    actor_path: str | None
    subject_path: str | None
    role: str
    details: list[tuple[str, str]]


def audit_rows(actor: Actor, entries: list[AuditEntry]) -> list[AuditRow]:
    """Return entries as a page shows them to an actor."""
    return [_audit_row(actor, entry) for entry in entries]


def _audit_row(actor: Actor, entry: AuditEntry) -> AuditRow:
    may_view_accounts = actor.may(ACCOUNTS_MANAGE)
    has_link = may_view_accounts and entry.account_id is not None
    return AuditRow(
        entry,
        _sentence(entry),
        f"/manage/members/{entry.account_id}" if has_link else None,
        _subject_path(actor, entry),
        str(entry.details.get("role", "")),
        [_detail(name, value) for name, value in entry.details.items()],
    )


def _sentence(entry: AuditEntry) -> str:
    if entry.action == Action.IMPORT_FINISHED and entry.details.get("state") == RunState.FAILED:
        return IMPORT_FAILED
    return SENTENCES.get(entry.action, UNKNOWN)


def _subject_path(actor: Actor, entry: AuditEntry) -> str | None:
    if entry.subject_kind == "label":
        return f"/films?label={entry.subject_name}"
    paths = {
        "film": "/films",
        "genre": "/genres",
        "selection": "/selections",
        "import": "/manage/imports",
    }
    paths |= {"account": "/manage/members"} if actor.may(ACCOUNTS_MANAGE) else {}
    paths |= {"role": "/manage/roles"} if actor.may(ROLES_MANAGE) else {}
    is_deleted = entry.action in (
        Action.ROLE_DELETED,
        Action.FILM_DELETED,
        Action.SELECTION_DELETED,
    )
    path = paths.get(entry.subject_kind)
    return None if path is None or is_deleted or entry.withheld else f"{path}/{entry.subject_id}"


def _detail(name: str, value: Any) -> tuple[str, str]:
    if name == "state":
        return DETAILS[name], STATES.get(value, _text(value))
    return DETAILS.get(name, name), _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        text = ", ".join(_text(each) for each in value)
    elif isinstance(value, str):
        text = value
    else:
        text = "–" if value is None else msgspec.json.encode(value).decode()
    return text if len(text) <= MAX_VALUE_LENGTH else text[:MAX_VALUE_LENGTH] + "…"
