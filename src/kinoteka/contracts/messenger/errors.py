"""This contract's refusals: `{"error": "<mnemonic>", "message": "<a sentence>"}`.

The document knows 400, 401, 405 and 500: what other contracts answer with 404 or 409 is a 400
here, told apart by its mnemonic.
"""

from kinoteka.contracts.messenger.schemas import Refused
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.mechanics.routes import ErrorResponse, Route
from kinoteka.http.policy.error_messages import COMMON, error_message

SIGN_IN_PATH = "/login"
WRONG_CREDENTIALS = ErrorResponse(400, "wrong email or password", "wrong_credentials")


ANOTHER = "another user's"
ANOTHER_USER = ErrorResponse(401, "this belongs to another user; ask for your own", "unauthorized")
STATUSES = {404: 400, 409: 400}


def _in_this_dialect(code: Code, error_response: ErrorResponse) -> ErrorResponse:
    status = STATUSES.get(error_response.status, error_response.status)
    return ErrorResponse(status, error_response.message, code.value)


REFUSALS: dict[Code, ErrorResponse] = {
    code: _in_this_dialect(code, error_response) for code, error_response in COMMON.items()
} | {
    Code.PASSWORD_NOT_CHANGED_HERE: ErrorResponse(
        400,
        "password: the password cannot be changed here; omit the field or leave it empty",
        "password_not_changed_here",
    ),
    Code.TOKEN_INVALID: ErrorResponse(401, "the token is not valid", "unauthorized"),
    Code.TOKEN_REUSED: ErrorResponse(401, "the token is not valid", "unauthorized"),
    Code.ACCOUNT_UNKNOWN: ErrorResponse(400, "user not found", "user_unknown"),
    Code.PASSWORD_WRONG: WRONG_CREDENTIALS,
    Code.SIGN_IN_AGAIN: ErrorResponse(
        401, COMMON[Code.SIGN_IN_AGAIN].message, Code.SIGN_IN_AGAIN.value
    ),
    Code.ACCOUNT_DISABLED: ErrorResponse(400, "the account is disabled", "account_disabled"),
    Code.PHOTO_MISSING: ErrorResponse(400, "photo not found", "no_photo"),
}


def error_response(
    error_response: ErrorResponse, error: DomainError, route: Route | None
) -> Response:
    """Write a refusal down; at sign-in an unknown user is told like a wrong password."""
    if error.code is Code.ACCOUNT_UNKNOWN and route is not None and route.path == SIGN_IN_PATH:
        error_response = WRONG_CREDENTIALS
    if error.parameters.get("whose") == ANOTHER:
        error_response = ANOTHER_USER
    return json_response(
        error_response.status,
        Refused(str(error_response.mark), error_message(error_response, error)),
    )
