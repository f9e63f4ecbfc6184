import pytest

from kinoteka.database.engines.postgresql.search.reader import MAX_TERM_LENGTH, lexeme, query
from kinoteka.search.expressions import AllOf, AnyOf, ExactTerm, Prefix


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        (ExactTerm("night"), "'night'"),
        (Prefix("ni"), "'ni':*"),
        (Prefix("ni", ("night", "nine")), "'ni':*"),
        (AnyOf((ExactTerm("a"), ExactTerm("b"))), "('a' | 'b')"),
        (AllOf((AnyOf((ExactTerm("a"), ExactTerm("b"))), Prefix("c"))), "(('a' | 'b') & 'c':*)"),
    ],
)
def test_expression_becomes_a_tsquery(wanted, written):
    assert query(wanted) == written


@pytest.mark.parametrize(
    ("term", "written"), [("\\", r"'\\'"), ("'", "''''"), ("a:*|!b", "'a:*|!b'")]
)
def test_signs_are_escaped(term, written):
    assert lexeme(term) == written


def test_long_term_is_cut():
    assert lexeme("x" * 3000) == f"'{'x' * MAX_TERM_LENGTH}'"
