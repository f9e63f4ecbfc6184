"""The error table of this contract. Every error is `{"message": …}`."""

from kinoteka.contracts.cinema.schemas import Message
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.mechanics.routes import ErrorResponse, Route
from kinoteka.http.policy.error_messages import BEARER_CHALLENGE, COMMON, error_message

WRONG_CREDENTIALS = ErrorResponse(401, "wrong email or password")

ERROR_TABLE: dict[Code, ErrorResponse] = COMMON | {
    Code.UNAUTHORIZED: ErrorResponse(401, "an access token is required"),
    Code.ACCOUNT_UNKNOWN: WRONG_CREDENTIALS,
    Code.PASSWORD_WRONG: WRONG_CREDENTIALS,
    Code.SIGN_IN_AGAIN: ErrorResponse(
        401,
        "the current password is wrong; to set a new password without it, sign in again "
        "and repeat this within {minutes} minutes",
    ),
}


def error_response(row: ErrorResponse, error: DomainError, route: Route | None) -> Response:
    """Return the response to an error. A 401 names the scheme Bearer (RFC 6750)."""
    del route
    challenge = [BEARER_CHALLENGE] if row.status == 401 else []
    return json_response(row.status, Message(error_message(row, error)), challenge)
