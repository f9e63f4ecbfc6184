from kinoteka.search.expressions import AllOf, AnyOf, ExactTerm, Prefix, all_of, any_of

NIGHT, DAY = ExactTerm("night"), Prefix("da")


def test_any_of_ignores_expressions_that_cannot_match():
    assert any_of([NIGHT, None, DAY]) == AnyOf((NIGHT, DAY))


def test_all_of_is_none_when_one_expression_cannot_match():
    assert all_of([NIGHT, DAY]) == AllOf((NIGHT, DAY))
    assert all_of([NIGHT, None]) is None


def test_single_expression_is_returned():
    assert any_of([NIGHT, None]) == all_of([NIGHT]) == NIGHT


def test_no_expressions_give_none():
    assert any_of([]) is any_of([None]) is all_of([]) is None
