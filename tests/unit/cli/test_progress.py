"""The progress of backups, copies and imports, on a terminal and elsewhere."""

import io
import sys

import pytest

from kinoteka.cli.progress import import_status, show_progress, status_of
from kinoteka.core.imports.readers import Progress as ReadProgress
from kinoteka.core.imports.record import RejectionReason
from kinoteka.core.imports.service import Import
from kinoteka.infrastructure.progress import Progress
from tests.support.polling import wait_until


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def progress() -> Progress:
    progress = Progress()
    progress.begin("copying films", 4000)
    progress.done = 1000
    return progress


@pytest.fixture
def run() -> Import:
    return Import("club")


@pytest.fixture
def read_progress() -> ReadProgress:
    progress = ReadProgress()
    progress.read, progress.total = 50_300_000, 242_000_000
    return progress


class TestStatus:
    def test_status_names_the_step_and_how_much_is_done(self, progress):
        assert status_of(progress).text == "copying films 25 %, 1,000 of 4,000"

    def test_status_names_only_the_step_when_its_size_is_not_known(self, progress):
        progress.begin("storing")
        assert status_of(progress).text == "storing"


class TestImportStatus:
    def test_status_counts_bytes_and_films_while_reading(self, run, read_progress):
        run.read = 12_345
        text = import_status(run, read_progress).text
        assert text == "reading 20 %, 50.3 of 242.0 MB, 12,345 films"

    def test_status_counts_rejected_rows(self, run, read_progress):
        run.rejected[RejectionReason.TITLE_MISSING] = 7
        assert import_status(run, read_progress).text.endswith("0 films, 7 rejected")

    def test_status_counts_films_while_storing(self, run, read_progress):
        run.stored, run.to_store = 500, 1_500
        assert import_status(run, read_progress).text == "storing 33 %, 500 of 1,500 films"

    def test_status_starts_at_zero_when_no_size_is_known(self, run):
        assert import_status(run, ReadProgress()).text.startswith("reading 0 %")


async def test_progress_is_a_line_per_second_without_a_terminal(run, read_progress, monkeypatch):
    output = io.StringIO()
    monkeypatch.setattr(sys, "stderr", output)
    with show_progress(lambda: import_status(run, read_progress)):
        await wait_until(lambda: output.getvalue() == "reading 20 %, 50.3 of 242.0 MB, 0 films\n")
        run.stored, run.to_store = 1, 2
        await wait_until(lambda: output.getvalue().endswith("storing 50 %, 1 of 2 films\n"))


def test_progress_prints_nothing_when_the_work_is_short(progress, capsys):
    with show_progress(lambda: status_of(progress)):
        pass
    assert capsys.readouterr().err == ""


async def test_progress_is_a_bar_on_a_terminal(run, read_progress, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with show_progress(lambda: import_status(run, read_progress)):
        await wait_until(lambda: "reading 20 %" in terminal.getvalue())
        run.stored, run.to_store = 1, 2
        await wait_until(lambda: "storing 50 %" in terminal.getvalue())
    assert "━" in terminal.getvalue()
