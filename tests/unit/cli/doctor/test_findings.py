"""Findings as lines."""

from kinoteka.cli.doctor.findings import error, fine, warning


def test_a_finding_is_one_line() -> None:
    assert str(error("disk", "It is full.")) == "error    disk         It is full."
    assert str(warning("clock", "two\n  lines\n")) == "warning  clock        two lines"
    assert str(fine("keys", "Good.")).startswith("fine     keys  ")
