"""What is answered where no contract is spoken to: unknown paths, media, documentation."""

import msgspec

from kinoteka.errors import DomainError
from kinoteka.http.mechanics.response import Answer, json_answer
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.http.policy.error_messages import COMMON, Refusal


class Message(msgspec.Struct):
    """A refusal."""

    message: str


def refuse(refusal: Refusal, error: DomainError, route: Route | None) -> Answer:
    """Write a refusal down; every route does it alike."""
    del route
    return json_answer(refusal.status, Message(refusal.sentence(error)))


def contract(name: str, title: str, description: str, routes: tuple[Route, ...]) -> Contract:
    """A contract of the server's own, in the plain dialect."""
    return Contract(name, title, description, routes, COMMON, refuse, Message)
