"""The error table of this contract: `{"error": "<mnemonic>", "message": "<a sentence>"}`.

The document has the statuses 400, 401, 405 and 500. Where other contracts return 404 or 409, this
one returns 400 with a mnemonic.
"""

from kinoteka.contracts.messenger.schemas import Refused
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.mechanics.routes import ErrorResponse, Route
from kinoteka.http.policy.error_messages import COMMON, error_message

SIGN_IN_PATH = "/login"
WRONG_CREDENTIALS = ErrorResponse(400, "wrong email or password", "wrong_credentials")

# The value of the parameter `whose` of an error about another user's account.
ANOTHER = "another user's"
ANOTHER_USER = ErrorResponse(401, "this belongs to another user; ask for your own", "unauthorized")
STATUSES = {404: 400, 409: 400}


def _in_this_dialect(code: Code, row: ErrorResponse) -> ErrorResponse:
    return ErrorResponse(STATUSES.get(row.status, row.status), row.message, code.value)


ERROR_TABLE: dict[Code, ErrorResponse] = {
    code: _in_this_dialect(code, row) for code, row in COMMON.items()
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


def error_response(row: ErrorResponse, error: DomainError, route: Route | None) -> Response:
    """Return the response to an error. At sign-in, an unknown user is a wrong password."""
    if error.code is Code.ACCOUNT_UNKNOWN and route is not None and route.path == SIGN_IN_PATH:
        row = WRONG_CREDENTIALS
    if error.parameters.get("whose") == ANOTHER:
        row = ANOTHER_USER
    return json_response(row.status, Refused(str(row.mnemonic), error_message(row, error)))
