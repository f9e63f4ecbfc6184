from kinoteka.database.backup.rotation import new_path, remove_old

HOURS = [f"kinoteka-2026-11-21T{hour:02}0000Z.tar.gz" for hour in range(5)]
OTHERS = ["kinoteka-2026-11-20.tar.gz", "kinoteka-2026-11-20T000000Z.tar.gz.part", "notes.txt"]


def test_oldest_backups_are_removed_and_other_files_stay(tmp_path):
    for name in (*HOURS, *OTHERS):
        (tmp_path / name).touch()
    assert [path.name for path in remove_old(tmp_path, 2)] == HOURS[:3]
    assert {path.name for path in tmp_path.iterdir()} == {*HOURS[3:], *OTHERS}
    assert remove_old(tmp_path, 2) == []


def test_new_backup_is_one_of_those_that_rotate(tmp_path):
    made = new_path(tmp_path)
    made.touch()
    (tmp_path / HOURS[0]).touch()
    assert remove_old(tmp_path, 1) in ([made], [tmp_path / HOURS[0]])
