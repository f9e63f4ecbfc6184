"""This contract's refusals: 400 in the words of its document, 500 without a body.

Beside the message stands a number by which clients switch: those of the document's clients in a
400, 0 where they know none, and in every other answer the status once more.
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
NO_JPEG = 6
CSRF_MISSING = 10
CSRF_WRONG = 11

UPLOAD_PATH = "/user/avatar/upload"
UPDATE_PATH = "/user/avatar/update"

NOT_VALIDATED = "email or password not validated"
NOT_PARSED = "failed to parse json string from the body"
NO_SESSION = ErrorResponse(400, "can't get info without session")
NOT_FOUND = ErrorResponse(400, "user not found", WRONG_CREDENTIALS)
EXISTS = ErrorResponse(400, "user already exists", USER_EXISTS)


def _in_this_dialect(error_response: ErrorResponse) -> ErrorResponse:
    return ErrorResponse(
        error_response.status,
        error_response.message,
        0 if error_response.status == 400 else error_response.status,
    )


REFUSALS: dict[Code, ErrorResponse] = {
    code: _in_this_dialect(error_response) for code, error_response in COMMON.items()
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
    Code.UPLOAD_WRONG_TYPE: ErrorResponse(400, "avatar does not have type: image/jpeg", NO_JPEG),
    Code.SELECTION_UNKNOWN: ErrorResponse(404, "movie selection not found", 404),
    Code.FILM_UNKNOWN: ErrorResponse(404, "movie not found", 404),
}

# Where the document has other words for the same reason.
WITHOUT_SESSION = {
    "/user/logout": "user not found",
    UPLOAD_PATH: "can't update avatar without session",
    UPDATE_PATH: "can't update avatar without session",
}


def error_response(
    error_response: ErrorResponse, error: DomainError, route: Route | None
) -> Response:
    """Write a refusal down, in the words that the document has for the route."""
    if error.code is Code.INTERNAL:
        return empty_response(500)
    message = error_message(error_response, error)
    if route is not None:
        message = _words_of(route, error.code, message)
    return json_response(error_response.status, Refused(message, int(error_response.mark)))


def _words_of(route: Route, code: Code, message: str) -> str:
    if code in (Code.UNAUTHORIZED, Code.TOKEN_INVALID):
        return WITHOUT_SESSION.get(route.path, message)
    if code is Code.FIELD_INVALID and route.body is not None:
        return f"{NOT_PARSED}: {message}"
    return message
