"""This contract's refusals: 403 and 409 as its document has them, `{"message": …}`."""

from kinoteka.contracts.account.shapes import Message
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Answer, json_answer
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy.error_messages import COMMON, Refusal

MEMBER_PATH = "/profile/{login:text}"
NO_MEMBER = Refusal(404, "there is no such user")
WRONG_CREDENTIALS = Refusal(403, "wrong login or password")

REFUSALS: dict[Code, Refusal] = COMMON | {
    Code.UNAUTHORIZED: Refusal(403, "you must to be logged in"),
    Code.TOKEN_INVALID: Refusal(403, "you must to be logged in"),
    Code.ACCOUNT_UNKNOWN: WRONG_CREDENTIALS,
    Code.PASSWORD_WRONG: WRONG_CREDENTIALS,
    Code.CURRENT_PASSWORD_WRONG: Refusal(403, "the current password is wrong"),
    Code.EMAIL_TAKEN: Refusal(409, "already exsist user with this email"),
    Code.USERNAME_TAKEN: Refusal(409, "already exsist user with this login"),
}


def refuse(refusal: Refusal, error: DomainError, route: Route | None) -> Answer:
    """Write a refusal down. An unknown member is not a failed sign-in."""
    if error.code is Code.ACCOUNT_UNKNOWN and route is not None and route.path == MEMBER_PATH:
        refusal = NO_MEMBER
    return json_answer(refusal.status, Message(refusal.sentence(error)))
