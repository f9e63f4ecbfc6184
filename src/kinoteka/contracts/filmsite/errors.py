"""The error table of this contract: 400 with the document's messages, 500 without a body.

Beside the message, `status` is a number that clients switch on. In a 400 it is the number that
clients of this document know, or 0. In every other response it repeats the HTTP status.
"""

from kinoteka.contracts.filmsite.schemas import Refused
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response, empty_response, json_response
from kinoteka.http.mechanics.routes import ErrorResponse, Route
from kinoteka.http.policy.error_messages import COMMON, error_message

USER_EXISTS = 1
EMAIL_INVALID = 2
PASSWORD_INVALID = 3
WRONG_CREDENTIALS = 4
FILE_TOO_LARGE = 5
NOT_JPEG = 6
CSRF_MISSING = 10
CSRF_WRONG = 11

UPLOAD_PATH = "/user/avatar/upload"
UPDATE_PATH = "/user/avatar/update"

NOT_VALIDATED = "email or password not validated"
NOT_PARSED = "failed to parse json string from the body"
NO_SESSION = ErrorResponse(400, "can't get info without session")
NOT_FOUND = ErrorResponse(400, "user not found", WRONG_CREDENTIALS)
EXISTS = ErrorResponse(400, "user already exists", USER_EXISTS)


def _in_this_dialect(row: ErrorResponse) -> ErrorResponse:
    return ErrorResponse(row.status, row.message, 0 if row.status == 400 else row.status)


ERROR_TABLE: dict[Code, ErrorResponse] = {
    code: _in_this_dialect(row) for code, row in COMMON.items()
} | {
    Code.BODY_MALFORMED: ErrorResponse(400, NOT_PARSED),
    Code.UNAUTHORIZED: NO_SESSION,
    Code.TOKEN_INVALID: NO_SESSION,
    Code.CSRF_MISSING: ErrorResponse(400, "csrf token is missing", CSRF_MISSING),
    Code.CSRF_WRONG: ErrorResponse(400, "csrf token is wrong or has expired", CSRF_WRONG),
    Code.ACCOUNT_UNKNOWN: NOT_FOUND,
    Code.PASSWORD_WRONG: NOT_FOUND,
    Code.ACCOUNT_DISABLED: ErrorResponse(400, "user is disabled"),
    Code.EMAIL_TAKEN: EXISTS,
    Code.USERNAME_TAKEN: EXISTS,
    Code.EMAIL_INVALID: ErrorResponse(400, NOT_VALIDATED, EMAIL_INVALID),
    Code.PASSWORD_INVALID: ErrorResponse(400, NOT_VALIDATED, PASSWORD_INVALID),
    Code.BIRTHDAY_INVALID: ErrorResponse(400, "failed to parse birthday from string to time"),
    Code.UPLOAD_MISSING: ErrorResponse(400, "failed to parse avatar file from the body"),
    Code.UPLOAD_TOO_LARGE: ErrorResponse(
        400, "the size exceeded the maximum size equal to 10 mb", FILE_TOO_LARGE
    ),
    Code.UPLOAD_UNREADABLE: ErrorResponse(400, "avatar file can't be read"),
    Code.UPLOAD_TOO_MANY_PIXELS: ErrorResponse(
        400, "avatar file has more than {limit} megapixels", FILE_TOO_LARGE
    ),
    Code.UPLOAD_WRONG_TYPE: ErrorResponse(400, "avatar does not have type: image/jpeg", NOT_JPEG),
    Code.SELECTION_UNKNOWN: ErrorResponse(404, "movie selection not found", 404),
    Code.FILM_UNKNOWN: ErrorResponse(404, "movie not found", 404),
}

# Messages that the document has for requests without a session at some routes.
NO_SESSION_MESSAGES = {
    "/user/logout": "user not found",
    UPLOAD_PATH: "can't update avatar without session",
    UPDATE_PATH: "can't update avatar without session",
}


def error_response(row: ErrorResponse, error: DomainError, route: Route | None) -> Response:
    """Return the response to an error, with the document's message for the route."""
    if error.code is Code.INTERNAL:
        return empty_response(500)
    message = error_message(row, error)
    if route is not None:
        message = _message_for(route, error.code, message)
    return json_response(row.status, Refused(message, int(row.mnemonic)))


def _message_for(route: Route, code: Code, message: str) -> str:
    if code in (Code.UNAUTHORIZED, Code.TOKEN_INVALID):
        return NO_SESSION_MESSAGES.get(route.path, message)
    if code is Code.FIELD_INVALID and route.body is not None:
        return f"{NOT_PARSED}: {message}"
    return message
