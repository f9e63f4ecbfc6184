"""Accounts and roles of the previous version get new keys and skeletons."""

import pytest

from kinoteka.database.migrations import migrate
from kinoteka.infrastructure.comparison.look_alikes import skeleton
from tests.support.databases import execute, rows
from tests.support.migration_checks import versions_until

PREVIOUS = "0007"
INSERT_ACCOUNT = (
    "INSERT INTO accounts (id, username, username_key, email, email_key, password_hash, created_at)"
    " VALUES (?, ?, ?, ?, ?, 'x', 0)"
)
INSERT_ROLE = "INSERT INTO roles (id, name, name_key) VALUES (?, ?, ?)"

ACCOUNTS = (
    (1, "anna", "anna", "Anna@example.com", "anna@example.com"),
    (2, None, None, "x@straße.example", "x@strasse.example"),
    (3, "сосо", "сосо", "почта@пример.рф", "почта@пример.рф"),
    (4, "coco", "coco", None, None),
    (5, "Rооt", "rооt", None, None),
    # Two addresses that only the new key considers equal. The older account keeps the key.
    (6, None, None, "z@bücher.example", "z@bücher.example"),
    (7, None, None, "z@BÜCHER.example", "z@xn--bcher-kva.example"),
)
ROLES = (
    (11, "ﬁlms", "ﬁlms"),
    (12, "films", "films"),
    (13, "Ｃritics", "ｃritics"),
    (14, "ß", "ss"),
)


@pytest.fixture
def migrated(new_settings, tmp_path):
    new_settings.data.mkdir(exist_ok=True)
    migrate(new_settings, versions=versions_until(tmp_path, PREVIOUS))
    for account in ACCOUNTS:
        execute(new_settings, INSERT_ACCOUNT, *account)
    for role in ROLES:
        execute(new_settings, INSERT_ROLE, *role)
    migrate(new_settings)
    return new_settings


def test_keys_are_recomputed_and_the_older_of_two_equal_ones_is_kept(migrated):
    emails = dict(rows(migrated, "SELECT id, email_key FROM accounts WHERE email IS NOT NULL"))
    assert emails == {
        1: "anna@example.com",
        2: "x@xn--strae-oqa.example",
        3: "почта@xn--e1afmkfd.xn--p1ai",
        6: "z@xn--bcher-kva.example",
        7: "z@xn--bcher-kva.example#7",
    }
    roles = dict(rows(migrated, "SELECT id, name_key FROM roles WHERE id > 10"))
    assert roles == {11: "films", 12: "films#12", 13: "critics", 14: "ss"}


def test_usernames_get_skeletons(migrated):
    skeletons = dict(
        rows(
            migrated,
            "SELECT username, username_skeleton FROM accounts WHERE username IS NOT NULL",
        )
    )
    assert skeletons == {name: skeleton(name) for _, name, *_ in ACCOUNTS if name}
    assert skeletons["сосо"] == skeletons["coco"]
