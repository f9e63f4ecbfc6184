from kinoteka.search.expressions import AllOf, AnyOf, Beginning, Term, all_of, any_of

NIGHT, DAY = Term("night"), Beginning("da")


def test_what_can_find_nothing_takes_no_part_in_any_of_several():
    assert any_of([NIGHT, None, DAY]) == AnyOf((NIGHT, DAY))


def test_what_can_find_nothing_lets_all_of_several_find_nothing():
    assert all_of([NIGHT, DAY]) == AllOf((NIGHT, DAY))
    assert all_of([NIGHT, None]) is None


def test_of_one_comes_that_one():
    assert any_of([NIGHT, None]) == all_of([NIGHT]) == NIGHT


def test_of_nothing_comes_nothing():
    assert any_of([]) is any_of([None]) is all_of([]) is None
