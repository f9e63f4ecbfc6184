import pytest

from kinoteka.search.keyboard import other_layout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("vfnhbwf", "матрица"), ("ьфекшч", "matrix"), ("Xe;jq", "чужой"), (",hfn 2", "брат 2")],
)
def test_keys_are_read_in_the_other_layout(typed, meant):
    assert other_layout(typed) == meant


@pytest.mark.parametrize("text", ["", "1979", "千尋"])
def test_text_of_neither_layout_stays(text):
    assert other_layout(text) is None
