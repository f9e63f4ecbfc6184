import io
import sys

import pytest

from kinoteka.cli.backup_progress import line, shown
from kinoteka.infrastructure.progress import Progress
from tests.support.polling import wait_until


@pytest.fixture
def progress():
    progress = Progress()
    progress.begin("copying films", 4000)
    progress.done = 1000
    return progress


def test_a_line_says_what_is_done_and_how_much_of_it(progress):
    assert line(progress) == "copying films 25 %, 1,000 of 4,000"


def test_what_cannot_be_counted_is_only_named(progress):
    progress.begin("storing")
    assert line(progress) == "storing"


async def test_it_is_shown_while_it_lasts(progress, monkeypatch):
    shown_on = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown_on)
    with shown(progress):
        await wait_until(lambda: "copying films 25 %" in shown_on.getvalue())
