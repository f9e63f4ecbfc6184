"""Films under the label `hidden` of earlier versions become hidden films with their own label."""

import json

import pytest

from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, rows
from tests.support.migration_checks import versions_until

PREMIUM, HIDDEN = 1, 2
HIDE, LABEL, SHOW = "film_hidden", "film_labelled", "film_shown"

# The audit entries of each film under the label `hidden`, and the label that the migration restores
# (None: no label; "lost": the earlier label is unknown).
HISTORIES: dict[str, tuple[list[tuple[str, dict[str, str | None]]], str | None]] = {
    "hidden on the site": ([(HIDE, {"before": "premium", "after": "hidden"})], "premium"),
    "hidden on the site, without a label": ([(HIDE, {"before": None, "after": "hidden"})], None),
    "hidden, shown and hidden again": (
        [
            (HIDE, {"before": None, "after": "hidden"}),
            (SHOW, {"before": "hidden", "after": None}),
            (LABEL, {"before": None, "after": "premium"}),
            (HIDE, {"before": "premium", "after": "hidden"}),
        ],
        "premium",
    ),
    "hidden by the command": (
        [(LABEL, {"label": "premium"}), (LABEL, {"label": "hidden"})],
        "premium",
    ),
    "hidden by the command, after no label": (
        [(LABEL, {"label": None}), (LABEL, {"label": "hidden"})],
        "lost",
    ),
    "hidden by the command alone": ([(LABEL, {"label": "hidden"})], "lost"),
    "labelled last by the log, then hidden by an import": ([(LABEL, {"label": "premium"})], "lost"),
    "hidden from a label that is gone": ([(HIDE, {"before": "old", "after": "hidden"})], "lost"),
    "audit entries expired": ([], "lost"),
}


@pytest.fixture
def before(new_settings: Settings, tmp_path) -> Settings:
    """A database of the previous version: films with histories, an open and a premium one."""
    migrate(new_settings, versions=versions_until(tmp_path, "0005"))
    execute(new_settings, "INSERT INTO labels (name) VALUES ('premium'), ('hidden')")
    execute(new_settings, "INSERT INTO roles (name, name_key) VALUES ('patrons', 'patrons')")
    for permission in ("films.view:premium", "films.view:hidden"):
        sql = "INSERT INTO role_permissions (role_id, permission) VALUES (3, ?)"
        execute(new_settings, sql, permission)
    for title, (entries, _) in HISTORIES.items():
        film_id = _add_film(new_settings, title, HIDDEN)
        for action, details in entries:
            _add_entry(new_settings, film_id, action, details)
    _add_film(new_settings, "open", None)
    _add_film(new_settings, "premium", PREMIUM)
    for table, column in (("genre_counts", "genre_id"), ("director_counts", "director_id")):
        sql = f"INSERT INTO {table} ({column}, label_id, films) VALUES (1, ?, ?)"
        for label_id, films in ((0, 1), (PREMIUM, 1), (HIDDEN, len(HISTORIES))):
            execute(new_settings, sql, label_id, films)
    return new_settings


def _add_film(settings: Settings, title: str, label_id: int | None) -> int:
    execute(
        settings,
        "INSERT INTO films (source, external_id, title, description, votes, genre_id, director_id,"
        " label_id, fingerprint) VALUES ('t', ?, ?, '', 0, 1, 1, ?, 0)",
        title,
        title,
        label_id,
    )
    return int(rows(settings, "SELECT max(id) FROM films")[0])


def _add_entry(
    settings: Settings, film_id: int, action: str, details: dict[str, str | None]
) -> None:
    execute(
        settings,
        "INSERT INTO audit_entries (at, actor_name, action, subject_kind, subject_id,"
        " subject_name, details, address) VALUES (1, '', ?, 'film', ?, '', ?, '')",
        action,
        film_id,
        json.dumps(details),
    )


def test_films_get_their_earlier_label_from_the_audit_log(before: Settings) -> None:
    revisions_before = dict(rows(before, "SELECT name, value FROM revisions"))
    migrate(before)
    found = rows(
        before,
        "SELECT title, hidden_at IS NOT NULL, label_lost, labels.name"
        " FROM films LEFT JOIN labels ON labels.id = label_id",
    )
    expected = {
        title: (True, label == "lost", None if label == "lost" else label)
        for title, (_, label) in HISTORIES.items()
    }
    expected |= {"open": (False, False, None), "premium": (False, False, "premium")}
    assert {
        title: (bool(hidden), bool(lost), label) for title, hidden, lost, label in found
    } == expected
    for table in ("genre_counts", "director_counts"):
        counts = rows(before, f"SELECT label_id, films FROM {table} ORDER BY 1")
        assert counts == [(-1, len(HISTORIES)), (0, 1), (PREMIUM, 1)]
    assert rows(before, "SELECT name FROM labels") == ["premium"]
    revisions = dict(rows(before, "SELECT name, value FROM revisions"))
    assert all(revisions[name] > revisions_before[name] for name in ("access", "catalogue"))


def test_roles_lose_the_permission_to_see_hidden_films(before: Settings) -> None:
    migrate(before)
    permissions = rows(before, "SELECT permission FROM role_permissions WHERE role_id = 3")
    assert permissions == ["films.view:premium"]
