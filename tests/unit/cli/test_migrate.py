"""The command `kinoteka migrate`."""

from tests.support.servers import run_kinoteka


def test_second_migration_changes_nothing(tmp_path):
    first = run_kinoteka("migrate", "--data", str(tmp_path))
    second = run_kinoteka("migrate", "--data", str(tmp_path))
    assert first.stdout.startswith("migrated to revision")
    assert second.stdout.startswith("already at revision")
