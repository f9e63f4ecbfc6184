import pytest

from kinoteka.infrastructure.comparison.names import compatible_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Films", "fILMS"),
        ("ﬁlms", "films"),
        ("Ｆｉｌｍｓ", "films"),
        ("Straße", "STRASSE"),
        ("e\u0301", "É"),
    ],
)
def test_names_that_differ_in_case_or_width_have_one_key(one, other):
    assert compatible_key(one) == compatible_key(other)
