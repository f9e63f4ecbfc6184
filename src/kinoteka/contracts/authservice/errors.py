"""The error table of this contract. Every error is `{"message": …}`."""

from kinoteka.contracts.authservice.schemas import Message
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.mechanics.routes import ErrorResponse, Route
from kinoteka.http.policy.error_messages import BEARER_CHALLENGE, COMMON, error_message

ERROR_TABLE: dict[Code, ErrorResponse] = COMMON | {
    Code.UNAUTHORIZED: ErrorResponse(401, "an access token is required"),
    Code.PASSWORD_WRONG: ErrorResponse(401, "wrong login or password"),
    Code.EMAIL_TAKEN: ErrorResponse(409, "a user with this login already exists"),
    Code.USERNAME_TAKEN: ErrorResponse(409, "a user with this login already exists"),
    Code.EMAIL_INVALID: ErrorResponse(400, "login: not a valid email address"),
    Code.USERNAME_INVALID: ErrorResponse(
        400,
        "login: must have 1 to 64 letters of one script, digits or symbols, and must not "
        "consist only of digits ({reason})",
    ),
}


def error_response(row: ErrorResponse, error: DomainError, route: Route | None) -> Response:
    """Return the response to an error. A 401 names the scheme Bearer (RFC 6750)."""
    del route
    challenge = [BEARER_CHALLENGE] if row.status == 401 else []
    return json_response(row.status, Message(error_message(row, error)), challenge)
