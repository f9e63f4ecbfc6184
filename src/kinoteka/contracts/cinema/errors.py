"""This contract's refusals: `{"message": …}`; 401 names the scheme that is wanted (RFC 6750)."""

from kinoteka.contracts.cinema.shapes import Message
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Answer, json_answer
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy.error_messages import BEARER_CHALLENGE, COMMON, Refusal

WRONG_CREDENTIALS = Refusal(401, "wrong email or password")

REFUSALS: dict[Code, Refusal] = COMMON | {
    Code.UNAUTHORIZED: Refusal(401, "an access token is needed"),
    Code.ACCOUNT_UNKNOWN: WRONG_CREDENTIALS,
    Code.PASSWORD_WRONG: WRONG_CREDENTIALS,
    Code.SIGN_IN_AGAIN: Refusal(
        401,
        "the current password is wrong; to set the new one without it, sign in again, and repeat "
        "this within {minutes} minutes",
    ),
}


def refuse(refusal: Refusal, error: DomainError, route: Route | None) -> Answer:
    """Write a refusal down; every route does it alike."""
    del route
    challenge = [BEARER_CHALLENGE] if refusal.status == 401 else []
    return json_answer(refusal.status, Message(refusal.sentence(error)), challenge)
