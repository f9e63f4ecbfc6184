import pytest

from kinoteka.database.engines.postgresql.search.reader import LONGEST_TERM, lexeme, query
from kinoteka.search.expressions import AllOf, AnyOf, Prefix, Term


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        (Term("night"), "'night'"),
        (Prefix("ni"), "'ni':*"),
        (Prefix("ni", ("night", "nine")), "'ni':*"),
        (AnyOf((Term("a"), Term("b"))), "('a' | 'b')"),
        (AllOf((AnyOf((Term("a"), Term("b"))), Prefix("c"))), "(('a' | 'b') & 'c':*)"),
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
    assert lexeme("x" * 3000) == f"'{'x' * LONGEST_TERM}'"
