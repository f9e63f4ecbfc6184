"""The folder of an import and its lock."""

import os
from pathlib import Path

import pytest

from kinoteka.core.import_runs.folders import RunFolder, RunFolders, StopRequest
from kinoteka.core.import_runs.model import Outcome, RunProgress, RunState


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def test_folder_is_in_use_while_its_lock_is_held(folder: RunFolder) -> None:
    assert not folder.is_in_use()
    descriptor = folder.lock()
    assert descriptor is not None
    assert folder.is_in_use()
    assert folder.lock() is None
    os.close(descriptor)
    assert not folder.is_in_use()


def test_child_process_inherits_the_lock(folder: RunFolder) -> None:
    descriptor = folder.lock()
    assert descriptor is not None
    inherited = os.dup(descriptor)
    os.close(descriptor)
    assert folder.is_in_use()
    os.close(inherited)
    assert not folder.is_in_use()


def test_stored_progress_and_outcome_are_read_back(folder: RunFolder) -> None:
    assert folder.progress() == RunProgress()
    assert folder.outcome() is None
    assert folder.stop_request() is None
    assert folder.process_id() is None
    progress = RunProgress("storing", 5, 10, 20, 1)
    folder.write_progress(progress)
    folder.write_outcome(Outcome(state=RunState.DONE, added=7))
    folder.write_stop_request(StopRequest(3, "192.0.2.1"))
    folder.write_process_id(42)
    assert (folder.progress(), folder.progress().percent) == (progress, 50)
    assert folder.outcome() == Outcome(state=RunState.DONE, added=7)
    assert folder.stop_request() == StopRequest(3, "192.0.2.1")
    assert folder.process_id() == 42


def test_truncated_file_is_ignored(folder: RunFolder) -> None:
    (folder.path / "outcome.json").write_bytes(b'{"state": "do')
    assert folder.outcome() is None


def test_progress_is_not_stored_on_a_full_disk(tmp_path: Path) -> None:
    RunFolder(tmp_path / "gone").write_progress(RunProgress())


def test_upload_folder_becomes_the_folder_of_an_import(tmp_path: Path) -> None:
    folders = RunFolders(tmp_path)
    assert folders.ids() == set()
    assert list(folders.abandoned()) == []
    new, descriptor = folders.new()
    assert new.files.is_dir()
    assert list(folders.abandoned()) == []
    folders.folder(7).path.mkdir()
    (folders.folder(7).path / "old").touch()
    kept = folders.assign(new, 7)
    assert (folders.ids(), kept.is_in_use()) == ({7}, True)
    assert not (kept.path / "old").exists()
    os.close(descriptor)
    other, descriptor = folders.new()
    os.close(descriptor)
    assert [each.path for each in folders.abandoned()] == [other.path]
