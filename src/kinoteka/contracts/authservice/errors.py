"""This contract's refusals: `{"message": …}`; 401 names the scheme that is wanted (RFC 6750)."""

from kinoteka.contracts.authservice.shapes import Message
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Answer, json_answer
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy.error_messages import BEARER_CHALLENGE, COMMON, Refusal

REFUSALS: dict[Code, Refusal] = COMMON | {
    Code.UNAUTHORIZED: Refusal(401, "an access token is needed"),
    Code.PASSWORD_WRONG: Refusal(401, "wrong login or password"),
    Code.EMAIL_TAKEN: Refusal(409, "a user with this login exists already"),
    Code.USERNAME_TAKEN: Refusal(409, "a user with this login exists already"),
    Code.EMAIL_INVALID: Refusal(400, "login: not a valid e-mail address"),
    Code.USERNAME_INVALID: Refusal(
        400, "login: 1 to 64 letters of one script, digits or signs, not digits alone ({reason})"
    ),
}


def refuse(refusal: Refusal, error: DomainError, route: Route | None) -> Answer:
    """Write a refusal down; every route does it alike."""
    del route
    challenge = [BEARER_CHALLENGE] if refusal.status == 401 else []
    return json_answer(refusal.status, Message(refusal.sentence(error)), challenge)
