"""How far an import has come, on a terminal and elsewhere."""

import io
import sys

import pytest

from kinoteka.cli.import_progress import line, shown
from kinoteka.core.imports.reading import Progress
from kinoteka.core.imports.record import Reason
from kinoteka.core.imports.service import Import
from tests.support.polling import wait_until


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def running():
    return Import("club")


@pytest.fixture
def progress():
    progress = Progress()
    progress.read, progress.total = 50_300_000, 242_000_000
    return progress


class TestLine:
    def test_while_reading(self, running, progress):
        running.read = 12_345
        assert line(running, progress) == "reading 20 %, 50.3 of 242.0 MB, 12,345 films"
        running.refused[Reason.TITLE_MISSING] = 7
        assert line(running, progress).endswith("12,345 films, 7 refused")

    def test_while_storing(self, running, progress):
        running.stored, running.to_store = 500, 1_500
        assert line(running, progress) == "storing 33 %, 500 of 1,500 films"

    def test_before_anything_is_known(self, running):
        assert line(running, Progress()).startswith("reading 0 %")


async def test_without_a_terminal_there_is_a_plain_line_now_and_then(
    running, progress, monkeypatch
):
    shown_on = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown_on)
    with shown(running, progress):
        await wait_until(lambda: shown_on.getvalue() == "reading 20 %, 50.3 of 242.0 MB, 0 films\n")
        running.stored, running.to_store = 1, 2
        await wait_until(lambda: shown_on.getvalue().endswith("storing 50 %, 1 of 2 films\n"))


def test_a_short_import_shows_nothing(running, progress, capsys):
    with shown(running, progress):
        pass
    assert capsys.readouterr().err == ""


async def test_a_terminal_shows_a_bar(running, progress, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with shown(running, progress):
        await wait_until(lambda: "reading 20 %" in terminal.getvalue())
        running.stored, running.to_store = 1, 2
        await wait_until(lambda: "storing 50 %" in terminal.getvalue())
    assert "━" in terminal.getvalue()
