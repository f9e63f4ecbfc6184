"""The words of refusals."""

import pytest

from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.routes import ErrorResponse
from kinoteka.http.policy.error_messages import COMMON, error_message, renamed


def sentence(error: DomainError) -> str:
    return error_message(COMMON[error.code], error)


def test_parameters_are_filled_in() -> None:
    error = DomainError(Code.FORBIDDEN, permission="roles.manage")
    assert sentence(error) == "this requires the permission roles.manage"


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


def test_unknown_parameter_is_shown_as_its_name() -> None:
    assert error_message(
        ErrorResponse(400, "at most {limit} bytes"), DomainError(Code.INTERNAL)
    ) == ("at most limit bytes")


def test_fields_are_called_as_clients_call_them() -> None:
    client_names = {"given_name": "firstname", "password": "new_password"}
    assert sentence(renamed(field_invalid("given_name", "too_long"), client_names)) == (
        "firstname: too long"
    )
    assert (
        sentence(renamed(field_invalid("status", "too_long"), client_names)) == "status: too long"
    )
    short = DomainError(Code.PASSWORD_INVALID, reason="too_short", commits_changes=True)
    assert sentence(short).startswith("password: must have 8 to 128")
    assert sentence(renamed(short, client_names)).startswith("new_password: must have 8 to 128")
    assert renamed(short, client_names).commits_changes


@pytest.mark.parametrize("code", Code)
def test_every_error_code_has_a_message_and_an_error_status(code: Code) -> None:
    error_response = COMMON[code]
    assert error_response.message
    assert 400 <= error_response.status < 600
