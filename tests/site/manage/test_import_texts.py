"""What the site says of imports."""

from kinoteka.core.import_runs.model import FailureReason, RunState
from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.record import FormatCode, RejectionReason
from kinoteka.site.manage import import_texts as texts


def test_every_code_has_a_text() -> None:
    assert set(texts.FORMATS) == set(FORMATS)
    assert set(texts.STATES) == set(RunState)
    assert set(texts.FAILED_BY) == set(FailureReason)
    assert set(texts.ROWS) == set(RejectionReason)
    assert set(texts.FILES) == set(FormatCode)
