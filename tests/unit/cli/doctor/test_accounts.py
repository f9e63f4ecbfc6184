from kinoteka.cli.doctor.accounts import check_accounts
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute

INSERT = (
    "INSERT INTO accounts (id, username, username_key, username_skeleton, password_hash,"
    " created_at) VALUES (?, ?, ?, 'coco', 'x', 0)"
)


def test_database_without_conflicts_is_fine(settings):
    (finding,) = check_accounts(settings)
    assert finding.severity.name == "FINE"


def test_each_conflict_is_a_warning(settings):
    execute(settings, INSERT, 1, "coco", "coco")
    execute(settings, INSERT, 2, "сосо", "сосо")
    insert = "INSERT INTO roles (id, name, name_key) VALUES (12, 'films', 'films#12')"
    execute(settings, insert)
    names, roles = check_accounts(settings)
    assert "The usernames сосо and coco look alike" in names.text
    assert "The role films has the name of an older one" in roles.text
    assert {names.severity.name, roles.severity.name} == {"WARNING"}


def test_missing_database_is_not_reported_here(tmp_path):
    assert list(check_accounts(Settings(data=tmp_path))) == []
