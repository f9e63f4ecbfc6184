"""The process of an import, run in the process of the test."""

import io
import json
import os
import signal
import sys
import types
from pathlib import Path

import msgspec
import pytest

from kinoteka.core.import_runs import process
from kinoteka.core.import_runs.folders import RunFolder
from kinoteka.core.import_runs.model import (
    FailureReason,
    ImportOptions,
    ImportRequest,
    Outcome,
    RunState,
)
from kinoteka.core.imports.service import Import
from kinoteka.database.bulk import BulkFailed
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import rows
from tests.support.import_runners import BROKEN, TABLE


class Work:
    """A folder with one file, and the task for it."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = RunFolder(folder)
        self.folder.files.mkdir(parents=True)

    def request(self, content: bytes, **options: object) -> ImportRequest:
        (self.folder.files / "films.csv").write_bytes(content)
        given = {
            name: str(value) if isinstance(value, Path) else value
            for name, value in msgspec.structs.asdict(self.settings).items()
        }
        chosen = msgspec.convert({"format": "csv"} | options, ImportOptions)
        return ImportRequest(given, str(self.folder.path), ("films.csv",), chosen)

    def perform(self, content: bytes = TABLE, **options: object) -> Outcome:
        return process.perform(self.request(content, **options), self.folder)


@pytest.fixture
def work(settings: Settings, tmp_path: Path) -> Work:
    return Work(settings, tmp_path / "run")


def test_films_are_stored(work: Work) -> None:
    outcome = work.perform()
    assert (outcome.state, outcome.added, outcome.interrupted) == (RunState.DONE, 2, False)
    assert rows(work.settings, "SELECT title FROM films ORDER BY id") == ["Alien", "Ran"]


def test_rejected_rows_are_listed_and_reported(work: Work) -> None:
    outcome = work.perform(BROKEN)
    assert (outcome.state, outcome.report.failed_by) == (RunState.FAILED, FailureReason.ROWS)
    assert outcome.report.left_out == ("films.csv",)
    outcome = work.perform(BROKEN, keep_going=True)
    assert (outcome.state, outcome.added, outcome.refused) == (RunState.DONE, 1, 2)
    lines = [json.loads(line) for line in work.folder.report.read_text().splitlines()]
    assert lines[0] == {
        "path": "films.csv",
        "line": 3,
        "reason": "year_invalid",
        "detail": "19850",
    }


def test_files_changed_after_the_check_fail_the_import(work: Work) -> None:
    outcome = work.perform(b"")
    assert outcome.report.failed_by is FailureReason.FILES


@pytest.mark.parametrize(
    ("error", "state", "by"),
    [
        (KeyboardInterrupt(), RunState.FAILED, FailureReason.STOPPED),
        (BulkFailed("no room"), RunState.FAILED, FailureReason.DATABASE),
    ],
)
def test_failure_is_stored_with_its_reason(
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    state: RunState,
    by: FailureReason,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Import, "_run", fail)
    outcome = work.perform()
    assert (outcome.state, outcome.report.failed_by) == (state, by)
    assert outcome.interrupted == isinstance(error, KeyboardInterrupt)


def test_main_performs_the_task_from_standard_input(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = msgspec.json.encode(work.request(TABLE))
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(task)))
    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    process.main()
    outcome = work.folder.outcome()
    assert outcome is not None
    assert outcome.added == 2
