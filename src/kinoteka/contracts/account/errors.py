"""The error table of this contract. Every error is `{"message": …}`, most often 403 or 409."""

from kinoteka.contracts.account.schemas import Message
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.mechanics.routes import ErrorResponse, Route
from kinoteka.http.policy.error_messages import COMMON, error_message

MEMBER_PATH = "/profile/{login:text}"
NO_MEMBER = ErrorResponse(404, "user not found")
WRONG_CREDENTIALS = ErrorResponse(403, "wrong login or password")

ERROR_TABLE: dict[Code, ErrorResponse] = COMMON | {
    Code.UNAUTHORIZED: ErrorResponse(403, "you must to be logged in"),
    Code.TOKEN_INVALID: ErrorResponse(403, "you must to be logged in"),
    Code.ACCOUNT_UNKNOWN: WRONG_CREDENTIALS,
    Code.PASSWORD_WRONG: WRONG_CREDENTIALS,
    Code.CURRENT_PASSWORD_WRONG: ErrorResponse(403, "the current password is wrong"),
    Code.EMAIL_TAKEN: ErrorResponse(409, "already exsist user with this email"),
    Code.USERNAME_TAKEN: ErrorResponse(409, "already exsist user with this login"),
}


def error_response(row: ErrorResponse, error: DomainError, route: Route | None) -> Response:
    """Return the response to an error. An unknown member is 404, not a failed sign-in."""
    if error.code is Code.ACCOUNT_UNKNOWN and route is not None and route.path == MEMBER_PATH:
        row = NO_MEMBER
    return json_response(row.status, Message(error_message(row, error)))
