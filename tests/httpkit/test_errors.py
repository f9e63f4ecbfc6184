"""The words of refusals."""

import pytest

from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.httpkit.errors import COMMON, Refusal


def sentence(error: DomainError) -> str:
    return COMMON[error.code].sentence(error)


def test_parameters_are_filled_in() -> None:
    error = DomainError(Code.FORBIDDEN, permission="roles.manage")
    assert sentence(error) == "this needs the permission roles.manage"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("missing", "title: is missing"),
        ("too_long", "title: too long"),
        ("Expected `str`", "title: Expected `str`"),
    ],
)
def test_reasons_are_codes_of_ours_or_sentences_already(reason: str, words: str) -> None:
    assert sentence(field_invalid("title", reason)) == words


def test_braces_in_what_was_sent_are_left_alone() -> None:
    assert sentence(field_invalid("{allow}", "{0.__class__}")) == "{allow}: {0.__class__}"


def test_a_parameter_that_is_not_known_stands_as_its_name() -> None:
    assert Refusal(400, "at most {limit} bytes").sentence(DomainError(Code.INTERNAL)) == (
        "at most limit bytes"
    )


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_sentence_and_a_status_of_a_refusal(code: Code) -> None:
    refusal = COMMON[code]
    assert refusal.message
    assert 400 <= refusal.status < 600
