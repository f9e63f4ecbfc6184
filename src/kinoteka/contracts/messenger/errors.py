"""This contract's refusals: `{"error": "<mnemonic>", "message": "<a sentence>"}`.

The document knows 400, 401, 405 and 500: what other contracts answer with 404 or 409 is a 400
here, told apart by its mnemonic.
"""

from kinoteka.contracts.messenger.shapes import Refused
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Answer, json_answer
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy.error_messages import COMMON, Refusal

SIGN_IN_PATH = "/login"
WRONG_CREDENTIALS = Refusal(400, "wrong e-mail or password", "wrong_credentials")


ANOTHER = "another user's"
ANOTHER_USER = Refusal(401, "this belongs to another user; ask for your own", "unauthorized")
STATUSES = {404: 400, 409: 400}


def _in_this_dialect(code: Code, refusal: Refusal) -> Refusal:
    status = STATUSES.get(refusal.status, refusal.status)
    return Refusal(status, refusal.message, code.value)


REFUSALS: dict[Code, Refusal] = {
    code: _in_this_dialect(code, refusal) for code, refusal in COMMON.items()
} | {
    Code.PASSWORD_NOT_CHANGED_HERE: Refusal(
        400,
        "password: this request does not change the password; leave the field out or empty",
        "password_not_changed_here",
    ),
    Code.TOKEN_INVALID: Refusal(401, "the token is not valid", "unauthorized"),
    Code.TOKEN_REUSED: Refusal(401, "the token is not valid", "unauthorized"),
    Code.ACCOUNT_UNKNOWN: Refusal(400, "there is no such user", "user_unknown"),
    Code.PASSWORD_WRONG: WRONG_CREDENTIALS,
    Code.SIGN_IN_AGAIN: Refusal(401, COMMON[Code.SIGN_IN_AGAIN].message, Code.SIGN_IN_AGAIN.value),
    Code.ACCOUNT_DISABLED: Refusal(400, "the account is disabled", "account_disabled"),
    Code.PHOTO_MISSING: Refusal(400, "there is no photo", "no_photo"),
}


def refuse(refusal: Refusal, error: DomainError, route: Route | None) -> Answer:
    """Write a refusal down; at sign-in an unknown user is told like a wrong password."""
    if error.code is Code.ACCOUNT_UNKNOWN and route is not None and route.path == SIGN_IN_PATH:
        refusal = WRONG_CREDENTIALS
    if error.parameters.get("whose") == ANOTHER:
        refusal = ANOTHER_USER
    return json_answer(refusal.status, Refused(str(refusal.mark), refusal.sentence(error)))
