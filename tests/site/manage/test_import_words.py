"""What the site says of imports."""

from kinoteka.core.import_runs.model import FailureReason, RunState
from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.record import FormatCode, RejectionReason
from kinoteka.site.manage import import_words as words


def test_everything_has_words() -> None:
    assert set(words.FORMATS) == set(FORMATS)
    assert set(words.STATES) == set(RunState)
    assert set(words.FAILED_BY) == set(FailureReason)
    assert set(words.ROWS) == set(RejectionReason)
    assert set(words.FILES) == set(FormatCode)
