"""The audit log in words."""

import msgspec
import pytest

from kinoteka.core.access.model import CONSOLE_ACTOR, Actor
from kinoteka.core.audit.model import Action, AuditEntry
from kinoteka.site.manage.audit_entries import ACTIONS, SENTENCES, audit_rows

READER = Actor(1, 1, False, (), frozenset({"audit.view"}), ())


def entry(action=Action.ROLE_GIVEN, kind="account", details=None):
    return AuditEntry(1, 0, 5, "anna", action, kind, 7, "boris", details or {}, "")


def test_every_action_has_texts():
    assert set(SENTENCES) == set(ACTIONS) == set(Action)
    assert all("%(who)s" in each and "%(what)s" in each for each in SENTENCES.values())


@pytest.mark.parametrize(
    ("given", "path", "for_reader"),
    [
        (entry(), "/manage/members/7", None),
        (entry(Action.ROLE_CHANGED, "role"), "/manage/roles/7", None),
        (entry(Action.ROLE_DELETED, "role"), None, None),
        (entry(Action.LABEL_CREATED, "label"), "/films?label=boris", "/films?label=boris"),
        (entry(Action.FILM_CHANGED, "film"), "/films/7", "/films/7"),
        (entry(Action.IMPORT_FINISHED, "import"), "/manage/imports/7", "/manage/imports/7"),
    ],
)
def test_entry_links_to_visible_subjects(given, path, for_reader):
    assert audit_rows(CONSOLE_ACTOR, [given])[0].subject_path == path
    assert audit_rows(READER, [given])[0].subject_path == for_reader


@pytest.mark.parametrize("kind", ["film", "selection", "import"])
def test_withheld_entry_has_no_link(kind):
    withheld = msgspec.structs.replace(entry(Action.FILM_CHANGED, kind), withheld=True)
    assert audit_rows(CONSOLE_ACTOR, [withheld])[0].subject_path is None


def test_details_are_readable():
    details = {"fields": ["title", "year"], "year": [None, 1997], "new": True, "x": "y" * 600}
    row = audit_rows(CONSOLE_ACTOR, [entry(details=details)])[0]
    assert row.details[:3] == [("Fields", "title, year"), ("year", "–, 1997"), ("new", "true")]
    assert len(row.details[3][1]) == 501


@pytest.mark.parametrize(("state", "sentence"), [("failed", "failed"), ("done", "finished")])
def test_import_that_failed_is_not_said_to_have_finished(state: str, sentence: str) -> None:
    finished = msgspec.structs.replace(
        entry(Action.IMPORT_FINISHED, "import"), details={"state": state}
    )
    (row,) = audit_rows(CONSOLE_ACTOR, [finished])
    assert row.sentence == f"%(who)s’s import of %(what)s {sentence}"
